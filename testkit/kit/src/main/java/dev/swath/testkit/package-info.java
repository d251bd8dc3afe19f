/** Golden data, op cases and tolerances shared by the tests. */
@NullMarked
package dev.swath.testkit;

import org.jspecify.annotations.NullMarked;
