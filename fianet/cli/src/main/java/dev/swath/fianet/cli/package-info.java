/** The command line. Human text goes to stderr, data to stdout; exit 0 done, 1 failed, 2 usage. */
@NullMarked
package dev.swath.fianet.cli;

import org.jspecify.annotations.NullMarked;
