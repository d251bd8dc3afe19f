// Standardises each channel over the rows of x (batch, rows, C): batch norm (batch 1, with scale and shift) and instance norm.
//
//   mean_c, var_c   over the rows, biased
//   forward         z = (x - mean) rstd,  y = z weight + bias,  with ReLU max(y, 0),  rstd = 1 / sqrt(var + eps)
//   backward        g = dy (with ReLU: where y > 0), sums G = sum g, D = sum g z over the rows,
//                   dx = weight rstd (g - G/rows - z D/rows), or weight rstd g where mean and var are not of x
//                   dWeight += D, dBias += G
//
// Every pass over x has one shape: a block takes up to 32 units of N channels (16 bytes, or one channel where something does
// not fit) and a chunk of rows; its threads are `lanes` units wide and 256 / lanes rows high, and a thread stays with its
// channels. Sums of a block go to `part`, one place a chunk, and a second kernel joins the chunks in order; nothing depends
// on which block ends first. Moments are joined by Chan's formula from groups of rows that are centred in registers, so that
// no digits are lost whatever the mean is.
//
// Bytes: moments one read of x; forward one read and one write; sums of the backward pass two reads, dx two reads and one
// write. FLOPs: about 5, 3, 6 and 7 an element.
#include "device.cuh"

constexpr int THREADS = 256;
constexpr int ROWS = 4;     // rows in flight
constexpr int JOINERS = 16;  // threads that join one column's chunks

// Where a block is.
struct Tile {
  int lanes, groups, lane, group, first, chunk;
  i64 batch, low, high;
};

template <int N>
DEV Tile tile(i64 rows, int channels, int chunks, int lanes) {
  Tile t;
  t.lanes = lanes, t.groups = THREADS / lanes;
  t.lane = threadIdx.x % lanes, t.group = threadIdx.x / lanes;
  int tiles = (channels + lanes * N - 1) / (lanes * N);
  i64 block = blockIdx.x / tiles;
  t.first = ((int)(blockIdx.x - block * tiles) * lanes + t.lane) * N;
  t.batch = block / chunks, t.chunk = (int)(block - t.batch * chunks);
  t.low = rows * t.chunk / chunks, t.high = rows * (t.chunk + 1) / chunks;
  return t;
}

// Joins a group of n2 rows with n1.
DEV void join(float& mean, float& square, float n1, float mean2, float square2, float n2) {
  float d = mean2 - mean, share = n2 / (n1 + n2);
  mean += d * share;
  square += square2 + d * d * n1 * share;
}

template <int U, int N, class T>
DEV void add_rows(const T* x, i64 step, float (&mean)[N], float (&square)[N], float n) {
  float f[U][N];
#pragma unroll
  for (int u = 0; u < U; u++) load_n(x + u * step, f[u]);
#pragma unroll
  for (int e = 0; e < N; e++) {
    float m = 0.f, q = 0.f;
#pragma unroll
    for (int u = 0; u < U; u++) m += f[u][e];
    m *= 1.f / U;
#pragma unroll
    for (int u = 0; u < U; u++) q += (f[u][e] - m) * (f[u][e] - m);
    join(mean[e], square[e], n, m, q, (float)U);
  }
}

// part: (batch, chunks, 2, C): mean and sum of squares about it. shared: 2 THREADS N floats.
template <int N, class T>
DEV void moments(float* part, const T* x, i64 rows, int channels, int chunks, int lanes, float* shared) {
  Tile t = tile<N>(rows, channels, chunks, lanes);
  float mean[N] = {}, square[N] = {}, n = 0.f;
  if (t.first < channels) {
    const i64 step = (i64)t.groups * channels;
    const T* p = x + (t.batch * rows + t.low + t.group) * channels + t.first;
    i64 r = t.low + t.group;
    for (; r + (ROWS - 1) * t.groups < t.high; r += ROWS * t.groups, p += ROWS * step, n += ROWS) {
      add_rows<ROWS>(p, step, mean, square, n);
    }
    for (; r < t.high; r += t.groups, p += step, n += 1.f) add_rows<1>(p, step, mean, square, n);
  }
  float *means = shared, *squares = shared + THREADS * N;
#pragma unroll
  for (int e = 0; e < N; e++) {
    means[threadIdx.x * N + e] = mean[e], squares[threadIdx.x * N + e] = square[e];
  }
  __syncthreads();
  const int width = lanes * N, at = threadIdx.x, c = t.first - t.lane * N + at;
  if (at < width && c < channels) {
    float m = means[at], q = squares[at], count = (float)((t.high - t.low + t.groups - 1) / t.groups);
    for (int g = 1; g < t.groups && t.low + g < t.high; g++) {
      float more = (float)((t.high - t.low - g + t.groups - 1) / t.groups);
      join(m, q, count, means[g * width + at], squares[g * width + at], more);
      count += more;
    }
    part += ((t.batch * chunks + t.chunk) * 2) * channels + c;
    part[0] = m, part[channels] = q;
  }
}

// Joins the chunks; second is the variance, or 1 / sqrt(variance + eps) where eps is not negative. A block takes 32 channels,
// JOINERS threads each. columns: batch times C, numbered through.
DEV void finish_moments(float* mean, float* second, const float* part, i64 rows, int channels, int chunks, i64 columns,
                        float eps, float (*shared)[3][32]) {
  const int lane = threadIdx.x % 32, group = threadIdx.x / 32;
  const i64 column = blockIdx.x * 32LL + lane;
  float m = 0.f, q = 0.f, n = 0.f;
  if (column < columns) {
    const i64 b = quotient(column, channels);
    const float* p = part + b * chunks * 2 * channels + (column - b * channels);
#pragma unroll 4
    for (int k = group; k < chunks; k += JOINERS) {
      // No chunk is empty, but for the only one of no rows.
      float more = rows > 0 ? (float)(rows * (k + 1) / chunks - rows * k / chunks) : 1.f;
      join(m, q, n, p[(i64)k * 2 * channels], p[((i64)k * 2 + 1) * channels], more);
      n += more;
    }
  }
  shared[group][0][lane] = m, shared[group][1][lane] = q, shared[group][2][lane] = n;
  __syncthreads();
  if (group == 0 && column < columns) {
    for (int g = 1; g < JOINERS && g < chunks; g++) {
      float more = shared[g][2][lane];
      join(m, q, n, shared[g][0][lane], shared[g][1][lane], more);
      n += more;
    }
    q /= (float)rows;
    mean[column] = rows > 0 ? m : q;
    second[column] = eps < 0.f ? q : 1.f / sqrtf(q + eps);
  }
}

// Numbers of N channels of one batch entry: y = (x - mean) scale + bias with scale = rstd weight.
template <int N>
struct Channel {
  float mean[N], scale[N], bias[N];
};

DEV float reciprocal_deviation(float second, float eps) { return eps < 0.f ? second : 1.f / sqrtf(second + eps); }

// rstd comes from `second`, which is the variance where eps is not negative. No weight, no bias: 1, 0.
template <int N, class P>
DEV Channel<N> channel(const float* mean, const float* second, const P* weight, const P* bias, i64 at, int c, float eps) {
  Channel<N> k;
#pragma unroll
  for (int e = 0; e < N; e++) {
    k.mean[e] = mean[at + e];
    k.scale[e] = reciprocal_deviation(second[at + e], eps) * (weight ? load(weight + c + e) : 1.f);
    k.bias[e] = bias ? load(bias + c + e) : 0.f;
  }
  return k;
}

template <bool RELU, int N, class T, class P>
DEV void forward(T* y, const T* x, const float* mean, const float* second, const P* weight, const P* bias, i64 rows,
                 int channels, int chunks, int lanes, float eps) {
  Tile t = tile<N>(rows, channels, chunks, lanes);
  if (t.first >= channels) return;
  Channel<N> k = channel<N>(mean, second, weight, bias, t.batch * channels + t.first, t.first, eps);
  const i64 step = (i64)t.groups * channels, from = (t.batch * rows + t.low + t.group) * channels + t.first;
  x += from, y += from;
  for (i64 r = t.low + t.group; r < t.high; r += ROWS * t.groups, x += ROWS * step, y += ROWS * step) {
    float f[ROWS][N];
#pragma unroll
    for (int u = 0; u < ROWS; u++) {
      if (r + u * t.groups < t.high) load_n(x + u * step, f[u]);
    }
#pragma unroll
    for (int u = 0; u < ROWS; u++) {
      if (r + u * t.groups < t.high) {
#pragma unroll
        for (int e = 0; e < N; e++) {
          f[u][e] = (f[u][e] - k.mean[e]) * k.scale[e] + k.bias[e];
          if (RELU) f[u][e] = f[u][e] < 0.f ? 0.f : f[u][e];
        }
        store_n(y + u * step, f[u]);
      }
    }
  }
}

// part: (batch, chunks, 2, C): D and G.
template <bool RELU, int N, class T, class P>
DEV void sums(float* part, const T* dy, const T* x, const float* mean, const float* second, const P* weight, const P* bias,
              i64 rows, int channels, int chunks, int lanes, float eps, float* shared) {
  Tile t = tile<N>(rows, channels, chunks, lanes);
  float dot[N] = {}, sum[N] = {};
  if (t.first < channels) {
    Channel<N> k = channel<N>(mean, second, weight, bias, t.batch * channels + t.first, t.first, eps);
    const i64 step = (i64)t.groups * channels, from = (t.batch * rows + t.low + t.group) * channels + t.first;
    x += from, dy += from;
    for (i64 r = t.low + t.group; r < t.high; r += 2 * t.groups, x += 2 * step, dy += 2 * step) {
      float f[2][N], g[2][N];
#pragma unroll
      for (int u = 0; u < 2; u++) {
        if (r + u * t.groups < t.high) load_n(x + u * step, f[u]), load_n(dy + u * step, g[u]);
      }
#pragma unroll
      for (int u = 0; u < 2; u++) {
        if (r + u * t.groups < t.high) {
#pragma unroll
          for (int e = 0; e < N; e++) {
            float x0 = f[u][e] - k.mean[e];
            float d = RELU && !(x0 * k.scale[e] + k.bias[e] > 0.f) ? 0.f : g[u][e];
            sum[e] += d, dot[e] += d * x0;
          }
        }
      }
    }
  }
  float *dots = shared, *totals = shared + THREADS * N;
#pragma unroll
  for (int e = 0; e < N; e++) dots[threadIdx.x * N + e] = dot[e], totals[threadIdx.x * N + e] = sum[e];
  __syncthreads();
  const int width = lanes * N, at = threadIdx.x, c = t.first - t.lane * N + at;
  if (at < width && c < channels) {
    float d = dots[at], s = totals[at];
    for (int g = 1; g < t.groups; g++) d += dots[g * width + at], s += totals[g * width + at];
    part += ((t.batch * chunks + t.chunk) * 2) * channels + c;
    part[0] = d * reciprocal_deviation(second[t.batch * channels + c], eps), part[channels] = s;
  }
}

// Adds the chunks up: into total (batch, 2, C) as they are, and onto dWeight and dBias where those are there (batch 1).
template <class P>
DEV void finish_sums(float* total, P* dWeight, P* dBias, const float* part, int channels, int chunks, i64 columns,
                     float (*shared)[2][32]) {
  const int lane = threadIdx.x % 32, group = threadIdx.x / 32;
  const i64 column = blockIdx.x * 32LL + lane;
  const i64 b = quotient(column, channels);
  const int c = (int)(column - b * channels);
  float d = 0.f, s = 0.f;
  if (column < columns) {
    const float* p = part + b * chunks * 2 * channels + c;
#pragma unroll 4
    for (int k = group; k < chunks; k += JOINERS) d += p[(i64)k * 2 * channels], s += p[((i64)k * 2 + 1) * channels];
  }
  shared[group][0][lane] = d, shared[group][1][lane] = s;
  __syncthreads();
  if (group == 0 && column < columns) {
    for (int g = 1; g < JOINERS; g++) d += shared[g][0][lane], s += shared[g][1][lane];
    total[b * 2 * channels + c] = d, total[(b * 2 + 1) * channels + c] = s;
    if (dWeight) store(dWeight + c, load(dWeight + c) + d);
    if (dBias) store(dBias + c, load(dBias + c) + s);
  }
}

// total: what finish_sums left, or null where no gradient goes through mean and variance.
template <bool RELU, int N, class T, class P>
DEV void backward(T* dx, const T* dy, const T* x, const float* mean, const float* second, const P* weight, const P* bias,
                  const float* total, i64 rows, int channels, int chunks, int lanes, float eps) {
  Tile t = tile<N>(rows, channels, chunks, lanes);
  if (t.first >= channels) return;
  Channel<N> k = channel<N>(mean, second, weight, bias, t.batch * channels + t.first, t.first, eps);
  // dx = scale (g - G/rows - z D/rows) = scale g - (x - mean) slope - level
  float slope[N], level[N];
#pragma unroll
  for (int e = 0; e < N; e++) {
    const float r = reciprocal_deviation(second[t.batch * channels + t.first + e], eps);
    slope[e] = total ? k.scale[e] * r * (total[t.batch * 2 * channels + t.first + e] / (float)rows) : 0.f;
    level[e] = total ? k.scale[e] * (total[(t.batch * 2 + 1) * channels + t.first + e] / (float)rows) : 0.f;
  }
  const i64 step = (i64)t.groups * channels, from = (t.batch * rows + t.low + t.group) * channels + t.first;
  x += from, dy += from, dx += from;
  for (i64 r = t.low + t.group; r < t.high; r += 2 * t.groups, x += 2 * step, dy += 2 * step, dx += 2 * step) {
    float f[2][N], g[2][N];
#pragma unroll
    for (int u = 0; u < 2; u++) {
      if (r + u * t.groups < t.high) load_n(x + u * step, f[u]), load_n(dy + u * step, g[u]);
    }
#pragma unroll
    for (int u = 0; u < 2; u++) {
      if (r + u * t.groups < t.high) {
#pragma unroll
        for (int e = 0; e < N; e++) {
          float x0 = f[u][e] - k.mean[e];
          float d = RELU && !(x0 * k.scale[e] + k.bias[e] > 0.f) ? 0.f : g[u][e];
          f[u][e] = k.scale[e] * d - x0 * slope[e] - level[e];
        }
        store_n(dx + u * step, f[u]);
      }
    }
  }
}

#define MOMENTS(types, T)                                                                                               \
  KERNEL_BOUNDS(THREADS, 3, channel_norm_moments_##types, float* part, const T* x, i64 rows, int channels, int chunks,   \
                int lanes, int wide) {                                                                                  \
    SHARED float shared[2 * THREADS * WIDE<T>];                                                                         \
    if (wide) {                                                                                                         \
      moments<WIDE<T>>(part, x, rows, channels, chunks, lanes, shared);                                                 \
    } else {                                                                                                            \
      moments<1>(part, x, rows, channels, chunks, lanes, shared);                                                       \
    }                                                                                                                   \
  }

#define FORWARD(name, RELU, T, P)                                                                                      \
  KERNEL(name, T* y, const T* x, const float* mean, const float* second, const P* weight, const P* bias, i64 rows,     \
         int channels, int chunks, int lanes, int wide, float eps) {                                                   \
    if (wide) {                                                                                                        \
      forward<RELU, WIDE<T>>(y, x, mean, second, weight, bias, rows, channels, chunks, lanes, eps);                    \
    } else {                                                                                                           \
      forward<RELU, 1>(y, x, mean, second, weight, bias, rows, channels, chunks, lanes, eps);                          \
    }                                                                                                                  \
  }

#define SUMS(name, blocks, RELU, T, P)                                                                                         \
  KERNEL_BOUNDS(THREADS, blocks, name, float* part, const T* dy, const T* x, const float* mean, const float* second, const P* weight,          \
         const P* bias, i64 rows, int channels, int chunks, int lanes, int wide, float eps) {                          \
    SHARED float shared[2 * THREADS * WIDE<T>];                                                                        \
    if (wide) {                                                                                                        \
      sums<RELU, WIDE<T>>(part, dy, x, mean, second, weight, bias, rows, channels, chunks, lanes, eps, shared);        \
    } else {                                                                                                           \
      sums<RELU, 1>(part, dy, x, mean, second, weight, bias, rows, channels, chunks, lanes, eps, shared);              \
    }                                                                                                                  \
  }

#define FINISH(types, P)                                                                                               \
  KERNEL_BOUNDS(JOINERS * 32, 1, channel_norm_finish_##types, float* total, P* dWeight, P* dBias, const float* part,   \
                int channels, int chunks, i64 columns) {                                                               \
    SHARED float shared[JOINERS][2][32];                                                                               \
    finish_sums(total, dWeight, dBias, part, channels, chunks, columns, shared);                                       \
  }

#define BACKWARD(name, RELU, T, P)                                                                                     \
  KERNEL(name, T* dx, const T* dy, const T* x, const float* mean, const float* second, const P* weight, const P* bias, \
         const float* total, i64 rows, int channels, int chunks, int lanes, int wide, float eps) {                     \
    if (wide) {                                                                                                        \
      backward<RELU, WIDE<T>>(dx, dy, x, mean, second, weight, bias, total, rows, channels, chunks, lanes, eps);       \
    } else {                                                                                                           \
      backward<RELU, 1>(dx, dy, x, mean, second, weight, bias, total, rows, channels, chunks, lanes, eps);             \
    }                                                                                                                  \
  }

KERNEL_BOUNDS(JOINERS * 32, 1, channel_norm_finish_moments, float* mean, float* second, const float* part, i64 rows,
              int channels, int chunks, i64 columns, float eps) {
  SHARED float shared[JOINERS][3][32];
  finish_moments(mean, second, part, rows, channels, chunks, columns, eps, shared);
}

// running = (1 - momentum) running + momentum batch, with the unbiased variance; batches += 1.
KERNEL(channel_norm_track, float* runningMean, float* runningVariance, i64* batches, const float* mean, const float* variance,
       float keep, float momentum, float unbiased, int channels) {
  for (i64 c = grid_thread(); c < channels; c += grid_threads()) {
    runningMean[c] = keep * runningMean[c] + momentum * mean[c];
    runningVariance[c] = keep * runningVariance[c] + unbiased * variance[c];
  }
  if (batches && grid_thread() == 0) batches[0] += 1;
}

MOMENTS(f32, float)
MOMENTS(bf16, bf16)
FINISH(f32, float)
FINISH(bf16, bf16)
#define CHANNEL_NORM(types, T, P)                          \
  FORWARD(channel_norm_forward_##types, false, T, P)       \
  FORWARD(channel_norm_relu_forward_##types, true, T, P)   \
  SUMS(channel_norm_sums_##types, 3, false, T, P)             \
  SUMS(channel_norm_relu_sums_##types, 2, true, T, P)         \
  BACKWARD(channel_norm_backward_##types, false, T, P)     \
  BACKWARD(channel_norm_relu_backward_##types, true, T, P)
CHANNEL_NORM(f32, float, float)
CHANNEL_NORM(bf16, bf16, bf16)
CHANNEL_NORM(bf16_f32, bf16, float)
