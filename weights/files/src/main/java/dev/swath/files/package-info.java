/** Files that are written whole or not at all. */
@NullMarked
package dev.swath.files;

import org.jspecify.annotations.NullMarked;
