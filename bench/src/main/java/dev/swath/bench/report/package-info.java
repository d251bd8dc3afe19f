/** What is made of the measurements: the table in Markdown and in JSON, the machine they were taken on, and whether to trust them. */
@NullMarked
package dev.swath.bench.report;

import org.jspecify.annotations.NullMarked;
