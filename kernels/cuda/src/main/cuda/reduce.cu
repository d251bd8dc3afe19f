// Sums, means and maxima over the middle axis of x (outer, axis, inner).
//
//   forward    y[o, i] = f over a of x[o, a, i]
//   backward   dx[o, a, i] = dy[o, i], / axis for the mean; for the maximum dy at the first a with x = y, else 0
//
// Rows (inner = 1): a warp or a block takes a row or a chunk of it. Columns: a block takes up to 32 units of N columns (16
// bytes, or one) and a chunk of the axis, its threads `lanes` units wide and 256 / lanes high. Where outer x inner is small,
// the axis is cut into chunks whose results are reduced by a second launch of the same kernels, in order. Bytes: one read of x
// (backward: one write of dx; maximum: one read of x too). FLOPs: 1 an element.
#include "device.cuh"

constexpr int THREADS = 256;
constexpr int ROWS = 4;  // elements in flight

// As dev.swath.kernels.ReduceKernel.Function numbers them; a mean is a sum with a divisor.
enum { SUM, MEAN, MAX };

template <int F>
DEV float none() {
  return F == MAX ? -infinity() : 0.f;
}
template <int F>
DEV float both(float a, float b) {
  return F == MAX ? (b > a || b != b ? b : a) : a + b;  // of a NaN and something a NaN
}

template <int F>
DEV float warp_both(float v) {
  for (int m = 16; m > 0; m >>= 1) v = both<F>(v, shuffle_xor(v, m));
  return v;
}

// Chunk k of row r, by a warp (LANES 32) or the block (0). y: (outer, chunks).
template <int F, int N, int LANES, class Y, class T>
DEV void rows(Y* y, const T* x, i64 outer, i64 axis, int chunks, float divisor, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const i64 team = grid_thread() / TEAM;
  if (team >= outer * chunks) return;
  const i64 r = quotient(team, chunks), k = team - r * chunks, units = axis / N;
  const i64 low = units * k / chunks * N, high = k == chunks - 1 ? axis : units * (k + 1) / chunks * N;
  x += r * axis;
  float v = none<F>();
  i64 a = low + (threadIdx.x % TEAM) * N;
  for (; a + N <= high; a += TEAM * N) {
    float f[N];
    load_n(x + a, f);
#pragma unroll
    for (int e = 0; e < N; e++) v = both<F>(v, f[e]);
  }
  if (N > 1) {
    for (a = high - high % N + threadIdx.x % TEAM; a < high; a += TEAM) v = both<F>(v, load(x + a));
  }
  v = warp_both<F>(v);
  if (LANES == 0) {
    if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = v;
    __syncthreads();
    v = scratch[0];
    for (int w = 1; w < THREADS / 32; w++) v = both<F>(v, scratch[w]);
  }
  if (threadIdx.x % TEAM == 0) store(y + team, v / divisor);
}

// y: (outer, chunks, inner).
template <int F, int N, class Y, class T>
DEV void columns(Y* y, const T* x, i64 axis, int inner, int chunks, int lanes, float divisor, float* shared) {
  const int groups = THREADS / lanes, lane = threadIdx.x % lanes, group = threadIdx.x / lanes;
  const int tiles = (inner + lanes * N - 1) / (lanes * N), width = lanes * N;
  const i64 block = blockIdx.x / tiles;  // o chunks + k
  const int first = (int)(blockIdx.x - block * tiles) * width, i = first + lane * N;
  const i64 o = block / chunks, k = block - o * chunks, low = axis * k / chunks, high = axis * (k + 1) / chunks;
  float v[N];
#pragma unroll
  for (int e = 0; e < N; e++) v[e] = none<F>();
  if (i < inner) {
    const T* p = x + (o * axis + low + group) * inner + i;
    const i64 step = (i64)groups * inner;
    for (i64 a = low + group; a < high; a += ROWS * groups, p += ROWS * step) {
      float f[ROWS][N];
#pragma unroll
      for (int u = 0; u < ROWS; u++) {
        if (a + u * groups < high) load_n(p + u * step, f[u]);
      }
#pragma unroll
      for (int u = 0; u < ROWS; u++) {
        if (a + u * groups < high) {
#pragma unroll
          for (int e = 0; e < N; e++) v[e] = both<F>(v[e], f[u][e]);
        }
      }
    }
  }
#pragma unroll
  for (int e = 0; e < N; e++) shared[threadIdx.x * N + e] = v[e];
  __syncthreads();
  const int at = threadIdx.x;
  if (at < width && first + at < inner) {
    float s = shared[at];
    for (int g = 1; g < groups; g++) s = both<F>(s, shared[g * width + at]);
    store(y + block * inner + first + at, s / divisor);
  }
}

#define REDUCE(types, Y, T)                                                                                        \
  KERNEL(reduce_warps_##types, Y* y, const T* x, int f, int wide, i64 outer, i64 axis, int chunks, float divisor) { \
    if (wide) {                                                                                                    \
      if (f == MAX) rows<MAX, WIDE<T>, 32>(y, x, outer, axis, chunks, divisor, nullptr);                           \
      else rows<SUM, WIDE<T>, 32>(y, x, outer, axis, chunks, divisor, nullptr);                                    \
    } else {                                                                                                       \
      if (f == MAX) rows<MAX, 1, 32>(y, x, outer, axis, chunks, divisor, nullptr);                                 \
      else rows<SUM, 1, 32>(y, x, outer, axis, chunks, divisor, nullptr);                                          \
    }                                                                                                              \
  }                                                                                                                \
  KERNEL(reduce_blocks_##types, Y* y, const T* x, int f, int wide, i64 outer, i64 axis, int chunks, float divisor) { \
    SHARED float scratch[32];                                                                                      \
    if (wide) {                                                                                                    \
      if (f == MAX) rows<MAX, WIDE<T>, 0>(y, x, outer, axis, chunks, divisor, scratch);                            \
      else rows<SUM, WIDE<T>, 0>(y, x, outer, axis, chunks, divisor, scratch);                                     \
    } else {                                                                                                       \
      if (f == MAX) rows<MAX, 1, 0>(y, x, outer, axis, chunks, divisor, scratch);                                  \
      else rows<SUM, 1, 0>(y, x, outer, axis, chunks, divisor, scratch);                                           \
    }                                                                                                              \
  }                                                                                                                \
  KERNEL(reduce_columns_##types, Y* y, const T* x, int f, int wide, i64 axis, int inner, int chunks, int lanes,    \
         float divisor) {                                                                                          \
    SHARED float shared[THREADS * WIDE<T>];                                                                        \
    if (wide) {                                                                                                    \
      if (f == MAX) columns<MAX, WIDE<T>>(y, x, axis, inner, chunks, lanes, divisor, shared);                      \
      else columns<SUM, WIDE<T>>(y, x, axis, inner, chunks, lanes, divisor, shared);                               \
    } else {                                                                                                       \
      if (f == MAX) columns<MAX, 1>(y, x, axis, inner, chunks, lanes, divisor, shared);                            \
      else columns<SUM, 1>(y, x, axis, inner, chunks, lanes, divisor, shared);                                     \
    }                                                                                                              \
  }

REDUCE(f32, float, float)
REDUCE(bf16, bf16, bf16)
REDUCE(bf16_f32, float, bf16)
REDUCE(f32_bf16, bf16, float)  // second launches only

// Sum and mean: N elements of dx along the last axis that is more than one.
template <int N, class T, class Y>
DEV void spread(T* dx, const Y* dy, i64 n, i64 axis, int inner, float divisor) {
  for (i64 u = grid_thread(); u < n / N; u += grid_threads()) {
    const i64 i = u * N;
    float f[N];
    if (inner == 1) {
      float g = load(dy + (axis >> 31 ? i / axis : quotient(i, (int)axis))) / divisor;
#pragma unroll
      for (int e = 0; e < N; e++) f[e] = g;
    } else {
      const i64 row = quotient(i, inner), o = axis >> 31 ? row / axis : quotient(row, (int)axis);
#pragma unroll
      for (int e = 0; e < N; e++) f[e] = load(dy + o * inner + (i - row * inner) + e) / divisor;
    }
    store_n(dx + i, f);
  }
}

// Maximum along rows: a warp a row.
template <class T, class Y>
DEV void choose_rows(T* dx, const Y* dy, const T* x, const Y* y, i64 outer, int axis) {
  const i64 o = grid_thread() / 32;
  if (o >= outer) return;
  const int lane = threadIdx.x % 32;
  const float most = load(y + o), g = load(dy + o);
  dx += o * axis, x += o * axis;
  int first = axis;
  for (int a = lane; a < axis && first == axis; a += 32) {
    if (load(x + a) == most) first = a;
  }
  for (int m = 16; m > 0; m >>= 1) {
    int other = shuffle_xor(first, m);
    first = other < first ? other : first;
  }
  for (int a = lane; a < axis; a += 32) store(dx + a, a == first ? g : 0.f);
}

// Maximum along columns: a thread a column.
template <class T, class Y>
DEV void choose_columns(T* dx, const Y* dy, const T* x, const Y* y, i64 outer, int axis, int inner) {
  for (i64 t = grid_thread(); t < outer * inner; t += grid_threads()) {
    const i64 o = quotient(t, inner);
    i64 at = o * axis * inner + (t - o * inner);
    const float most = load(y + t), g = load(dy + t);
    bool given = false;
    for (int a = 0; a < axis; a++, at += inner) {
      bool first = !given && load(x + at) == most;
      store(dx + at, first ? g : 0.f);
      given |= first;
    }
  }
}

#define REDUCE_BACKWARD(types, T, Y)                                                                           \
  KERNEL(reduce_spread_##types, T* dx, const Y* dy, int wide, i64 n, i64 axis, int inner, float divisor) {     \
    if (wide) spread<WIDE<T>>(dx, dy, n, axis, inner, divisor);                                                \
    else spread<1>(dx, dy, n, axis, inner, divisor);                                                           \
  }                                                                                                            \
  KERNEL(reduce_choose_rows_##types, T* dx, const Y* dy, const T* x, const Y* y, i64 outer, int axis) {        \
    choose_rows(dx, dy, x, y, outer, axis);                                                                    \
  }                                                                                                            \
  KERNEL(reduce_choose_columns_##types, T* dx, const Y* dy, const T* x, const Y* y, i64 outer, int axis, int inner) { \
    choose_columns(dx, dy, x, y, outer, axis, inner);                                                          \
  }

REDUCE_BACKWARD(f32, float, float)
REDUCE_BACKWARD(bf16, bf16, bf16)
REDUCE_BACKWARD(bf16_f32, bf16, float)
