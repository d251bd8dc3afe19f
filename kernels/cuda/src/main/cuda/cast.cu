// Numbers in another element type, rounded to the nearest, to even:  y[i] = x[i].
//
// A thread converts eight neighbours at a time, two 16-byte accesses of f32 and one of bf16, where both sides begin at a
// multiple of 16 bytes; what is left over goes one by one. Bytes: 6 an element. FLOPs: none.
#include "device.cuh"

template <class Y, class X>
DEV void cast(Y* y, const X* x, i64 n) {
  bool wide = (((u64)y | (u64)x) & 15) == 0;
  i64 eights = wide ? n / 8 : 0;
  i64 first = blockIdx.x * (i64)blockDim.x + threadIdx.x, step = (i64)gridDim.x * blockDim.x;
  for (i64 i = first; i < eights; i += step) {
    float f[8];
    load8(x + 8 * i, f);
    store8(y + 8 * i, f);
  }
  for (i64 i = 8 * eights + first; i < n; i += step) {
    store(y + i, load(x + i));
  }
}

KERNEL(cast_bf16_f32, bf16* y, const float* x, i64 n) { cast(y, x, n); }
KERNEL(cast_f32_bf16, float* y, const bf16* x, i64 n) { cast(y, x, n); }
