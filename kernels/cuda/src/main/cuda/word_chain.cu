// Pixels looking at a few words with an instance norm on either side, without any of the maps (T, C) between. For one head and
// at most 32 words:
//
//   p[i, j] = softmax over j of scale norm(q)[i] . k[j] + 1e4 (mask[j] - 1)
//   y = norm(p u),   norm(x)[i, c] = (x[i, c] - mean_c) / sqrt(var_c + eps) over the T pixels of a sample
//
// where u (N, C) are the words' values, through the output projection where there is one (whose bias the second norm removes).
// Two identities save the passes over (T, C):
//
//   norm(q)[i] . k[j] = q[i] . k'[j] + a[j]   with k'[j, c] = k[j, c] / sqrt(var_c + eps) and a[j] = - sum over c of mean_c k'[j, c]
//   (p u)[i, c] has mean m . u[:, c] and variance v . cov(p) v with v = u[:, c] - its mean, m and cov(p) the mean and the
//   covariance of the N probabilities over the pixels; and since a pixel's probabilities have the sum 1, y = p u' with
//   u'[j, c] = (u[j, c] - mean_c) / sqrt(var_c + eps)
//
// So q is read twice (for its moments, for the products) and y is written once; where only y's mean and maximum over the channels are
// wanted, y is not written at all. Moments are those of 4 pixels (of q) or 32 (of the probabilities) about their mean, joined by
// Chan's formulas in a fixed order: nothing cancels.
//
// Five kernels: moments of q, k' and a, probabilities with their moments, u', output. FLOPs: 4 T N C + 3 T C.
#include "device.cuh"

constexpr int TILE = 32, ROWS = 8, WARPS = 4, KEYS = 32;
constexpr int PIECE = 128, LD = PIECE + 4, CH = 4;       // channels that go through shared memory at once
constexpr int MOMENTS = 1 + KEYS + KEYS * KEYS;          // a block's: number of pixels, means, sums of products of differences

// Sizes, passed by value.
struct Chain {
  int batch, pixels, words, channels;
  float scale, eps;
};

DEV float lowest() { return bits_to_float(0xff800000u); }  // minus infinity
DEV void load4(const float* p, float (&f)[4]) {
  uint4 v = load16(p);
  f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
}
DEV float dot4(const float (&a)[4], const float (&b)[4], float sum) {
  return sum + a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

// Number, mean and sum of squared differences to it of some numbers, joined with another such three (Chan's formulas).
struct Moments {
  float n, mean, squares;

  DEV void join(float n2, float mean2, float squares2) {
    if (n2 == 0.f) return;
    const float d = mean2 - mean, all = n + n2;
    mean += d * (n2 / all), squares += squares2 + d * d * (n * n2 / all), n = all;
  }
};
DEV int chunk_begin(const Chain& g, int chunk, int chunks) { return (int)((i64)g.pixels * chunk / chunks); }

// Mean and sum of squares of q over a chunk of pixels. grid (channels / 32, chunks, batch), 256 threads: a warp takes every eighth
// four pixels, a lane a channel. part: (batch, chunk, 2, C).
template <class T>
DEV void chain_moments(float* part, const T* q, const Chain& g) {
  SHARED float all[3][8][32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, c = blockIdx.x * 32 + lane;
  const int lo = chunk_begin(g, blockIdx.y, gridDim.y), hi = chunk_begin(g, blockIdx.y + 1, gridDim.y);
  Moments m = {0.f, 0.f, 0.f};
  if (c < g.channels) {
    const T* x = q + (i64)blockIdx.z * g.pixels * g.channels + c;
    for (int i = lo + 4 * warp; i < hi; i += 32) {
      const int n = min(4, hi - i);
      float v[4], mean = 0.f, squares = 0.f;
#pragma unroll
      for (int e = 0; e < 4; e++) v[e] = load(x + (i64)(i + min(e, n - 1)) * g.channels), mean += e < n ? v[e] : 0.f;
      mean /= (float)n;
#pragma unroll
      for (int e = 0; e < 4; e++) squares += e < n ? (v[e] - mean) * (v[e] - mean) : 0.f;
      m.join((float)n, mean, squares);
    }
  }
  all[0][warp][lane] = m.n, all[1][warp][lane] = m.mean, all[2][warp][lane] = m.squares;
  __syncthreads();
  if (warp == 0 && c < g.channels) {
    for (int w = 1; w < 8; w++) m.join(all[0][w][lane], all[1][w][lane], all[2][w][lane]);
    float* to = part + ((i64)blockIdx.z * gridDim.y + blockIdx.y) * 2 * g.channels + c;
    to[0] = m.mean, to[g.channels] = m.squares;
  }
}

// k' (B, N, C) and, for every 32 channels, their share of a: (B, C / 32, 32). grid (channels / 32, batch), 256 threads.
template <class T>
DEV void chain_keys(float* scaled, float* shift, const float* part, int chunks, const T* k, const Chain& g) {
  SHARED float means[32], rates[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, c = blockIdx.x * 32 + lane, b = blockIdx.y;
  if (warp == 0) {
    Moments m = {0.f, 0.f, 0.f};
    if (c < g.channels) {
      for (int i = 0; i < chunks; i++) {
        const float* p = part + ((i64)b * chunks + i) * 2 * g.channels + c;
        m.join((float)(chunk_begin(g, i + 1, chunks) - chunk_begin(g, i, chunks)), p[0], p[g.channels]);
      }
    }
    means[lane] = m.mean;
    rates[lane] = c < g.channels ? 1.f / sqrtf(m.squares / (float)g.pixels + g.eps) : 0.f;
  }
  __syncthreads();
  for (int j = warp; j < KEYS; j += 8) {
    const i64 at = ((i64)b * g.words + j) * g.channels + c;
    const bool some = j < g.words && c < g.channels;
    const float x = some ? load(k + at) * rates[lane] : 0.f;
    if (some) scaled[at] = x;
    const float sum = warp_sum(x * means[lane]);
    if (lane == 0) shift[((i64)b * gridDim.x + blockIdx.x) * KEYS + j] = -sum;
  }
}

// A tile of n channels of rows first .. first + 31 in shared memory, rows LD floats apart; zeros beyond `rows` and n.
template <class T>
DEV void load_tile(float* to, const T* x, int stride, int first, int rows, int n) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, whole = (n + 31) / 32 * 32;
#pragma unroll 1
  for (int c = lane; c < whole; c += 32) {
    float v[TILE / WARPS];  // all loads first
#pragma unroll
    for (int r = 0; r < TILE / WARPS; r++) {
      const int row = first + warp + r * WARPS;
      v[r] = c < n && row < rows ? load(x + (i64)row * stride + c) : 0.f;
    }
#pragma unroll
    for (int r = 0; r < TILE / WARPS; r++) to[(warp + r * WARPS) * LD + c] = v[r];
  }
}

// Probabilities (B, T, N), and a block's moments of them: (batch, block, MOMENTS). grid (blocks, batch), 128 threads; a block takes every
// so manieth tile of 32 pixels. A warp has 8 pixels and a lane a word; then a thread has 8 of the 32 * 32 pairs of words.
template <class T>
DEV void chain_probabilities(T* probabilities, float* part, const T* q, const float* scaled, const float* shift, const T* mask,
                             const Chain& g) {
  DYNAMIC_SHARED(float, shared);
  float *sQ = shared, *sK = sQ + TILE * LD, *sP = sK + TILE * LD;
  float *mean = sP + TILE * 33, *delta = mean + KEYS, *here = delta + KEYS;
  const int t = threadIdx.x, lane = t % 32, row0 = t / 32 * ROWS, b = blockIdx.y, groups = (g.channels + 31) / 32;
  const int first = t / 4, second = t % 4 * 8;  // the pairs of words of this thread: (first, second .. second + 7)
  float a = 0.f, pairs[8] = {};
  for (int i = 0; i < groups; i++) a += shift[((i64)b * groups + i) * KEYS + lane];
  const float visible = lane < g.words ? load(mask + (i64)b * g.words + lane) : lowest();
  const float best = warp_max(visible), hidden = lane < g.words ? 1e4f * (visible - best) : lowest();
  if (t < KEYS) mean[t] = 0.f;
  int count = 0;
  for (int pixel0 = blockIdx.x * TILE; pixel0 < g.pixels; pixel0 += gridDim.x * TILE) {
    float s[ROWS] = {};
    for (int c = 0; c < g.channels; c += PIECE) {
      const int n = min(PIECE, g.channels - c);
      __syncthreads();
      load_tile(sQ, q + (i64)b * g.pixels * g.channels + c, g.channels, pixel0, g.pixels, n);
      if (g.channels > PIECE || count == 0) load_tile(sK, scaled + (i64)b * g.words * g.channels + c, g.channels, 0, g.words, n);
      __syncthreads();
#pragma unroll 1
      for (int e = 0; e < (n + 3) / 4 * 4; e += 4) {
        float x[4], y[4];
        load4(sK + lane * LD + e, y);
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          load4(sQ + (row0 + r) * LD + e, x);
          s[r] = dot4(x, y, s[r]);
        }
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      const float score = g.scale * (s[r] + a) + hidden;
      const float e = expf(score - warp_max(score)), p = e / warp_sum(e);
      const int pixel = pixel0 + row0 + r;
      if (pixel < g.pixels && lane < g.words) store(probabilities + ((i64)b * g.pixels + pixel) * g.words + lane, p);
      sP[(row0 + r) * 33 + lane] = pixel < g.pixels && lane < g.words ? p : 0.f;
    }
    const int some = min(TILE, g.pixels - pixel0);
    __syncthreads();
    if (t < KEYS) {
      float sum = 0.f;
      for (int i = 0; i < some; i++) sum += sP[i * 33 + t];
      here[t] = sum / (float)some, delta[t] = here[t] - mean[t];
    }
    __syncthreads();
    const float share = (float)count * (float)some / (float)(count + some);
    for (int i = 0; i < some; i++) {
      const float x = sP[i * 33 + first] - here[first];
#pragma unroll
      for (int e = 0; e < 8; e++) pairs[e] += x * (sP[i * 33 + second + e] - here[second + e]);
    }
#pragma unroll
    for (int e = 0; e < 8; e++) pairs[e] += delta[first] * delta[second + e] * share;
    count += some;
    __syncthreads();
    if (t < KEYS) mean[t] += delta[t] * (float)some / (float)count;
  }
  __syncthreads();
  float* to = part + ((i64)b * gridDim.x + blockIdx.x) * MOMENTS;
  if (t == 0) to[0] = (float)count;
  if (t < KEYS) to[1 + t] = mean[t];
#pragma unroll
  for (int e = 0; e < 8; e++) to[1 + KEYS + first * KEYS + second + e] = pairs[e];
}

// u' (B, N, C). grid (channels / 32, batch), 256 threads: each block puts the moments together, then a warp has four channels.
template <class T>
DEV void chain_values(float* values, const float* part, int blocks, const T* u, const Chain& g) {
  SHARED float mean[KEYS], delta[KEYS], cov[KEYS][KEYS + 1];
  const int t = threadIdx.x, lane = t % 32, warp = t / 32, b = blockIdx.y;
  float pairs[4] = {}, count = 0.f;
  if (t < KEYS) mean[t] = 0.f;
  __syncthreads();
  for (int i = 0; i < blocks; i++) {
    const float* p = part + ((i64)b * blocks + i) * MOMENTS;
    const float n = p[0];
    if (t < KEYS) delta[t] = p[1 + t] - mean[t];
    __syncthreads();
#pragma unroll
    for (int e = 0; e < 4; e++) {
      const int pair = t + 256 * e;
      pairs[e] += p[1 + KEYS + pair] + delta[pair / KEYS] * delta[pair % KEYS] * (count * n / (count + n));
    }
    count += n;
    __syncthreads();
    if (t < KEYS) mean[t] += delta[t] * n / count;
  }
#pragma unroll
  for (int e = 0; e < 4; e++) cov[(t + 256 * e) / KEYS][(t + 256 * e) % KEYS] = pairs[e] / count;
  __syncthreads();
  for (int i = 0; i < 4; i++) {  // a lane a word
    const int c = blockIdx.x * 32 + warp * 4 + i;
    const bool some = lane < g.words && c < g.channels;
    const i64 at = ((i64)b * g.words + lane) * g.channels + c;
    const float x = some ? load(u + at) : 0.f, middle = warp_sum(x * mean[lane]), v = some ? x - middle : 0.f;
    float product = 0.f;
    for (int j = 0; j < KEYS; j++) product += cov[lane][j] * shuffle(v, j);
    const float var = fmaxf(warp_sum(v * product), 0.f);
    if (some) values[at] = v / sqrtf(var + g.eps);
  }
}

// y = p u' (B, T, C), or null; and its mean and maximum over the channels (B, T, 2), or null. grid (tiles of 32 pixels, batch), 128 threads.
template <class T>
DEV void chain_output(T* y, T* meanAndMaximum, const T* probabilities, const float* values, const Chain& g) {
  DYNAMIC_SHARED(float, shared);
  float *sV = shared, *sP = sV + KEYS * LD;
  const int t = threadIdx.x, lane = t % 32, warp = t / 32, row0 = warp * ROWS, b = blockIdx.y, pixel0 = blockIdx.x * TILE;
  for (int i = warp; i < TILE; i += WARPS) {
    const bool some = pixel0 + i < g.pixels && lane < g.words;
    sP[i * KEYS + lane] = some ? load(probabilities + ((i64)b * g.pixels + pixel0 + i) * g.words + lane) : 0.f;
  }
  float sum[ROWS] = {}, most[ROWS];
#pragma unroll
  for (int r = 0; r < ROWS; r++) most[r] = lowest();
  for (int c0 = 0; c0 < g.channels; c0 += PIECE) {
    const int n = min(PIECE, g.channels - c0);
    __syncthreads();
    load_tile(sV, values + (i64)b * g.words * g.channels + c0, g.channels, 0, g.words, n);
    __syncthreads();
    float o[ROWS][CH] = {};
#pragma unroll 1
    for (int j = 0; j < (g.words + 3) / 4 * 4; j += 4) {
      float v[CH][4];
#pragma unroll
      for (int c = 0; c < CH; c++)
#pragma unroll
        for (int i = 0; i < 4; i++) v[c][i] = sV[(j + i) * LD + min(lane + 32 * c, n - 1)];
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        float w[4];
        load4(sP + (row0 + r) * KEYS + j, w);
#pragma unroll
        for (int c = 0; c < CH; c++) o[r][c] = dot4(w, v[c], o[r][c]);
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
#pragma unroll
      for (int c = 0; c < CH; c++) {
        if (lane + 32 * c >= n) continue;
        sum[r] += o[r][c], most[r] = fmaxf(most[r], o[r][c]);
        if (y != nullptr && pixel0 + row0 + r < g.pixels) {
          store(y + ((i64)b * g.pixels + pixel0 + row0 + r) * g.channels + c0 + lane + 32 * c, o[r][c]);
        }
      }
    }
  }
  if (meanAndMaximum == nullptr) return;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    const float all = warp_sum(sum[r]), top = warp_max(most[r]);
    const int pixel = pixel0 + row0 + r;
    if (lane == 0 && pixel < g.pixels) {
      T* to = meanAndMaximum + ((i64)b * g.pixels + pixel) * 2;
      store(to, all / (float)g.channels), store(to + 1, top);
    }
  }
}

#define WORD_CHAIN(T, type)                                                                                                 \
  KERNEL(word_chain_moments_##type, float* part, const T* q, Chain g) { chain_moments(part, q, g); }                        \
  KERNEL(word_chain_keys_##type, float* scaled, float* shift, const float* part, int chunks, const T* k, Chain g) {         \
    chain_keys(scaled, shift, part, chunks, k, g);                                                                          \
  }                                                                                                                         \
  KERNEL_BOUNDS(128, 3, word_chain_probabilities_##type, T* probabilities, float* part, const T* q, const float* scaled,    \
                const float* shift, const T* mask, Chain g) {                                                               \
    chain_probabilities(probabilities, part, q, scaled, shift, mask, g);                                                    \
  }                                                                                                                         \
  KERNEL(word_chain_values_##type, float* values, const float* part, int blocks, const T* u, Chain g) {                     \
    chain_values(values, part, blocks, u, g);                                                                               \
  }                                                                                                                         \
  KERNEL_BOUNDS(128, 3, word_chain_output_##type, T* y, T* meanAndMaximum, const T* probabilities, const float* values,     \
                Chain g) {                                                                                                  \
    chain_output(y, meanAndMaximum, probabilities, values, g);                                                              \
  }
WORD_CHAIN(float, f32)
WORD_CHAIN(bf16, bf16)
