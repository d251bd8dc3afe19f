// Pointwise functions of one argument.
//
//   forward    y[i] = f(x[i])
//   backward   dx[i] = dy[i] f'(x[i])
//
// A thread takes 16 bytes at a time where all addresses are multiples of 16, else one element. y may be x, dx may be dy: an
// element is read before it is written, by the same thread. Bytes: forward one read and one write of each element, backward
// two reads and one write. FLOPs: 1 (ReLU) to about 25 (GELU, whose erf is a polynomial).
#include "device.cuh"

// As dev.swath.kernels.Activation numbers them.
enum {
  IDENTITY, RELU, GELU, TANH, SIGMOID, HARD_SIGMOID, EXP, LOG, SQRT,
  HARD_SWISH, RELU6, LEAKY_RELU, SOFTSIGN, SOFTPLUS, SIN, COS
};

constexpr float DENSITY_AT_0 = 0.39894228040143268f;  // 1 / sqrt(2 pi)

template <int F>
DEV float value(float x) {
  if constexpr (F == RELU) return x < 0.f ? 0.f : x;  // NaN stays
  if constexpr (F == GELU) {
    float bell;
    return x * normal_distribution(x, bell);
  }
  if constexpr (F == TANH) return tanhf(x);
  if constexpr (F == SIGMOID) return 1.f / (1.f + expf(-x));
  if constexpr (F == HARD_SIGMOID) return (x < -3.f ? 0.f : x > 3.f ? 6.f : x + 3.f) / 6.f;
  if constexpr (F == EXP) return expf(x);
  if constexpr (F == LOG) return logf(x);
  if constexpr (F == SQRT) return sqrtf(x);
  if constexpr (F == HARD_SWISH) return x * value<HARD_SIGMOID>(x);
  if constexpr (F == RELU6) return x < 0.f ? 0.f : x > 6.f ? 6.f : x;
  if constexpr (F == LEAKY_RELU) return x > 0.f ? x : 0.2f * x;
  if constexpr (F == SOFTSIGN) return x / (1.f + fabsf(x));
  if constexpr (F == SOFTPLUS) return (x < 0.f ? 0.f : x) + log1pf(expf(-fabsf(x)));
  if constexpr (F == SIN) return sinf(x);
  if constexpr (F == COS) return cosf(x);
  return x;
}

template <int F>
DEV float slope(float x) {
  if constexpr (F == RELU) return x > 0.f ? 1.f : 0.f;
  if constexpr (F == GELU) {
    float bell, n = normal_distribution(x, bell);
    return n + x * DENSITY_AT_0 * bell;
  }
  if constexpr (F == TANH) {
    // 1 - tanh^2 = 4 e / (1 + e)^2 with e = exp(-2 |x|), where nothing cancels
    float e = expf(-2.f * fabsf(x));
    return 4.f * e / ((1.f + e) * (1.f + e));
  }
  if constexpr (F == SIGMOID) {
    float e = expf(-fabsf(x));
    return e / ((1.f + e) * (1.f + e));
  }
  if constexpr (F == HARD_SIGMOID) return x > -3.f && x < 3.f ? 1.f / 6.f : 0.f;
  if constexpr (F == EXP) return expf(x);
  if constexpr (F == LOG) return 1.f / x;
  if constexpr (F == SQRT) return 0.5f / sqrtf(x);
  if constexpr (F == HARD_SWISH) return x <= -3.f ? 0.f : x >= 3.f ? 1.f : (2.f * x + 3.f) / 6.f;
  if constexpr (F == RELU6) return x > 0.f && x < 6.f ? 1.f : 0.f;
  if constexpr (F == LEAKY_RELU) return x > 0.f ? 1.f : 0.2f;
  if constexpr (F == SOFTSIGN) return 1.f / ((1.f + fabsf(x)) * (1.f + fabsf(x)));
  if constexpr (F == SOFTPLUS) return 1.f / (1.f + expf(-x));
  if constexpr (F == SIN) return cosf(x);
  if constexpr (F == COS) return -sinf(x);
  return 1.f;
}

template <int F, int N, class T>
DEV void forward(T* y, const T* x, i64 from, i64 n) {
  for (i64 i = from + grid_thread() * N; i + N <= n; i += grid_threads() * N) {
    float f[N];
    load_n(x + i, f);
#pragma unroll
    for (int e = 0; e < N; e++) f[e] = value<F>(f[e]);
    store_n(y + i, f);
  }
}

template <int F, int N, class T>
DEV void backward(T* dx, const T* dy, const T* x, i64 from, i64 n) {
  for (i64 i = from + grid_thread() * N; i + N <= n; i += grid_threads() * N) {
    float f[N], g[N];
    load_n(x + i, f), load_n(dy + i, g);
#pragma unroll
    for (int e = 0; e < N; e++) f[e] = g[e] * slope<F>(f[e]);
    store_n(dx + i, f);
  }
}

template <int F, class T>
DEV void forward(T* y, const T* x, i64 n) {
  i64 whole = aligned16(y) && aligned16(x) ? n - n % WIDE<T> : 0;
  forward<F, WIDE<T>>(y, x, 0, whole);
  forward<F, 1>(y, x, whole, n);
}

template <int F, class T>
DEV void backward(T* dx, const T* dy, const T* x, i64 n) {
  i64 whole = aligned16(dx) && aligned16(dy) && aligned16(x) ? n - n % WIDE<T> : 0;
  backward<F, WIDE<T>>(dx, dy, x, 0, whole);
  backward<F, 1>(dx, dy, x, whole, n);
}

#define EACH_FUNCTION(DO)                                                                             \
  DO(IDENTITY) DO(RELU) DO(GELU) DO(TANH) DO(SIGMOID) DO(HARD_SIGMOID) DO(EXP) DO(LOG) DO(SQRT)       \
  DO(HARD_SWISH) DO(RELU6) DO(LEAKY_RELU) DO(SOFTSIGN) DO(SOFTPLUS) DO(SIN) DO(COS)
#define FORWARD_CASE(F) case F: return forward<F>(y, x, n);
#define BACKWARD_CASE(F) case F: return backward<F>(dx, dy, x, n);

KERNEL(unary_forward_f32, float* y, const float* x, int f, i64 n) {
  switch (f) { EACH_FUNCTION(FORWARD_CASE) }
}
KERNEL(unary_forward_bf16, bf16* y, const bf16* x, int f, i64 n) {
  switch (f) { EACH_FUNCTION(FORWARD_CASE) }
}
KERNEL(unary_backward_f32, float* dx, const float* dy, const float* x, int f, i64 n) {
  switch (f) { EACH_FUNCTION(BACKWARD_CASE) }
}
KERNEL(unary_backward_bf16, bf16* dx, const bf16* dy, const bf16* x, int f, i64 n) {
  switch (f) { EACH_FUNCTION(BACKWARD_CASE) }
}
