/** FIANet as other engines run it: on libtorch and on ONNX Runtime. Also the independent oracle for full-size checks. */
@NullMarked
package dev.swath.bench.peers;

import org.jspecify.annotations.NullMarked;
