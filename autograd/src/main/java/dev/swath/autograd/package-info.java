/** Variables, and the tape that records ops and runs them backwards. */
@NullMarked
package dev.swath.autograd;

import org.jspecify.annotations.NullMarked;
