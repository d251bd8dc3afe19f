// Attention inside (shifted) windows of a grid with a learned bias by relative position, for any window, any head size and
// any alignment, in f32 arithmetic. window_attention_tiles.cu and window_attention_12.cu are faster for the common shapes.
//
//   s[i, j] = q[i] . k[j] / sqrt(D) + table[relative(i, j)] + (-100 where the regions of i and j differ)
//   y[i] = sum over j of exp(s[i, j] - L[i]) v[j],   L[i] = log of the sum over j of exp(s[i, j])
//   p[i, j] = exp(s[i, j] - L[i]),   ds[i, j] = p[i, j] (dy[i] . v[j] - dy[i] . y[i])
//   dq[i] = sum over j of ds k[j] / sqrt(D),   dk[j] = sum over i of ds q[i] / sqrt(D),   dv[j] = sum over i of p dy[i]
//   dTable[r] += sum of ds where relative(i, j) = r,   dBias += dk, dv of the padded cells
//
// The grid is padded to whole windows and rolled by arithmetic only. A padded cell has q, k, v equal to the bias of the
// projection; as a query it is left out, since nobody reads its result.
//
// Mapping: a block of 4 warps takes 32 cells of one window and head and goes over the window's cells 32 at a time. In a
// product of rows by rows a warp has 8 rows, read as broadcasts, and a lane has one column; in a product by a matrix a lane
// has the channels lane, lane + 32, ... Heads of more than 32 CH channels go through shared memory 32 CH channels at a time;
// then blockIdx.z says which of them a block makes, and scores are computed once for each.
//
// Per window and head with N cells: forward 4 N N D FLOPs, backward 14 N N D (scores twice: for rows and for columns);
// forward reads q, k, v once for each 32 rows (from the second-level cache but for the first time) and writes y.
#include "device.cuh"

constexpr int TILE = 32;  // cells of a tile, and of a warp's lanes
constexpr int ROWS = 8;   // rows of a warp
constexpr int WARPS = 4;
constexpr float MASKED = -100.f;

DEV float lowest() { return bits_to_float(0xff800000u); }  // minus infinity

// Sizes, passed by value. `size` is the channels of a head, `bins` the rows of the table.
struct Windows {
  int batch, height, width, heads, size, window, shift, down, across, bins;
};

// What a lane knows of one cell of a window.
struct Cell {
  int token;     // its place in the (B, H, W) grid, or -1: padding, or beyond the window
  int region;    // cells of different regions do not see each other
  int relative;  // a query's part of the table's row; a key's is taken off
  bool inside;   // is it a cell of the window at all
};

// 0 before the last window of a line of n cells, 1 in its first part, 2 in what came from the other end.
DEV int band(int rolled, int n, const Windows& g) {
  return g.shift == 0 || rolled < n - g.window ? 0 : rolled < n - g.shift ? 1 : 2;
}

DEV Cell cell_of(const Windows& g, int number, int cell) {
  Cell c;
  c.inside = cell < g.window * g.window;
  int row = cell / g.window, column = cell % g.window, span = 2 * g.window - 1;
  int across = number % g.across, down = number / g.across % g.down, sample = number / (g.across * g.down);
  int rolledRow = down * g.window + row, rolledColumn = across * g.window + column;
  int rows = g.down * g.window, columns = g.across * g.window;
  int y = (rolledRow + g.shift) % rows, x = (rolledColumn + g.shift) % columns;
  c.token = c.inside && y < g.height && x < g.width ? (sample * g.height + y) * g.width + x : -1;
  c.region = 3 * band(rolledRow, rows, g) + band(rolledColumn, columns, g);
  c.relative = row * span + column;
  return c;
}
// The table's row for a query that lies at 0, 0.
DEV int relative_start(const Windows& g) { return 2 * g.window * (g.window - 1); }

DEV void load4(const float* p, float (&f)[4]) {
  uint4 v = load16(p);
  f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
}
DEV float dot4(const float (&a)[4], const float (&b)[4], float sum) {
  return sum + a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3];
}

// A tile of 32 rows of n channels in shared memory, rows LD floats apart: row i is what lane i's cell holds from `channel`
// of its token on, in rows of `stride`; a padded cell holds the bias (null: zeros), and beyond the window and beyond n
// channels stand zeros.
template <int LD, class T>
DEV void load_tile(float* to, const T* x, i64 stride, const float* bias, int channel, int n, const Cell& cell) {
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, whole = (n + 31) / 32 * 32;
  int tokens[TILE / WARPS];  // -1: padding that counts as zeros; -2: the bias
#pragma unroll
  for (int r = 0; r < TILE / WARPS; r++) {
    tokens[r] = shuffle(cell.token < 0 && cell.inside && bias != nullptr ? -2 : cell.token, warp + r * WARPS);
  }
#pragma unroll 1
  for (int c = lane; c < whole; c += 32) {
    const float padding = bias != nullptr && c < n ? bias[channel + c] : 0.f;
    float v[TILE / WARPS];  // all loads first
#pragma unroll
    for (int r = 0; r < TILE / WARPS; r++) {
      v[r] = c < n && tokens[r] >= 0 ? load(x + tokens[r] * stride + channel + c) : tokens[r] == -2 ? padding : 0.f;
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

// o[r][c] += sum over j of p[r * TILE + j] times row j of b at channel lane + 32 c.
template <int LD, int CH>
DEV void rows_by_matrix(float (&o)[ROWS][CH], const float* p, const float* b, int lane) {
#pragma unroll 1
  for (int j = 0; j < TILE; j += 4) {
    float v[CH][4];
#pragma unroll
    for (int c = 0; c < CH; c++)
#pragma unroll
      for (int i = 0; i < 4; i++) v[c][i] = b[(j + i) * LD + lane + 32 * c];
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      float w[4];
      load4(p + r * TILE + j, w);
#pragma unroll
      for (int c = 0; c < CH; c++) o[r][c] = dot4(w, v[c], o[r][c]);
    }
  }
}

// The table by head, and bias and table as f32: table[h * bins + r], bias[c].
template <class P>
DEV void parameters(float* table, float* bias, const P* fromTable, const P* fromBias, int bins, int heads, int width) {
  int n = bins * heads, i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    table[i] = load(fromTable + (i64)(i % bins) * heads + i / bins);
  } else if (i - n < width) {
    bias[i - n] = load(fromBias + (i - n));
  }
}
KERNEL(window_attention_parameters_f32, float* table, float* bias, const float* fromTable, const float* fromBias, int bins,
       int heads, int width) {
  parameters(table, bias, fromTable, fromBias, bins, heads, width);
}
KERNEL(window_attention_parameters_bf16, float* table, float* bias, const bf16* fromTable, const bf16* fromBias, int bins,
       int heads, int width) {
  parameters(table, bias, fromTable, fromBias, bins, heads, width);
}

// Forward. grid (row tiles * heads * windows, 1, channel pieces), 128 threads; table and bias as the kernel above leaves them.
template <class T, int CH>
DEV void forward(T* y, float* logSum, const T* qkv, const float* bias, const float* table, const Windows& g, float scale) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  DYNAMIC_SHARED(float, shared);
  float *q = shared, *k = q + TILE * LD, *v = k + TILE * LD, *weights = v + TILE * LD;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row0 = warp * ROWS;
  const int cells = g.window * g.window, tiles = (cells + TILE - 1) / TILE, channels = g.heads * g.size;
  const int first = blockIdx.x % tiles * TILE, head = blockIdx.x / tiles % g.heads, number = blockIdx.x / tiles / g.heads;
  const int pieces = (g.size + PIECE - 1) / PIECE, mine = blockIdx.z * PIECE, mineSize = min(PIECE, g.size - mine);
  const Cell query = cell_of(g, number, first + lane);
  const bool live = warp_any(query.token >= 0 && lane / ROWS == warp);
  float* p = weights + warp * ROWS * TILE;
  float o[ROWS][CH] = {}, most[ROWS], sum[ROWS] = {};
#pragma unroll
  for (int r = 0; r < ROWS; r++) most[r] = lowest();
  for (int key0 = 0; key0 < cells; key0 += TILE) {
    const Cell key = cell_of(g, number, key0 + lane);
    float s[ROWS] = {};
    for (int piece = 0; piece < pieces; piece++) {
      const int at = piece * PIECE, n = min(PIECE, g.size - at);
      __syncthreads();
      if (pieces > 1 || key0 == 0) load_tile<LD>(q, qkv, 3 * channels, bias, head * g.size + at, n, query);
      load_tile<LD>(k, qkv, 3 * channels, bias, channels + head * g.size + at, n, key);
      if (piece == 0) load_tile<LD>(v, qkv, 3 * channels, bias, 2 * channels + head * g.size + mine, mineSize, key);
      __syncthreads();
      if (live) rows_by_rows<LD>(s, q, k, row0, lane, (n + 3) / 4 * 4);
    }
    if (live) {
#pragma unroll
      for (int r = 0; r < ROWS; r++) {
        const int relative = shuffle(query.relative, row0 + r), region = shuffle(query.region, row0 + r);
        const bool inside = shuffle((int)query.inside, row0 + r) != 0;
        float score = lowest();
        if (key.inside) {
          const float b = inside ? table[head * g.bins + relative_start(g) + relative - key.relative] : 0.f;
          score = s[r] * scale + b + (region == key.region ? 0.f : MASKED);
        }
        const float m = fmaxf(most[r], warp_max(score)), old = expf(most[r] - m), e = expf(score - m);
        most[r] = m;
        sum[r] = sum[r] * old + e;
#pragma unroll
        for (int c = 0; c < CH; c++) o[r][c] *= old;
        p[r * TILE + lane] = e;
      }
      warp_barrier();
      rows_by_matrix<LD, CH>(o, p, v, lane);
      warp_barrier();
    }
  }
#pragma unroll
  for (int r = 0; r < ROWS; r++) {
    const float total = warp_sum(sum[r]);
    const int token = shuffle(query.token, row0 + r);
    if (token < 0) continue;
    if (logSum != nullptr && lane == 0 && blockIdx.z == 0) {
      logSum[((i64)number * g.heads + head) * cells + first + row0 + r] = most[r] + logf(total);
    }
#pragma unroll
    for (int c = 0; c < CH; c++) {
      const int channel = lane + 32 * c;
      if (channel < mineSize) store(y + (i64)token * channels + head * g.size + mine + channel, o[r][c] / total);
    }
  }
}

// dots[token * heads + h] = dy . y of that head. A warp a token and head.
template <class T>
DEV void dots(float* out, const T* dy, const T* y, int n, int size) {
  const int lane = threadIdx.x % 32, i = blockIdx.x * (blockDim.x / 32) + threadIdx.x / 32;
  if (i >= n) return;
  float sum = 0.f;
  for (int c = lane; c < size; c += 32) sum += load(dy + (i64)i * size + c) * load(y + (i64)i * size + c);
  sum = warp_sum(sum);
  if (lane == 0) out[i] = sum;
}
KERNEL(window_attention_dots_f32, float* out, const float* dy, const float* y, int n, int size) { dots(out, dy, y, n, size); }
KERNEL(window_attention_dots_bf16, float* out, const bf16* dy, const bf16* y, int n, int size) { dots(out, dy, y, n, size); }

// dq of every row, and the table's gradient: each warp adds up its own bins, in shared memory or, where they do not fit there
// (binsInShared 0), in global memory. grid (row tiles * heads, workers, channel pieces), 128 threads; worker w takes windows
// w, w + workers, ... part: (worker, row tile[, warp], head, bins), or null.
template <class T, int CH>
DEV void backward_rows(T* dQkv, float* part, const T* dy, const float* dots, const float* logSum, const T* qkv,
                       const float* bias, const float* table, const Windows& g, float scale, int binsInShared) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  DYNAMIC_SHARED(float, shared);
  float *q = shared, *k = q + TILE * LD, *v = k + TILE * LD, *d = v + TILE * LD, *weights = d + TILE * LD;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row0 = warp * ROWS;
  const int cells = g.window * g.window, tiles = (cells + TILE - 1) / TILE, channels = g.heads * g.size;
  const int tile = blockIdx.x % tiles, first = tile * TILE, head = blockIdx.x / tiles;
  const int pieces = (g.size + PIECE - 1) / PIECE, mine = blockIdx.z * PIECE, mineSize = min(PIECE, g.size - mine);
  float* p = weights + warp * ROWS * TILE;
  const i64 place = (i64)blockIdx.y * tiles + tile;
  const bool wants = part != nullptr && blockIdx.z == 0;
  float* bins = nullptr;
  if (wants) {
    bins = binsInShared ? weights + WARPS * ROWS * TILE + warp * g.bins
                        : part + ((place * WARPS + warp) * g.heads + head) * g.bins;
    for (int i = lane; i < g.bins; i += 32) bins[i] = 0.f;
    warp_barrier();
  }
  const int windows = g.batch * g.down * g.across;
  for (int number = blockIdx.y; number < windows; number += gridDim.y) {
    const Cell query = cell_of(g, number, first + lane);
    const bool live = warp_any(query.token >= 0 && lane / ROWS == warp);
    float log = 0.f, dot = 0.f;
    if (query.token >= 0) {
      log = logSum[((i64)number * g.heads + head) * cells + first + lane];
      dot = dots[(i64)query.token * g.heads + head];
    }
    float o[ROWS][CH] = {};
    for (int key0 = 0; key0 < cells; key0 += TILE) {
      const Cell key = cell_of(g, number, key0 + lane);
      float s[ROWS] = {}, e[ROWS] = {};
      for (int piece = 0; piece < pieces; piece++) {
        const int at = piece * PIECE, n = min(PIECE, g.size - at);
        __syncthreads();
        if (pieces > 1 || key0 == 0) {
          load_tile<LD>(q, qkv, 3 * channels, bias, head * g.size + at, n, query);
          load_tile<LD>(d, dy, channels, (const float*)nullptr, head * g.size + at, n, query);
        }
        load_tile<LD>(k, qkv, 3 * channels, bias, channels + head * g.size + at, n, key);
        load_tile<LD>(v, qkv, 3 * channels, bias, 2 * channels + head * g.size + at, n, key);
        __syncthreads();
        if (live) {
          rows_by_rows<LD>(s, q, k, row0, lane, (n + 3) / 4 * 4);
          rows_by_rows<LD>(e, d, v, row0, lane, (n + 3) / 4 * 4);
        }
      }
      if (pieces > 1) {
        __syncthreads();
        load_tile<LD>(k, qkv, 3 * channels, bias, channels + head * g.size + mine, mineSize, key);
        __syncthreads();
      }
      if (live) {
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          const int relative = shuffle(query.relative, row0 + r), region = shuffle(query.region, row0 + r);
          const float rowLog = shuffle(log, row0 + r), rowDot = shuffle(dot, row0 + r);
          float ds = 0.f;
          if (shuffle(query.token, row0 + r) >= 0 && key.inside) {
            const int bin = relative_start(g) + relative - key.relative;
            const float score = s[r] * scale + table[head * g.bins + bin] + (region == key.region ? 0.f : MASKED);
            ds = expf(score - rowLog) * (e[r] - rowDot);
            if (wants) bins[bin] += ds;  // the keys of one row have different bins
          }
          warp_barrier();
          p[r * TILE + lane] = ds;
        }
        warp_barrier();
        rows_by_matrix<LD, CH>(o, p, k, lane);
        warp_barrier();
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      const int token = shuffle(query.token, row0 + r);
      if (token < 0) continue;
#pragma unroll
      for (int c = 0; c < CH; c++) {
        const int channel = lane + 32 * c;
        if (channel < mineSize) store(dQkv + (i64)token * 3 * channels + head * g.size + mine + channel, o[r][c] * scale);
      }
    }
  }
  __syncthreads();
  if (wants && binsInShared) {
    const float* all = weights + WARPS * ROWS * TILE;
    for (int i = threadIdx.x; i < g.bins; i += 32 * WARPS) {
      float sum = 0.f;
      for (int w = 0; w < WARPS; w++) sum += all[w * g.bins + i];
      part[(place * g.heads + head) * g.bins + i] = sum;
    }
  }
}

// dk and dv of every key, and what the padded cells would get. grid (key tiles * heads, workers, channel pieces), 128 threads.
// Here a warp's rows are keys and a lane is a query. part: (worker, key tile, head, k and v, D), or null.
template <class T, int CH>
DEV void backward_columns(T* dQkv, float* part, const T* dy, const float* dots, const float* logSum, const T* qkv,
                          const float* bias, const float* table, const Windows& g, float scale) {
  constexpr int LD = 32 * CH + 4, PIECE = 32 * CH;
  DYNAMIC_SHARED(float, shared);
  float *q = shared, *k = q + TILE * LD, *v = k + TILE * LD, *d = v + TILE * LD, *weights = d + TILE * LD;
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, row0 = warp * ROWS;
  const int cells = g.window * g.window, tiles = (cells + TILE - 1) / TILE, channels = g.heads * g.size;
  const int tile = blockIdx.x % tiles, first = tile * TILE, head = blockIdx.x / tiles;
  const int pieces = (g.size + PIECE - 1) / PIECE, mine = blockIdx.z * PIECE, mineSize = min(PIECE, g.size - mine);
  float* p = weights + warp * ROWS * TILE;
  float* ds = weights + (WARPS + warp) * ROWS * TILE;
  float padding[2][CH] = {};
  const int windows = g.batch * g.down * g.across;
  for (int number = blockIdx.y; number < windows; number += gridDim.y) {
    const Cell key = cell_of(g, number, first + lane);
    const bool live = warp_any(key.inside && lane / ROWS == warp);
    float dk[ROWS][CH] = {}, dv[ROWS][CH] = {};
    for (int query0 = 0; query0 < cells; query0 += TILE) {
      const Cell query = cell_of(g, number, query0 + lane);
      float log = 0.f, dot = 0.f;
      if (query.token >= 0) {
        log = logSum[((i64)number * g.heads + head) * cells + query0 + lane];
        dot = dots[(i64)query.token * g.heads + head];
      }
      float s[ROWS] = {}, e[ROWS] = {};
      for (int piece = 0; piece < pieces; piece++) {
        const int at = piece * PIECE, n = min(PIECE, g.size - at);
        __syncthreads();
        if (pieces > 1 || query0 == 0) {
          load_tile<LD>(k, qkv, 3 * channels, bias, channels + head * g.size + at, n, key);
          load_tile<LD>(v, qkv, 3 * channels, bias, 2 * channels + head * g.size + at, n, key);
        }
        load_tile<LD>(q, qkv, 3 * channels, bias, head * g.size + at, n, query);
        load_tile<LD>(d, dy, channels, (const float*)nullptr, head * g.size + at, n, query);
        __syncthreads();
        if (live) {
          rows_by_rows<LD>(s, k, q, row0, lane, (n + 3) / 4 * 4);
          rows_by_rows<LD>(e, v, d, row0, lane, (n + 3) / 4 * 4);
        }
      }
      if (pieces > 1) {
        __syncthreads();
        load_tile<LD>(q, qkv, 3 * channels, bias, head * g.size + mine, mineSize, query);
        load_tile<LD>(d, dy, channels, (const float*)nullptr, head * g.size + mine, mineSize, query);
        __syncthreads();
      }
      if (live) {
#pragma unroll
        for (int r = 0; r < ROWS; r++) {
          const int relative = shuffle(key.relative, row0 + r), region = shuffle(key.region, row0 + r);
          float weight = 0.f, slope = 0.f;
          if (shuffle((int)key.inside, row0 + r) != 0 && query.token >= 0) {
            const int bin = relative_start(g) + query.relative - relative;
            const float score = s[r] * scale + table[head * g.bins + bin] + (region == query.region ? 0.f : MASKED);
            weight = expf(score - log);
            slope = weight * (e[r] - dot);
          }
          p[r * TILE + lane] = weight;
          ds[r * TILE + lane] = slope;
        }
        warp_barrier();
        rows_by_matrix<LD, CH>(dk, ds, q, lane);
        rows_by_matrix<LD, CH>(dv, p, d, lane);
        warp_barrier();
      }
    }
#pragma unroll
    for (int r = 0; r < ROWS; r++) {
      const int token = shuffle(key.token, row0 + r);
      const bool inside = shuffle((int)key.inside, row0 + r) != 0;
#pragma unroll
      for (int c = 0; c < CH; c++) {
        const int channel = lane + 32 * c;
        if (channel < mineSize && token >= 0) {
          T* to = dQkv + (i64)token * 3 * channels + head * g.size + mine + channel;
          store(to + channels, dk[r][c] * scale);
          store(to + 2 * channels, dv[r][c]);
        } else if (inside) {
          padding[0][c] += dk[r][c] * scale;
          padding[1][c] += dv[r][c];
        }
      }
    }
  }
  if (part == nullptr) return;
  __syncthreads();
#pragma unroll
  for (int c = 0; c < CH; c++) {
    shared[(warp * 2 + 0) * PIECE + lane + 32 * c] = padding[0][c];
    shared[(warp * 2 + 1) * PIECE + lane + 32 * c] = padding[1][c];
  }
  __syncthreads();
  float* to = part + (((i64)blockIdx.y * tiles + tile) * g.heads + head) * 2 * g.size + mine;
  for (int i = threadIdx.x; i < 2 * PIECE; i += 32 * WARPS) {
    float sum = 0.f;
    for (int w = 0; w < WARPS; w++) sum += shared[w * 2 * PIECE + i];
    if (i % PIECE < mineSize) to[i / PIECE * g.size + i % PIECE] = sum;
  }
}

#define WINDOW_ATTENTION(T, type, CH, size)                                                                                  \
  KERNEL_BOUNDS(128, CH == 1 ? 4 : 3, window_attention_forward_##type##_##size, T* y, float* logSum, const T* qkv, const float* bias,      \
                const float* table, Windows g, float scale) {                                                               \
    forward<T, CH>(y, logSum, qkv, bias, table, g, scale);                                                                  \
  }                                                                                                                         \
  KERNEL_BOUNDS(128, 2, window_attention_backward_rows_##type##_##size, T* dQkv, float* part, const T* dy,                  \
                const float* dots, const float* logSum, const T* qkv, const float* bias, const float* table, Windows g,     \
                float scale, int binsInShared) {                                                                            \
    backward_rows<T, CH>(dQkv, part, dy, dots, logSum, qkv, bias, table, g, scale, binsInShared);                           \
  }                                                                                                                         \
  KERNEL_BOUNDS(128, 2, window_attention_backward_columns_##type##_##size, T* dQkv, float* part, const T* dy,               \
                const float* dots, const float* logSum, const T* qkv, const float* bias, const float* table, Windows g,     \
                float scale) {                                                                                              \
    backward_columns<T, CH>(dQkv, part, dy, dots, logSum, qkv, bias, table, g, scale);                                      \
  }
WINDOW_ATTENTION(float, f32, 1, 32)
WINDOW_ATTENTION(float, f32, 4, 128)
WINDOW_ATTENTION(bf16, bf16, 1, 32)
WINDOW_ATTENTION(bf16, bf16, 4, 128)

// Sums of the parts, in order: dTable[r * heads + h] += over `parts` of table (part, head, bins), and for k and v
// dBias[C, 3C] += over `paddings` of padding (part, head, 2, D). Either gradient may be null. A thread an element.
template <class P>
DEV void sums(P* dTable, P* dBias, const float* table, int parts, const float* padding, int paddings, int heads, int size,
              int bins) {
  int i = blockIdx.x * blockDim.x + threadIdx.x, n = heads * bins, m = heads * 2 * size;
  float sum = 0.f;
  if (i < n) {
    if (dTable == nullptr) return;
    for (int p = 0; p < parts; p++) sum += table[(i64)p * n + i];
    P* to = dTable + (i64)(i % bins) * heads + i / bins;
    store(to, load(to) + sum);
  } else if (i - n < m) {
    if (dBias == nullptr) return;
    i -= n;
    for (int p = 0; p < paddings; p++) sum += padding[(i64)p * m + i];
    int head = i / (2 * size), which = i / size % 2, channel = i % size;
    P* to = dBias + (i64)(1 + which) * heads * size + head * size + channel;
    store(to, load(to) + sum);
  }
}
KERNEL(window_attention_sums_f32, float* dTable, float* dBias, const float* table, int parts, const float* padding,
       int paddings, int heads, int size, int bins) {
  sums(dTable, dBias, table, parts, padding, paddings, heads, size, bins);
}
KERNEL(window_attention_sums_bf16, bf16* dTable, bf16* dBias, const float* table, int parts, const float* padding,
       int paddings, int heads, int size, int bins) {
  sums(dTable, dBias, table, parts, padding, paddings, heads, size, bins);
}
