// Pointwise functions of two arguments that broadcast by strides.
//
//   y[i] = f(a[i], b[i])       f: +, -, *, /
//
// over extents of up to eight axes; y is dense, a and b are read at their own strides (0 repeats an axis). The launcher joins
// axes that lie together, so most calls have one or two. Where the last axis of both has stride 0 or 1 and everything else is
// a multiple of 16 bytes, a thread takes a unit of y at a time (wide), else one element. y may be a or b where that one is
// dense. A bf16 b may be added to an f32 a. Bytes: one write of y, one read of what a and b hold. FLOPs: 1 an element.
#include "device.cuh"

constexpr int AXES = 8;

// As dev.swath.kernels.BinaryKernel.Function numbers them.
enum { ADD, SUB, MUL, DIV };

// Extents and strides in elements, outermost first; passed by value.
struct Broadcast {
  int rank;
  int extent[AXES];
  i64 a[AXES];
  i64 b[AXES];
};

template <int F>
DEV float apply(float a, float b) {
  return F == ADD ? a + b : F == SUB ? a - b : F == MUL ? a * b : a / b;
}

// N elements along the last axis, all of them one where its stride is 0.
template <int N, class T>
DEV void load_along(const T* p, i64 stride, float (&f)[N]) {
  if (N > 1 && stride == 0) {
    float v = load(p);
#pragma unroll
    for (int e = 0; e < N; e++) f[e] = v;
  } else {
    load_n(p, f);
  }
}

// Elements of a unit: 16 bytes of the narrower type.
template <class T, class B>
constexpr int UNIT = WIDE<T> > WIDE<B> ? WIDE<T> : WIDE<B>;

template <int F, int N, class T, class B>
DEV void broadcast(T* y, const T* a, const B* b, const Broadcast& s, i64 n) {
  const int last = s.rank - 1;
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    i64 rest = i * N, at = 0, bt = 0;
    for (int axis = last; axis > 0; axis--) {
      i64 next = quotient(rest, s.extent[axis]);
      i64 k = rest - next * s.extent[axis];
      at += k * s.a[axis], bt += k * s.b[axis];
      rest = next;
    }
    at += rest * s.a[0], bt += rest * s.b[0];
    float u[N], v[N];
    load_along(a + at, s.a[last], u), load_along(b + bt, s.b[last], v);
#pragma unroll
    for (int e = 0; e < N; e++) u[e] = apply<F>(u[e], v[e]);
    store_n(y + i * N, u);
  }
}

template <class T, class B>
DEV void broadcast(T* y, const T* a, const B* b, const Broadcast& s, int f, int wide, i64 n) {
  if (wide) {
    switch (f) {
      case ADD: return broadcast<ADD, UNIT<T, B>>(y, a, b, s, n);
      case SUB: return broadcast<SUB, UNIT<T, B>>(y, a, b, s, n);
      case MUL: return broadcast<MUL, UNIT<T, B>>(y, a, b, s, n);
      case DIV: return broadcast<DIV, UNIT<T, B>>(y, a, b, s, n);
    }
  } else {
    switch (f) {
      case ADD: return broadcast<ADD, 1>(y, a, b, s, n);
      case SUB: return broadcast<SUB, 1>(y, a, b, s, n);
      case MUL: return broadcast<MUL, 1>(y, a, b, s, n);
      case DIV: return broadcast<DIV, 1>(y, a, b, s, n);
    }
  }
}

KERNEL(binary_forward_f32, float* y, const float* a, const float* b, Broadcast s, int f, int wide, i64 n) {
  broadcast(y, a, b, s, f, wide, n);
}
KERNEL(binary_forward_bf16, bf16* y, const bf16* a, const bf16* b, Broadcast s, int f, int wide, i64 n) {
  broadcast(y, a, b, s, f, wide, n);
}
KERNEL(binary_forward_bf16_to_f32, float* y, const float* a, const bf16* b, Broadcast s, int f, int wide, i64 n) {
  broadcast(y, a, b, s, f, wide, n);
}
