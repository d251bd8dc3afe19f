/** A small strict JSON reader and writer for headers and configurations. */
@NullMarked
package dev.swath.files.json;

import org.jspecify.annotations.NullMarked;
