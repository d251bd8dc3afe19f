/** One {@link dev.swath.testkit.OpCase} an op. */
@NullMarked
package dev.swath.testkit.cases;

import org.jspecify.annotations.NullMarked;
