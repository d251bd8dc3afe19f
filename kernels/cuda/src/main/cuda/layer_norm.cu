// Layer norm of rows, alone, behind a residual sum, or behind the gathering of 2x2 patches.
//
//   forward    z = (x - mean) rstd, rstd = 1 / sqrt(var + eps), y = z weight + bias
//   add        the same of x := residual + branch factor, which is written too (factor: one a sample, 0 or 1/keep of drop path)
//   merge      the same of x := the 4C channels of a 2x2 patch, which are not written
//              forward and backward also of an f32 x for a bf16 y, where x is a sum over many layers
//   backward   g = dy weight, dx = rstd (g - mean(g) - z mean(g z)), dWeight += sum dy z, dBias += sum dy over the rows
//
// Where rows are at most 1024 columns of whole 16-byte units at aligned addresses, a team of 8 to 32 lanes takes a row and
// keeps it in registers, so that each element is read once and the variance is taken about the mean. Else a warp (up to 2048
// columns) or a block takes a row and reads it again from the cache. In the backward pass of up to 512 columns the same
// threads add up dWeight and dBias of their columns; a block's sums go to `part`, one place a block, and a last kernel adds
// the blocks in order. Beyond that a kernel of its own goes down the columns.
//
// Bytes: forward one read and one write of each element (add: two reads, two writes), backward two reads and one write.
// FLOPs: about 8 and 15 an element.
#include "device.cuh"

constexpr int THREADS = 256;
constexpr int JOINERS = 16;  // threads that add up one column's parts

// Elements of a unit: 16 bytes of the narrower type.
template <class T, class Y>
constexpr int UNIT = WIDE<T> > WIDE<Y> ? WIDE<T> : WIDE<Y>;

// A row in registers: K units of N elements a lane, the lanes' units next to each other; 0 beyond the columns.
template <int N, int K, int LANES, class T>
DEV void load_row(const T* p, int lane, int columns, float (&f)[K][N]) {
#pragma unroll
  for (int k = 0; k < K; k++) {
    const int c = (k * LANES + lane) * N;
    if (c < columns) {
      load_n(p + c, f[k]);
    } else {
#pragma unroll
      for (int e = 0; e < N; e++) f[k][e] = 0.f;
    }
  }
}

// The same as it lies in memory, and its elements: what is loaded ahead takes a quarter or half of the registers.
template <int N, int K, int LANES, class T>
DEV void load_raw(const T* p, int lane, int columns, uint4 (&raw)[K]) {
#pragma unroll
  for (int k = 0; k < K; k++) {
    const int c = (k * LANES + lane) * N;
    raw[k] = c < columns ? load16(p + c) : uint4{0, 0, 0, 0};
  }
}
DEV void unpack(const uint4& v, float (&f)[8]) {
  f[0] = lower_half(v.x), f[1] = upper_half(v.x), f[2] = lower_half(v.y), f[3] = upper_half(v.y);
  f[4] = lower_half(v.z), f[5] = upper_half(v.z), f[6] = lower_half(v.w), f[7] = upper_half(v.w);
}
DEV void unpack(const uint4& v, float (&f)[4]) {
  f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
}

// From the row to y, its mean and its rstd. in: whether there is such a row.
template <int N, int K, int LANES, class Y, class P>
DEV void finish_row(Y* y, float* mean, float* rstd, float (&f)[K][N], const P* weight, const P* bias, bool in, i64 r, int lane,
                    int columns, float eps) {
  float s = 0.f, q = 0.f;
#pragma unroll
  for (int k = 0; k < K; k++) {
#pragma unroll
    for (int e = 0; e < N; e++) s += f[k][e];
  }
  const float m = team_sum<LANES>(s, nullptr) / (float)columns;
#pragma unroll
  for (int k = 0; k < K; k++) {
    if ((k * LANES + lane) * N < columns) {
#pragma unroll
      for (int e = 0; e < N; e++) f[k][e] -= m, q += f[k][e] * f[k][e];
    }
  }
  const float v = 1.f / sqrtf(team_sum<LANES>(q, nullptr) / (float)columns + eps);
  if (!in) return;
#pragma unroll
  for (int k = 0; k < K; k++) {
    const int c = (k * LANES + lane) * N;
    if (c < columns) {
      float w[N], b[N];
      load_n(weight + c, w), load_n(bias + c, b);
#pragma unroll
      for (int e = 0; e < N; e++) f[k][e] = f[k][e] * v * w[e] + b[e];
      store_n(y + r * columns + c, f[k]);
    }
  }
  if (lane == 0 && mean) mean[r] = m, rstd[r] = v;
}

template <int K, int LANES, class T, class Y, class P>
DEV void forward(Y* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, i64 rows, int columns, float eps) {
  constexpr int N = UNIT<T, Y>;
  const int lane = threadIdx.x % LANES;
  const i64 r = grid_thread() / LANES;
  float f[K][N];
  load_row<N, K, LANES>(x + (r < rows ? r : rows - 1) * columns, lane, columns, f);
  finish_row<N, K, LANES>(y, mean, rstd, f, weight, bias, r < rows, r, lane, columns, eps);
}

// factor: (samples), null for 1; every sample has rows / samples rows, `each`.
template <int K, int LANES, class T, class P>
DEV void add(T* sum, T* y, float* mean, float* rstd, const T* residual, const T* branch, const T* factor, const P* weight,
             const P* bias, i64 rows, i64 each, int columns, float eps) {
  constexpr int N = WIDE<T>;
  const int lane = threadIdx.x % LANES;
  const i64 r = grid_thread() / LANES, at = r < rows ? r : rows - 1;
  const float share = factor ? load(factor + at / each) : 1.f;
  float f[K][N], g[K][N];
  load_row<N, K, LANES>(residual + at * columns, lane, columns, f);
  load_row<N, K, LANES>(branch + at * columns, lane, columns, g);
#pragma unroll
  for (int k = 0; k < K; k++) {
    const int c = (k * LANES + lane) * N;
    if (c < columns) {
#pragma unroll
      for (int e = 0; e < N; e++) f[k][e] += g[k][e] * share;
      if constexpr (sizeof(T) == 2) {  // the norm is of what is stored
#pragma unroll
        for (int e = 0; e < N; e += 2) {
          unsigned two = pack2(f[k][e], f[k][e + 1]);
          f[k][e] = lower_half(two), f[k][e + 1] = upper_half(two);
        }
      }
      if (r < rows) store_n(sum + r * columns + c, f[k]);
    }
  }
  finish_row<N, K, LANES>(y, mean, rstd, f, weight, bias, r < rows, r, lane, columns, eps);
}

// Where part p of a patch begins in the map, or -1.
DEV i64 patch(i64 cell, int part, int height, int width, int channels) {
  const int rows = (height + 1) / 2, columns = (width + 1) / 2;
  const i64 line = quotient(cell, columns), b = quotient(line, rows);
  const int iy = (int)(line - b * rows) * 2 + (part & 1), ix = (int)(cell - line * columns) * 2 + (part >> 1);
  return iy < height && ix < width ? ((b * height + iy) * width + ix) * channels : -1;
}

template <int K, int LANES, class T, class P>
DEV void merge(T* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, i64 rows, int height, int width,
               int channels, float eps) {
  constexpr int N = WIDE<T>;
  const int lane = threadIdx.x % LANES, columns = 4 * channels;
  const i64 r = grid_thread() / LANES, cell = r < rows ? r : rows - 1;
  float f[K][N];
#pragma unroll
  for (int k = 0; k < K; k++) {
    const int c = (k * LANES + lane) * N, part = c / channels;
    const i64 from = c < columns ? patch(cell, part, height, width, channels) : -1;
    if (from >= 0) {
      load_n(x + from + (c - part * channels), f[k]);
    } else {
#pragma unroll
      for (int e = 0; e < N; e++) f[k][e] = 0.f;
    }
  }
  finish_row<N, K, LANES>(y, mean, rstd, f, weight, bias, r < rows, r, lane, columns, eps);
}

// Any number of columns, any address; a team reads its row three times.
template <int LANES, class T, class Y, class P>
DEV void forward_any(Y* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, i64 rows, int columns, float eps,
                     float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const int lane = threadIdx.x % TEAM;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;
  x += r * columns, y += r * columns;
  float s = 0.f, q = 0.f;
  for (int c = lane; c < columns; c += TEAM) s += load(x + c);
  const float m = team_sum<LANES>(s, scratch) / (float)columns;
  for (int c = lane; c < columns; c += TEAM) {
    float d = load(x + c) - m;
    q += d * d;
  }
  const float v = 1.f / sqrtf(team_sum<LANES>(q, scratch) / (float)columns + eps);
  for (int c = lane; c < columns; c += TEAM) store(y + c, (load(x + c) - m) * v * load(weight + c) + load(bias + c));
  if (lane == 0 && mean) mean[r] = m, rstd[r] = v;
}

// The same behind a residual sum: what is stored is read back by the thread that stored it.
template <int LANES, class T, class P>
DEV void add_any(T* sum, T* y, float* mean, float* rstd, const T* residual, const T* branch, const T* factor, const P* weight,
                 const P* bias, i64 rows, i64 each, int columns, float eps, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const int lane = threadIdx.x % TEAM;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;
  const float share = factor ? load(factor + r / each) : 1.f;
  for (int c = lane; c < columns; c += TEAM) {
    const i64 at = r * columns + c;
    store(sum + at, load(residual + at) + load(branch + at) * share);
  }
  forward_any<LANES>(y, mean, rstd, (const T*)sum, weight, bias, rows, columns, eps, scratch);
}

// And behind the gathering of patches, gathered again at each reading.
template <int LANES, class T, class P>
DEV void merge_any(T* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, i64 rows, int height, int width,
                   int channels, float eps, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const int lane = threadIdx.x % TEAM, columns = 4 * channels;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;
  y += r * columns;
  float s = 0.f, q = 0.f;
  i64 from[4];
#pragma unroll
  for (int p = 0; p < 4; p++) from[p] = patch(r, p, height, width, channels);
#pragma unroll
  for (int p = 0; p < 4; p++) {
    for (int c = lane; c < channels && from[p] >= 0; c += TEAM) s += load(x + from[p] + c);
  }
  const float m = team_sum<LANES>(s, scratch) / (float)columns;
#pragma unroll
  for (int p = 0; p < 4; p++) {
    for (int c = lane; c < channels; c += TEAM) {
      float d = (from[p] >= 0 ? load(x + from[p] + c) : 0.f) - m;
      q += d * d;
    }
  }
  const float v = 1.f / sqrtf(team_sum<LANES>(q, scratch) / (float)columns + eps);
#pragma unroll
  for (int p = 0; p < 4; p++) {
    for (int c = lane; c < channels; c += TEAM) {
      const int at = p * channels + c;
      const float d = (from[p] >= 0 ? load(x + from[p] + c) : 0.f) - m;
      store(y + at, d * v * load(weight + at) + load(bias + at));
    }
  }
  if (lane == 0 && mean) mean[r] = m, rstd[r] = v;
}

// dx of teams that keep their rows in registers, and with SUMS the block's sums for dWeight and dBias. part: (blocks, 2, columns).
// more: what is added to dx, a gradient that comes along the residual; may be null. A block takes rows in steps of the grid.
template <int K, int LANES, bool SUMS, class T, class Y, class P>
DEV void backward(T* dx, float* part, const Y* dy, const T* x, const P* weight, const float* mean, const float* rstd, const T* more,
                  i64 rows, int columns, float* shared) {
  // With two units a lane only two blocks fit, whatever this costs; then the next rows are loaded while one is worked out.
  constexpr bool AHEAD = SUMS && K == 2 && sizeof(T) == sizeof(Y);
  constexpr int N = UNIT<T, Y>, TEAMS = THREADS / LANES;
  const int lane = threadIdx.x % LANES, team = threadIdx.x / LANES;
  float dot[K][N] = {}, sum[K][N] = {};
  uint4 rawX[K], rawY[K];
  const i64 step = (i64)gridDim.x * TEAMS, mine = (i64)blockIdx.x * TEAMS + team;
  if constexpr (AHEAD) {
    const i64 r = mine < rows ? mine : rows - 1;
    load_raw<N, K, LANES>(x + r * columns, lane, columns, rawX), load_raw<N, K, LANES>(dy + r * columns, lane, columns, rawY);
  }
  // Every team of the block takes as many turns, for all of a warp must exchange.
  for (i64 r0 = (i64)blockIdx.x * TEAMS; r0 < rows; r0 += step) {
    const bool in = r0 + team < rows;
    const i64 r = in ? r0 + team : rows - 1;
    float f[K][N], g[K][N], a = 0.f, b = 0.f;
    if constexpr (AHEAD) {
#pragma unroll
      for (int k = 0; k < K; k++) unpack(rawX[k], f[k]), unpack(rawY[k], g[k]);
      const i64 next = r0 + step + team < rows ? r0 + step + team : rows - 1;
      load_raw<N, K, LANES>(x + next * columns, lane, columns, rawX);
      load_raw<N, K, LANES>(dy + next * columns, lane, columns, rawY);
    } else {
      load_row<N, K, LANES>(x + r * columns, lane, columns, f);
      load_row<N, K, LANES>(dy + r * columns, lane, columns, g);
    }
    const float m = mean[r], s = rstd[r];
#pragma unroll
    for (int k = 0; k < K; k++) {
      const int c = (k * LANES + lane) * N;
      if (c < columns) {
        float w[N];
        load_n(weight + c, w);
#pragma unroll
        for (int e = 0; e < N; e++) {
          f[k][e] = (f[k][e] - m) * s;
          if (SUMS && in) dot[k][e] += g[k][e] * f[k][e], sum[k][e] += g[k][e];
          g[k][e] *= w[e];
          a += g[k][e], b += g[k][e] * f[k][e];
        }
      }
    }
    a = team_sum<LANES>(a, nullptr) / (float)columns, b = team_sum<LANES>(b, nullptr) / (float)columns;
    if (in && dx) {
#pragma unroll
      for (int k = 0; k < K; k++) {
        const int c = (k * LANES + lane) * N;
        if (c < columns) {
          float o[N];
          if (more) load_n(more + r * columns + c, o);
#pragma unroll
          for (int e = 0; e < N; e++) f[k][e] = s * (g[k][e] - a - f[k][e] * b) + (more ? o[e] : 0.f);
          store_n(dx + r * columns + c, f[k]);
        }
      }
    }
  }
  if constexpr (SUMS) {
    // The teams' registers through shared memory, one team after another.
    for (int t = 0; t < TEAMS; t++) {
      if (team == t) {
#pragma unroll
        for (int k = 0; k < K; k++) {
          const int c = (k * LANES + lane) * N;
          if (c < columns) {
#pragma unroll
            for (int e = 0; e < N; e++) {
              shared[c + e] = t ? shared[c + e] + dot[k][e] : dot[k][e];
              shared[columns + c + e] = t ? shared[columns + c + e] + sum[k][e] : sum[k][e];
            }
          }
        }
      }
      __syncthreads();
    }
    for (int c = threadIdx.x; c < 2 * columns; c += THREADS) part[(i64)blockIdx.x * 2 * columns + c] = shared[c];
  }
}

// dx of any number of columns, any address.
template <int LANES, class T, class Y, class P>
DEV void backward_any(T* dx, const Y* dy, const T* x, const P* weight, const float* mean, const float* rstd, const T* more,
                      i64 rows, int columns, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const int lane = threadIdx.x % TEAM;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;
  const i64 at = r * columns;
  const float m = mean[r], s = rstd[r];
  float a = 0.f, b = 0.f;
  for (int c = lane; c < columns; c += TEAM) {
    float g = load(dy + at + c) * load(weight + c);
    a += g, b += g * (load(x + at + c) - m) * s;
  }
  a = team_sum<LANES>(a, scratch) / (float)columns, b = team_sum<LANES>(b, scratch) / (float)columns;
  for (int c = lane; c < columns; c += TEAM) {
    float g = load(dy + at + c) * load(weight + c), z = (load(x + at + c) - m) * s;
    store(dx + at + c, s * (g - a - z * b) + (more ? load(more + at + c) : 0.f));
  }
}

// Sums for dWeight and dBias down the columns: a block takes up to 32 units of N columns and a chunk of rows, its threads
// `lanes` units wide. part: (chunks, 2, columns).
template <int N, class T, class Y>
DEV void column_sums(float* part, const Y* dy, const T* x, const float* mean, const float* rstd, i64 rows, int columns, int chunks,
                     int lanes, float* shared) {
  const int groups = THREADS / lanes, lane = threadIdx.x % lanes, group = threadIdx.x / lanes, width = lanes * N;
  const int tiles = (columns + width - 1) / width, chunk = blockIdx.x / tiles;
  const int first = (int)(blockIdx.x - (unsigned)chunk * tiles) * width, c = first + lane * N;
  const i64 low = rows * chunk / chunks, high = rows * (chunk + 1) / chunks;
  float dot[N] = {}, sum[N] = {};
  if (c < columns) {
    for (i64 r = low + group; r < high; r += groups) {
      float f[N], g[N];
      load_n(x + r * columns + c, f), load_n(dy + r * columns + c, g);
      const float m = mean[r], s = rstd[r];
#pragma unroll
      for (int e = 0; e < N; e++) dot[e] += g[e] * (f[e] - m) * s, sum[e] += g[e];
    }
  }
  float *dots = shared, *totals = shared + THREADS * N;
#pragma unroll
  for (int e = 0; e < N; e++) dots[threadIdx.x * N + e] = dot[e], totals[threadIdx.x * N + e] = sum[e];
  __syncthreads();
  const int at = threadIdx.x;
  if (at < width && first + at < columns) {
    float d = dots[at], t = totals[at];
    for (int g = 1; g < groups; g++) d += dots[g * width + at], t += totals[g * width + at];
    part[(i64)chunk * 2 * columns + first + at] = d, part[((i64)chunk * 2 + 1) * columns + first + at] = t;
  }
}

// dWeight += and dBias += the parts in order; a block takes 32 columns, JOINERS threads each.
template <class P>
DEV void finish(P* dWeight, P* dBias, const float* part, int columns, int parts, float (*shared)[2][32]) {
  const int lane = threadIdx.x % 32, group = threadIdx.x / 32, c = blockIdx.x * 32 + lane;
  float d = 0.f, s = 0.f;
  if (c < columns) {
#pragma unroll 8
    for (int k = group; k < parts; k += JOINERS) d += part[(i64)k * 2 * columns + c], s += part[((i64)k * 2 + 1) * columns + c];
  }
  shared[group][0][lane] = d, shared[group][1][lane] = s;
  __syncthreads();
  if (group == 0 && c < columns) {
    for (int g = 1; g < JOINERS; g++) d += shared[g][0][lane], s += shared[g][1][lane];
    if (dWeight) store(dWeight + c, load(dWeight + c) + d);
    if (dBias) store(dBias + c, load(dBias + c) + s);
  }
}

// Names: how a row is held, as units of 16 bytes a lane and lanes of its team, or `warp` and `block` for the general ones.
#define FORWARD(shape, K, LANES, types, T, Y, P)                                                                          \
  KERNEL(layer_norm_forward_##shape##_##types, Y* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, \
         i64 rows, int columns, float eps) {                                                                              \
    forward<K, LANES>(y, mean, rstd, x, weight, bias, rows, columns, eps);                                                \
  }
#define FUSED(shape, K, LANES, types, T, Y, P)                                                                            \
  KERNEL(layer_norm_add_##shape##_##types, T* sum, T* y, float* mean, float* rstd, const T* residual, const T* branch,    \
         const T* factor, const P* weight, const P* bias, i64 rows, i64 each, int columns, float eps) {                   \
    add<K, LANES>(sum, y, mean, rstd, residual, branch, factor, weight, bias, rows, each, columns, eps);                  \
  }                                                                                                                       \
  KERNEL(layer_norm_merge_##shape##_##types, T* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias,  \
         i64 rows, int height, int width, int channels, float eps) {                                                      \
    merge<K, LANES>(y, mean, rstd, x, weight, bias, rows, height, width, channels, eps);                                  \
  }
#define FORWARD_ANY(shape, LANES, types, T, Y, P)                                                                         \
  KERNEL(layer_norm_forward_##shape##_##types, Y* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias, \
         i64 rows, int columns, float eps) {                                                                              \
    SHARED float scratch[32];                                                                                             \
    forward_any<LANES>(y, mean, rstd, x, weight, bias, rows, columns, eps, scratch);                                      \
  }
#define FUSED_ANY(shape, LANES, types, T, P)                                                                              \
  KERNEL(layer_norm_add_##shape##_##types, T* sum, T* y, float* mean, float* rstd, const T* residual, const T* branch,    \
         const T* factor, const P* weight, const P* bias, i64 rows, i64 each, int columns, float eps) {                   \
    SHARED float scratch[32];                                                                                             \
    add_any<LANES>(sum, y, mean, rstd, residual, branch, factor, weight, bias, rows, each, columns, eps, scratch);        \
  }                                                                                                                       \
  KERNEL(layer_norm_merge_##shape##_##types, T* y, float* mean, float* rstd, const T* x, const P* weight, const P* bias,  \
         i64 rows, int height, int width, int channels, float eps) {                                                      \
    SHARED float scratch[32];                                                                                             \
    merge_any<LANES>(y, mean, rstd, x, weight, bias, rows, height, width, channels, eps, scratch);                        \
  }
#define BACKWARD(shape, K, LANES, types, T, Y, P)                                                                         \
  KERNEL_BOUNDS(256, 2, layer_norm_backward_##shape##_##types, T* dx, float* part, const Y* dy, const T* x, const P* weight, \
                const float* mean, const float* rstd, const T* more, i64 rows, int columns) {                             \
    DYNAMIC_SHARED(float, shared);                                                                                        \
    backward<K, LANES, true>(dx, part, dy, x, weight, mean, rstd, more, rows, columns, shared);                           \
  }
#define BACKWARD_X(shape, K, LANES, types, T, Y, P)                                                                       \
  KERNEL(layer_norm_backward_x_##shape##_##types, T* dx, const Y* dy, const T* x, const P* weight, const float* mean,     \
         const float* rstd, const T* more, i64 rows, int columns) {                                                       \
    backward<K, LANES, false>(dx, nullptr, dy, x, weight, mean, rstd, more, rows, columns, nullptr);                      \
  }
#define BACKWARD_ANY(shape, LANES, types, T, Y, P)                                                                        \
  KERNEL(layer_norm_backward_x_##shape##_##types, T* dx, const Y* dy, const T* x, const P* weight, const float* mean,     \
         const float* rstd, const T* more, i64 rows, int columns) {                                                       \
    SHARED float scratch[32];                                                                                             \
    backward_any<LANES>(dx, dy, x, weight, mean, rstd, more, rows, columns, scratch);                                     \
  }

#define SHAPES(DO, types, T, Y, P) \
  DO(1x8, 1, 8, types, T, Y, P)    \
  DO(1x16, 1, 16, types, T, Y, P)  \
  DO(1x32, 1, 32, types, T, Y, P)  \
  DO(2x32, 2, 32, types, T, Y, P)
#define ALONE(types, T, Y, P)             \
  SHAPES(FORWARD, types, T, Y, P)         \
  FORWARD(4x32, 4, 32, types, T, Y, P)    \
  FORWARD_ANY(warp, 32, types, T, Y, P)   \
  FORWARD_ANY(block, 0, types, T, Y, P)   \
  SHAPES(BACKWARD, types, T, Y, P)        \
  SHAPES(BACKWARD_X, types, T, Y, P)      \
  BACKWARD_X(4x32, 4, 32, types, T, Y, P) \
  BACKWARD_ANY(warp, 32, types, T, Y, P)  \
  BACKWARD_ANY(block, 0, types, T, Y, P)
#define ALL(types, T, P)               \
  ALONE(types, T, T, P)                \
  SHAPES(FUSED, types, T, T, P)        \
  FUSED(4x32, 4, 32, types, T, T, P)   \
  FUSED_ANY(warp, 32, types, T, P)     \
  FUSED_ANY(block, 0, types, T, P)
ALL(f32, float, float)
ALL(bf16, bf16, bf16)
ALL(bf16_f32, bf16, float)
ALONE(f32_to_bf16, float, bf16, float)
// Of f32 a unit holds four columns: 512 and 1024 of them.
FORWARD(8x32, 8, 32, f32, float, float, float)
FUSED(8x32, 8, 32, f32, float, float, float)
BACKWARD(4x32, 4, 32, f32, float, float, float)
BACKWARD_X(8x32, 8, 32, f32, float, float, float)

#define COLUMNS(types, T, Y)                                                                                           \
  KERNEL(layer_norm_columns_##types, float* part, const Y* dy, const T* x, const float* mean, const float* rstd, i64 rows, \
         int columns, int chunks, int lanes, int wide) {                                                               \
    SHARED float shared[2 * THREADS * UNIT<T, Y>];                                                                     \
    if (wide) column_sums<UNIT<T, Y>>(part, dy, x, mean, rstd, rows, columns, chunks, lanes, shared);                  \
    else column_sums<1>(part, dy, x, mean, rstd, rows, columns, chunks, lanes, shared);                                \
  }
COLUMNS(f32, float, float)
COLUMNS(bf16, bf16, bf16)
COLUMNS(f32_to_bf16, float, bf16)

KERNEL_BOUNDS(JOINERS * 32, 1, layer_norm_finish_f32, float* dWeight, float* dBias, const float* part, int columns, int parts) {
  SHARED float shared[JOINERS][2][32];
  finish(dWeight, dBias, part, columns, parts, shared);
}
KERNEL_BOUNDS(JOINERS * 32, 1, layer_norm_finish_bf16, bf16* dWeight, bf16* dBias, const float* part, int columns, int parts) {
  SHARED float shared[JOINERS][2][32];
  finish(dWeight, dBias, part, columns, parts, shared);
}
