// Strided copies and fills: permute, slice, concatenate, pad and roll are made of them.
//
//   copy   y[i] = x[i]        add   y[i] += x[i]        over extents of up to eight axes, each side at its own strides
//   fill   y[i] = value
//
// A thread takes one element at a time, numbered in row-major order, so that neighbouring threads write neighbouring
// elements where y's last axis is dense. Bytes: one read and one write of each element (add: two reads). FLOPs: none (add: 1).
#include "device.cuh"

constexpr int AXES = 8;

// Extents and strides in elements, outermost first; passed by value.
struct Strided {
  int rank;
  int extent[AXES];
  i64 y[AXES];
  i64 x[AXES];
};

template <bool ADD, class T>
DEV void put(T* y, const T* x) {
  if constexpr (ADD) {
    store(y, load(y) + load(x));
  } else {
    *y = *x;
  }
}

// Integers are copied only, never added.
template <bool ADD, class T>
DEV void strided(T* y, const T* x, const Strided& s, i64 n) {
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < n; i += (i64)gridDim.x * blockDim.x) {
    i64 rest = i, at = 0, from = 0;
    for (int a = s.rank - 1; a >= 0; a--) {
      i64 next = rest / s.extent[a];
      int k = (int)(rest - next * s.extent[a]);
      at += k * s.y[a], from += k * s.x[a];
      rest = next;
    }
    put<ADD>(y + at, x + from);
  }
}

KERNEL(copy_1, unsigned char* y, const unsigned char* x, Strided s, i64 n) { strided<false>(y, x, s, n); }
KERNEL(copy_2, unsigned short* y, const unsigned short* x, Strided s, i64 n) { strided<false>(y, x, s, n); }
KERNEL(copy_4, unsigned* y, const unsigned* x, Strided s, i64 n) { strided<false>(y, x, s, n); }
KERNEL(copy_8, u64* y, const u64* x, Strided s, i64 n) { strided<false>(y, x, s, n); }
KERNEL(add_f32, float* y, const float* x, Strided s, i64 n) { strided<true>(y, x, s, n); }
KERNEL(add_bf16, bf16* y, const bf16* x, Strided s, i64 n) { strided<true>(y, x, s, n); }

template <class T>
DEV void fill(T* y, T value, i64 n) {
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < n; i += (i64)gridDim.x * blockDim.x) {
    y[i] = value;
  }
}

// The value as bits of an element of that many bytes.
KERNEL(fill_1, unsigned char* y, i64 bits, i64 n) { fill(y, (unsigned char)bits, n); }
KERNEL(fill_2, unsigned short* y, i64 bits, i64 n) { fill(y, (unsigned short)bits, n); }
KERNEL(fill_4, unsigned* y, i64 bits, i64 n) { fill(y, (unsigned)bits, n); }
KERNEL(fill_8, u64* y, i64 bits, i64 n) { fill(y, (u64)bits, n); }
