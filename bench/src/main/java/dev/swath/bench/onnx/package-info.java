/** Writes ONNX models: the protocol buffers by hand, the operators by name. */
@NullMarked
package dev.swath.bench.onnx;

import org.jspecify.annotations.NullMarked;
