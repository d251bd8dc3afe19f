// Attention from L queries to N keys under a mask of the keys, for any number of either, any head size and any alignment, in f32
// arithmetic. attention_tiles.cu is faster for few keys in bf16.
//
//   s[i, j] = scale q[i] . k[j] + 1e4 (mask[j] - 1),   p = softmax of s over j,   y[i] = sum over j of p[i, j] drop[i, j] v[j]
//   dp[i, j] = drop[i, j] dy[i] . v[j],   ds[i, j] = scale p[i, j] (dp[i, j] - sum over k of p[i, k] dp[i, k])
//   dq[i] = sum over j of ds k[j],   dk[j] = sum over i of ds q[i],   dv[j] = sum over i of p drop dy[i]
//
// The mask's constant is taken relative to the best key's, so that nothing is lost where every key is hidden.
//
// Mapping: a block of 4 warps takes 32 queries of one head of one sample and goes over the keys 32 at a time, first for the scores,
// which it keeps (in shared memory, or in global memory where there are too many keys), then, after the softmax, for the
// output. In a product of rows by rows a warp has 8 rows, read as broadcasts, and a lane one column; in a product by a matrix a
// lane has the channels lane, lane + 32, ... Channels go through shared memory 32 CH at a time. For dk and dv a warp has
// 8 keys, and blocks take parts of the queries, whose sums another kernel adds up in order.
//
// FLOPs per head: forward 4 L N D, backward 10 L N D. Bytes: q and y once, k and v once for each 32 queries (from the second-level
// cache), probabilities L N; backward q, dy, dq and twice L N.
#include "device.cuh"

constexpr int TILE = 32;
constexpr int ROWS = 8;
constexpr int WARPS = 4;
constexpr int TURNED = TILE + 4;  // floats of a row of a tile that is written transposed

// Sizes, passed by value; strides of rows in elements; `size` is the channels of a head.
struct Heads {
  i64 rowQ, rowK, rowV;
  int batch, queries, keys, heads, size;
  float scale;
};

DEV float lowest() { return bits_to_float(0xff800000u); }  // minus infinity
DEV int whole_tiles(int n) { return (n + TILE - 1) / TILE * TILE; }

DEV void load4(const float* p, float (&f)[4]) {
  uint4 v = load16(p);
  f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
}
DEV float dot4(const float (&a)[4], const float (&b)[4], float sum) {
  return sum + a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

// A tile of n channels of rows first .. first + 31 of x in shared memory, rows LD floats apart; zeros beyond `rows` and n.
template <int LD, class T>
DEV void load_tile(float* to, const T* x, i64 stride, int first, int rows, int n) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, whole = whole_tiles(n);
#pragma unroll 1
  for (int c = lane; c < whole; c += 32) {
    float v[TILE / WARPS];  // all loads first
#pragma unroll
    for (int r = 0; r < TILE / WARPS; r++) {
      const int row = first + warp + r * WARPS;
      v[r] = c < n && row < rows ? load(x + row * stride + c) : 0.f;
    }
#pragma unroll
    for (int r = 0; r < TILE / WARPS; r++) to[(warp + r * WARPS) * LD + c] = v[r];
  }
}

// s[r] += row row0 + r of a times row `lane` of b, over n channels (a multiple of 4).
template <int LD>
DEV void rows_by_rows(float (&s)[ROWS], const float* a, const float* b, int row0, int lane, int n) {
#pragma unroll 1
  for (int c = 0; c < n; c += 4) {
    float x[4], y[4];
    load4(b + lane * LD + c, y);
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      load4(a + (row0 + r) * LD + c, x);
      s[r] = dot4(x, y, s[r]);
    }
  }
}

// o[r][c] += sum over j < n (a multiple of 4) of p[r * stride + j] times row j of b at channel lane + 32 c.
template <int LD, int CH>
DEV void rows_by_matrix(float (&o)[ROWS][CH], const float* p, int stride, const float* b, int lane, int n) {
#pragma unroll 1
  for (int j = 0; j < n; j += 4) {
    float v[CH][4];
#pragma unroll
    for (int c = 0; c < CH; c++)
#pragma unroll
      for (int i = 0; i < 4; i++) v[c][i] = b[(j + i) * LD + lane + 32 * c];
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      float w[4];
      load4(p + r * stride + j, w);
#pragma unroll
      for (int c = 0; c < CH; c++) o[r][c] = dot4(w, v[c], o[r][c]);
    }
  }
}

// Where this block's work lies.
struct Block {
  int sample, head, first;  // the first of its 32 queries or keys
};
DEV Block block_of(const Heads& g, int rows) {
  const int tiles = (rows + TILE - 1) / TILE, unit = blockIdx.x / tiles;
  Block b;
  b.first = blockIdx.x % tiles * TILE, b.head = unit % g.heads, b.sample = unit / g.heads;
  return b;
}

// The products of this block's 32 rows of x with all keys, row by row `stride` apart; columns beyond the keys get 0.
template <int CH, class T>
DEV void all_products(float* products, int stride, float* tiles, const T* x, i64 rowX, int queries, const T* k, i64 rowK,
                      const Heads& g, const Block& at) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  const int lane = threadIdx.x % 32, row0 = threadIdx.x / 32 * ROWS, pieces = (g.size + PIECE - 1) / PIECE;
  float *a = tiles, *b = tiles + TILE * LD;
  for (int key0 = 0; key0 < g.keys; key0 += TILE) {
    float s[ROWS] = {};
    for (int piece = 0; piece < pieces; piece++) {
      const int c = piece * PIECE, n = min(PIECE, g.size - c);
      __syncthreads();
      if (pieces > 1 || key0 == 0) load_tile<LD>(a, x + at.head * g.size + c, rowX, at.first, queries, n);
      load_tile<LD>(b, k + at.head * g.size + c, rowK, key0, g.keys, n);
      __syncthreads();
      rows_by_rows<LD>(s, a, b, row0, lane, (n + 3) / 4 * 4);
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) products[(row0 + r) * stride + key0 + lane] = s[r];
  }
  warp_barrier();
}

// y of this block's 32 queries from their weights: y = weights v * factor, in dense rows.
template <int CH, class T>
DEV void mix(T* y, const float* weights, int stride, float* tiles, const T* v, i64 rowV, const Heads& g, const Block& at) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  const int lane = threadIdx.x % 32, row0 = threadIdx.x / 32 * ROWS;
  for (int c0 = 0; c0 < g.size; c0 += PIECE) {
    const int n = min(PIECE, g.size - c0);
    float o[ROWS][CH] = {};
    for (int key0 = 0; key0 < g.keys; key0 += TILE) {
      __syncthreads();
      load_tile<LD>(tiles, v + at.head * g.size + c0, rowV, key0, g.keys, n);
      __syncthreads();
      rows_by_matrix<LD, CH>(o, weights + row0 * stride + key0, stride, tiles, lane, min(TILE, (g.keys - key0 + 3) / 4 * 4));
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
#pragma unroll
      for (int c = 0; c < CH; c++) {
        if (at.first + row0 + r < g.queries && lane + 32 * c < n) {
          store(y + (i64)(at.first + row0 + r) * g.heads * g.size + at.head * g.size + c0 + lane + 32 * c, o[r][c]);
        }
      }
    }
  }
}

// Forward. grid (query tiles * heads * batch), 128 threads; scratch: 32 rows a block where the scores are not kept in shared
// memory, else null. Rows of scores are a whole number of tiles long.
template <class T, int CH>
DEV void forward(T* y, T* probabilities, const T* q, const T* k, const T* v, const T* mask, const T* dropout, float* scratch,
                 const Heads& g) {
  constexpr int LD = 32 * CH + 4;
  DYNAMIC_SHARED(float, shared);
  const int lane = threadIdx.x % 32, row0 = threadIdx.x / 32 * ROWS, stride = whole_tiles(g.keys);
  const Block at = block_of(g, g.queries);
  float* scores = scratch != nullptr ? scratch + (i64)blockIdx.x * TILE * stride : shared + 2 * TILE * LD;
  const i64 key0 = (i64)at.sample * g.keys;
  const T* keys = k + key0 * g.rowK;
  all_products<CH>(scores, stride, shared, q + (i64)at.sample * g.queries * g.rowQ, g.rowQ, g.queries, keys, g.rowK, g, at);
  float best = lowest();
  for (int j = lane; j < g.keys; j += 32) best = fmaxf(best, load(mask + key0 + j));
  best = warp_max(best);
  for (int r = 0; r < ROWS; r++) {
    float* s = scores + (row0 + r) * stride;
    float most = lowest();
    for (int j = lane; j < g.keys; j += 32) {
      s[j] = s[j] * g.scale + 1e4f * (load(mask + key0 + j) - best);
      most = fmaxf(most, s[j]);
    }
    most = warp_max(most);
    float sum = 0.f;
    for (int j = lane; j < g.keys; j += 32) {
      s[j] = expf(s[j] - most);
      sum += s[j];
    }
    sum = warp_sum(sum);
    const bool some = at.first + row0 + r < g.queries;
    const i64 row = (((i64)at.sample * g.heads + at.head) * g.queries + at.first + row0 + r) * g.keys;
    for (int j = lane; j < g.keys; j += 32) {
      float p = s[j] / sum;
      if (probabilities != nullptr && some) store(probabilities + row + j, p);
      if (dropout != nullptr && some) p *= load(dropout + row + j);
      s[j] = p;
    }
  }
  warp_barrier();
  mix<CH>(y + (i64)at.sample * g.queries * g.heads * g.size, scores, stride, shared, v + key0 * g.rowV, g.rowV, g, at);
}

// dq, and ds (B, heads, L, N) for the next kernel. grid and scratch as of the forward kernel.
template <class T, int CH>
DEV void backward_queries(T* dq, float* slopes, const T* dy, const T* probabilities, const T* k, const T* v, const T* dropout,
                          float* scratch, const Heads& g) {
  constexpr int LD = 32 * CH + 4;
  DYNAMIC_SHARED(float, shared);
  const int lane = threadIdx.x % 32, row0 = threadIdx.x / 32 * ROWS, stride = whole_tiles(g.keys);
  const Block at = block_of(g, g.queries);
  float* ds = scratch != nullptr ? scratch + (i64)blockIdx.x * TILE * stride : shared + 2 * TILE * LD;
  const int channels = g.heads * g.size;
  const i64 key0 = (i64)at.sample * g.keys, query0 = (i64)at.sample * g.queries;
  all_products<CH>(ds, stride, shared, dy + query0 * channels, (i64)channels, g.queries, v + key0 * g.rowV, g.rowV, g, at);
  for (int r = 0; r < ROWS; r++) {
    if (at.first + row0 + r >= g.queries) break;
    float* d = ds + (row0 + r) * stride;
    const i64 row = (((i64)at.sample * g.heads + at.head) * g.queries + at.first + row0 + r) * g.keys;
    float sum = 0.f;
    for (int j = lane; j < g.keys; j += 32) {
      if (dropout != nullptr) d[j] *= load(dropout + row + j);
      sum += d[j] * load(probabilities + row + j);
    }
    sum = warp_sum(sum);
    for (int j = lane; j < g.keys; j += 32) {
      d[j] = g.scale * load(probabilities + row + j) * (d[j] - sum);
      slopes[row + j] = d[j];
    }
  }
  warp_barrier();
  mix<CH>(dq + query0 * channels, ds, stride, shared, k + key0 * g.rowK, g.rowK, g, at);
}

// dk and dv. grid (key tiles * heads * batch, chunks, channel pieces), 128 threads; chunk c takes the query tiles c, c + chunks,
// ... With one chunk dk and dv are written; else part gets its sums: (chunk, dk and dv, B, N, C).
template <class T, int CH>
DEV void backward_keys(T* dk, T* dv, float* part, const float* slopes, const T* dy, const T* probabilities, const T* q,
                       const T* dropout, const Heads& g) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  DYNAMIC_SHARED(float, shared);
  float *queries = shared, *gradients = queries + TILE * LD, *ds = gradients + TILE * LD, *weights = ds + TILE * TURNED;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row0 = warp * ROWS, channels = g.heads * g.size;
  const Block at = block_of(g, g.keys);
  const int c0 = blockIdx.z * PIECE, n = min(PIECE, g.size - c0), channel = at.head * g.size + c0;
  const i64 query0 = (i64)at.sample * g.queries, row = ((i64)at.sample * g.heads + at.head) * g.queries;
  float k[ROWS][CH] = {}, v[ROWS][CH] = {};
  for (int i0 = blockIdx.y * TILE; i0 < g.queries; i0 += gridDim.y * TILE) {
    __syncthreads();
    load_tile<LD>(queries, q + query0 * g.rowQ + channel, g.rowQ, i0, g.queries, n);
    load_tile<LD>(gradients, dy + query0 * channels + channel, (i64)channels, i0, g.queries, n);
    for (int i = warp; i < TILE; i += WARPS) {
      float slope = 0.f, weight = 0.f;
      if (i0 + i < g.queries && at.first + lane < g.keys) {
        const i64 place = (row + i0 + i) * g.keys + at.first + lane;
        slope = slopes[place], weight = load(probabilities + place);
        if (dropout != nullptr) weight *= load(dropout + place);
      }
      ds[lane * TURNED + i] = slope, weights[lane * TURNED + i] = weight;
    }
    __syncthreads();
    if (at.first + row0 < g.keys) {
      rows_by_matrix<LD, CH>(k, ds + row0 * TURNED, TURNED, queries, lane, TILE);
      rows_by_matrix<LD, CH>(v, weights + row0 * TURNED, TURNED, gradients, lane, TILE);
    }
  }
  const i64 total = (i64)g.batch * g.keys * channels;
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
#pragma unroll
    for (int c = 0; c < CH; c++) {
      if (at.first + row0 + r >= g.keys || lane + 32 * c >= n) continue;
      const i64 to = ((i64)at.sample * g.keys + at.first + row0 + r) * channels + channel + lane + 32 * c;
      if (part == nullptr) {
        store(dk + to, k[r][c]), store(dv + to, v[r][c]);
      } else {
        part[2 * blockIdx.y * total + to] = k[r][c], part[(2 * blockIdx.y + 1) * total + to] = v[r][c];
      }
    }
  }
}

// dk, dv = sums of n elements each over the chunks, in order. A thread an element of each.
template <class T>
DEV void sums(T* dk, T* dv, const float* part, int chunks, i64 n) {
  const i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x;
  if (i >= n) return;
  float k = 0.f, v = 0.f;
  for (int c = 0; c < chunks; c++) k += part[2 * c * n + i], v += part[(2 * c + 1) * n + i];
  store(dk + i, k), store(dv + i, v);
}
KERNEL(attention_sums_f32, float* dk, float* dv, const float* part, int chunks, i64 n) { sums(dk, dv, part, chunks, n); }
KERNEL(attention_sums_bf16, bf16* dk, bf16* dv, const float* part, int chunks, i64 n) { sums(dk, dv, part, chunks, n); }

#define ATTENTION(T, type, CH, size)                                                                                         \
  KERNEL_BOUNDS(128, CH == 4 ? 2 : 3, attention_forward_##type##_##size, T* y, T* probabilities, const T* q, const T* k,       \
                const T* v, const T* mask, const T* dropout, float* scratch, Heads g) {                                      \
    forward<T, CH>(y, probabilities, q, k, v, mask, dropout, scratch, g);                                                    \
  }                                                                                                                          \
  KERNEL_BOUNDS(128, CH == 4 ? 2 : 3, attention_backward_queries_##type##_##size, T* dq, float* slopes, const T* dy,           \
                const T* probabilities, const T* k, const T* v, const T* dropout, float* scratch, Heads g) {                 \
    backward_queries<T, CH>(dq, slopes, dy, probabilities, k, v, dropout, scratch, g);                                       \
  }                                                                                                                          \
  KERNEL_BOUNDS(128, CH == 4 ? 2 : 3, attention_backward_keys_##type##_##size, T* dk, T* dv, float* part,                      \
                const float* slopes, const T* dy, const T* probabilities, const T* q, const T* dropout, Heads g) {           \
    backward_keys<T, CH>(dk, dv, part, slopes, dy, probabilities, q, dropout, g);                                            \
  }
ATTENTION(float, f32, 1, 32)
ATTENTION(float, f32, 2, 64)
ATTENTION(float, f32, 4, 128)
ATTENTION(bf16, bf16, 1, 32)
ATTENTION(bf16, bf16, 2, 64)
ATTENTION(bf16, bf16, 4, 128)
