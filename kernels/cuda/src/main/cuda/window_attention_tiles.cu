// Window attention for windows of at most 64 cells (up to 8 by 8) and heads of 32 channels in bf16, on tensor cores; formulas and
// gradients are those of window_attention.cu. All operands begin at multiples of 16 bytes.
//
// A block of 4 warps takes one head and walks over windows; a warp owns 16 cells and has their scores with all 64 keys in registers.
// The bias lies in shared memory as a matrix (64, 64) in rows of 72 floats, divided by the scale, for it is the accumulators' start
// value: scores stay in units of q . k and the scale comes in with the exponential. Keys beyond the window have -1e30 there.
// Its gradient stays in registers over all windows of a block, laid out like the scores.
//
// Rows of 64 bytes (32 channels) are kept with their four parts of 16 bytes exchanged by bits 1 and 2 of the row's number.
//
// With N cells, a window and head: forward 128 N N FLOPs and 256 N bytes, backward 320 N N FLOPs and 512 N bytes.
#include "device.cuh"

constexpr float LOG2_E = 1.4426950408889634f, LN_2 = 0.6931471805599453f, NEVER = -1e30f;
constexpr int CELLS = 64, PLANE = CELLS * 64, BIAS_ROW = 72, BIAS = CELLS * BIAS_ROW;  // bytes of a plane; floats
constexpr int PROBABILITY_ROW = 144;                                                  // bytes
constexpr int PADDING = 256, PART = 320;

// Sizes, passed by value; c is log2(e) scale, masked is -100 / scale.
struct SmallWindows {
  int batch, height, width, heads, window, shift, down, across;
  float c, masked, scale;
};

// Two floats at a multiple of 8 bytes.
DEV float2 load_two(const float* p) { return *(const float2*)p; }
DEV void store4(void* p, unsigned v) { *(unsigned*)p = v; }

// Of the four lanes of a quad, lane l ends with the elements l of lanes 0, 1, 2, 3.
DEV void quad_transpose(unsigned (&v)[4], int l) {
  unsigned x = (l & 1) ? v[0] : v[1], y = (l & 1) ? v[2] : v[3];
  x = shuffle_xor(x, 1), y = shuffle_xor(y, 1);
  if (l & 1) {
    v[0] = x, v[2] = y;
  } else {
    v[1] = x, v[3] = y;
  }
  x = (l & 2) ? v[0] : v[2], y = (l & 2) ? v[1] : v[3];
  x = shuffle_xor(x, 2), y = shuffle_xor(y, 2);
  if (l & 2) {
    v[0] = x, v[1] = y;
  } else {
    v[2] = x, v[3] = y;
  }
}
// The sum of the products of eight bf16.
DEV float dot_bf16x8(const uint4& a, const uint4& b) {
  float sum = lower_half(a.x) * lower_half(b.x) + upper_half(a.x) * upper_half(b.x);
  sum += lower_half(a.y) * lower_half(b.y) + upper_half(a.y) * upper_half(b.y);
  sum += lower_half(a.z) * lower_half(b.z) + upper_half(a.z) * upper_half(b.z);
  return sum + lower_half(a.w) * lower_half(b.w) + upper_half(a.w) * upper_half(b.w);
}


// What a window's cell is: its place in the (B, H, W) grid, -1 in the padding and -2 beyond the window; and its region.
struct Cell {
  int token, region;
};
DEV int band(int rolled, int n, const SmallWindows& g) {
  return g.shift == 0 || rolled < n - g.window ? 0 : rolled < n - g.shift ? 1 : 2;
}
DEV Cell cell_of(const SmallWindows& g, int number, int cell) {
  const int column = number % g.across * g.window + cell % g.window;
  const int row = number / g.across % g.down * g.window + cell / g.window;
  const int rows = g.down * g.window, columns = g.across * g.window;
  int y = row + g.shift, x = column + g.shift;
  if (y >= rows) y -= rows;
  if (x >= columns) x -= columns;
  Cell c;
  c.token = cell >= g.window * g.window ? -2
            : y < g.height && x < g.width ? (number / (g.across * g.down) * g.height + y) * g.width + x
                                          : -1;
  c.region = 3 * band(row, rows, g) + band(column, columns, g);
  return c;
}

// The bias of every pair of cells, (heads, 64, 72), and the projection's bias as bf16.
template <class P>
DEV void parameters_tiles(float* matrix, bf16* bias, const P* fromTable, const P* fromBias, int window, int heads, int width,
                          float scale) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < heads * BIAS) {
    const int q = i % BIAS / BIAS_ROW, k = i % BIAS_ROW, cells = window * window, head = i / BIAS;
    float v = k < cells ? 0.f : NEVER;
    if (q < cells && k < cells) {
      const int row = q / window - k / window + window - 1, column = q % window - k % window + window - 1;
      v = load(fromTable + (row * (2 * window - 1) + column) * heads + head) / scale;
    }
    matrix[i] = v;
  } else if (i - heads * BIAS < width) {
    store(bias + i - heads * BIAS, load(fromBias + i - heads * BIAS));
  }
}
KERNEL(window_attention_tiles_parameters_f32, float* matrix, bf16* bias, const float* fromTable, const float* fromBias, int window,
       int heads, int width, float scale) {
  parameters_tiles(matrix, bias, fromTable, fromBias, window, heads, width, scale);
}
KERNEL(window_attention_tiles_parameters_bf16, float* matrix, bf16* bias, const bf16* fromTable, const bf16* fromBias, int window,
       int heads, int width, float scale) {
  parameters_tiles(matrix, bias, fromTable, fromBias, window, heads, width, scale);
}

// A plane of 64 cells: 32 channels from `channel` on of each cell's row of x; padded cells get the bias (null: zeros), and cells
// beyond the window zeros. Thread t begins the copies of part t % 4 of rows t / 4 and t / 4 + 32.
DEV void begin_plane(unsigned char* plane, const bf16* x, i64 stride, const bf16* bias, const int* tokens, int channel) {
  const int part = threadIdx.x & 3;
#pragma unroll
  for (int i = 0; i < 2; i++) {
    const int row = (threadIdx.x >> 2) + 32 * i, token = tokens[row];
    const bool some = token >= 0 || (token == -1 && bias != nullptr);
    const bf16* from = token >= 0 ? x + token * stride : some ? bias : x;
    copy16_async(plane + row * 64 + ((part ^ ((row >> 1) & 3)) << 4), from + (some ? channel + part * 8 : 0), some);
  }
}

// The lane's scores of rows rowA and rowA + 8 with keys 8 n + 2 l, 8 n + 2 l + 1, in units of q . k.
DEV void scores(float (&s)[8][4], const uint4& a, const uint4& b, const unsigned char* keys, const float* bias, const int* regions,
                int rowA, int l, int quad, bool edge, float masked) {
  const int swizzle = (l ^ ((quad >> 1) & 3)) << 4;
#pragma unroll
  for (int n = 0; n < 8; n++) {
    const uint4 k = load16(keys + (8 * n + quad) * 64 + swizzle);
    const float2 x = load_two(bias + rowA * BIAS_ROW + 8 * n + 2 * l), y = load_two(bias + (rowA + 8) * BIAS_ROW + 8 * n + 2 * l);
    s[n][0] = x.x, s[n][1] = x.y, s[n][2] = y.x, s[n][3] = y.y;
    mma16816(s[n], a.x, b.x, a.y, b.y, k.x, k.y);
    mma16816(s[n], a.z, b.z, a.w, b.w, k.z, k.w);
  }
  if (edge) {
    const int regionA = regions[rowA], regionB = regions[rowA + 8];
#pragma unroll
    for (int n = 0; n < 8; n++)
#pragma unroll
      for (int i = 0; i < 2; i++) {
        const int region = regions[8 * n + 2 * l + i];
        if (region != regionA) s[n][i] += masked;
        if (region != regionB) s[n][2 + i] += masked;
      }
  }
}

DEV void store_two_rows(bf16* to, i64 stride, int tokenA, int tokenB, const float (&x)[4][4], float factorA, float factorB, int l) {
  unsigned a[4], b[4];
#pragma unroll
  for (int j = 0; j < 4; j++) {
    a[j] = pack2(x[j][0] * factorA, x[j][1] * factorA), b[j] = pack2(x[j][2] * factorB, x[j][3] * factorB);
  }
  quad_transpose(a, l), quad_transpose(b, l);
  uint4 v;
  if (tokenA >= 0) {
    v.x = a[0], v.y = a[1], v.z = a[2], v.w = a[3];
    store16(to + tokenA * stride + l * 8, v);
  }
  if (tokenB >= 0) {
    v.x = b[0], v.y = b[1], v.z = b[2], v.w = b[3];
    store16(to + tokenB * stride + l * 8, v);
  }
}

// Forward. grid (heads, workers): worker w takes windows w, w + workers, ... Shared memory: bias, three planes, 128 ints.
template <class T>
DEV void forward_tiles(T* y, float* logSum, const T* qkv, const T* bias, const float* matrix, const SmallWindows& g) {
  DYNAMIC_SHARED(unsigned char, shared);
  unsigned char *sQ = shared + BIAS * 4, *sK = sQ + PLANE, *sV = sK + PLANE;
  int *tokens = (int*)(sV + PLANE), *regions = tokens + CELLS;
  const int t = threadIdx.x, lane = t & 31, warp = t >> 5, l = lane & 3, quad = lane >> 2, head = blockIdx.x;
  const int rowA = warp * 16 + quad, rowB = rowA + 8, channels = g.heads * 32, cells = g.window * g.window;
  const int windows = g.batch * g.down * g.across, swizzle = (l ^ ((quad >> 1) & 3)) << 4;
  const int value0 = ((lane >> 4) ^ ((lane >> 1) & 3)) << 4, value1 = value0 ^ 32;
  for (int i = t; i < BIAS / 4; i += 128) copy16_async(shared + i * 16, matrix + head * BIAS + i * 4);
  for (int number = blockIdx.y; number < windows; number += gridDim.y) {
    __syncthreads();
    if (t < CELLS) {
      const Cell c = cell_of(g, number, t);
      tokens[t] = c.token, regions[t] = c.region;
    }
    __syncthreads();
    begin_plane(sQ, qkv, 3 * channels, bias, tokens, head * 32);
    begin_plane(sK, qkv, 3 * channels, bias, tokens, channels + head * 32);
    begin_plane(sV, qkv, 3 * channels, bias, tokens, 2 * channels + head * 32);
    copy_commit();
    copy_wait<0>();
    __syncthreads();
    if (warp * 16 >= cells) continue;
    const bool edge = g.shift && (number % g.across == g.across - 1 || number / g.across % g.down == g.down - 1);
    float s[8][4];
    scores(s, load16(sQ + rowA * 64 + swizzle), load16(sQ + rowB * 64 + swizzle), sK, (const float*)shared, regions, rowA, l, quad,
           edge, g.masked);
    float mostA = s[0][0], mostB = s[0][2];
#pragma unroll
    for (int n = 0; n < 8; n++) {
      mostA = fmaxf(mostA, fmaxf(s[n][0], s[n][1])), mostB = fmaxf(mostB, fmaxf(s[n][2], s[n][3]));
    }
    mostA = fmaxf(mostA, shuffle_xor(mostA, 1)), mostA = fmaxf(mostA, shuffle_xor(mostA, 2)) * g.c;
    mostB = fmaxf(mostB, shuffle_xor(mostB, 1)), mostB = fmaxf(mostB, shuffle_xor(mostB, 2)) * g.c;
    float o[4][4] = {}, sum[4] = {};
#pragma unroll
    for (int k = 0; k < 4; k++) {
      unsigned w[4], v0[4], v1[4];
#pragma unroll
      for (int h = 0; h < 2; h++) {
        const float* x = s[2 * k + h];
        w[2 * h] = pack2(fast_exp2(x[0] * g.c - mostA), fast_exp2(x[1] * g.c - mostA));
        w[2 * h + 1] = pack2(fast_exp2(x[2] * g.c - mostB), fast_exp2(x[3] * g.c - mostB));
      }
      const unsigned char* values = sV + (16 * k + (lane & 15)) * 64;
      load_matrix4_transposed(v0, values + value0), load_matrix4_transposed(v1, values + value1);
      mma16816(o[0], w[0], w[1], w[2], w[3], v0[0], v0[1]), mma16816(o[1], w[0], w[1], w[2], w[3], v0[2], v0[3]);
      mma16816(o[2], w[0], w[1], w[2], w[3], v1[0], v1[1]), mma16816(o[3], w[0], w[1], w[2], w[3], v1[2], v1[3]);
      mma16816(sum, w[0], w[1], w[2], w[3], 0x3f803f80u, 0x3f803f80u);  // times ones: the sums of the rows
    }
    const int tokenA = tokens[rowA], tokenB = tokens[rowB];
    if (logSum != nullptr && l == 0) {
      float* to = logSum + ((i64)number * g.heads + head) * cells;
      if (tokenA >= 0) to[rowA] = LN_2 * (mostA + fast_log2(sum[0]));
      if (tokenB >= 0) to[rowB] = LN_2 * (mostB + fast_log2(sum[2]));
    }
    store_two_rows(y + head * 32, channels, tokenA, tokenB, o, 1.f / sum[0], 1.f / sum[2], l);
  }
  copy_wait<0>();
}
KERNEL_BOUNDS(128, 6, window_attention_tiles_forward, bf16* y, float* logSum, const bf16* qkv, const bf16* bias, const float* matrix,
              SmallWindows g) {
  forward_tiles(y, logSum, qkv, bias, matrix, g);
}

// Backward. grid (heads, workers). A warp first owns 16 queries: P and dS go to shared memory, dq out; then 16 keys: dv and dk are
// transposed products with P and dS. part: (worker, head, 320): the bins' sums, and from 256 on dk and dv of the padded cells.
// Shared memory: bias, four planes, two matrices of 64 rows of 144 bytes, 4 * 64 floats, 128 ints.
template <class T>
DEV void backward_tiles(T* dQkv, float* part, const T* dy, const T* y, const float* logSum, const T* qkv, const T* bias,
                        const float* matrix, const SmallWindows& g) {
  DYNAMIC_SHARED(unsigned char, shared);
  unsigned char *sQ = shared + BIAS * 4, *sK = sQ + PLANE, *sV = sK + PLANE, *sD = sV + PLANE, *sP = sD + PLANE;
  unsigned char* sS = sP + CELLS * PROBABILITY_ROW;
  float* padding = (float*)(sS + CELLS * PROBABILITY_ROW);  // (warp, dk 32 and dv 32)
  int *tokens = (int*)(padding + 4 * 64), *regions = tokens + CELLS;
  const int t = threadIdx.x, lane = t & 31, warp = t >> 5, l = lane & 3, quad = lane >> 2, head = blockIdx.x;
  const int row0 = warp * 16, rowA = row0 + quad, rowB = rowA + 8, channels = g.heads * 32, cells = g.window * g.window;
  const int windows = g.batch * g.down * g.across, swizzle = (l ^ ((quad >> 1) & 3)) << 4;
  const int part0 = ((lane >> 4) ^ ((lane >> 1) & 3)) << 4, part1 = part0 ^ 32;
  for (int i = t; i < BIAS / 4; i += 128) copy16_async(shared + i * 16, matrix + head * BIAS + i * 4);
  for (int i = t; i < 4 * 64; i += 128) padding[i] = 0.f;
  float slopes[8][4] = {};  // of the bias, over all windows
  for (int number = blockIdx.y; number < windows; number += gridDim.y) {
    __syncthreads();
    if (t < CELLS) {
      const Cell c = cell_of(g, number, t);
      tokens[t] = c.token, regions[t] = c.region;
    }
    __syncthreads();
    begin_plane(sQ, qkv, 3 * channels, bias, tokens, head * 32);
    begin_plane(sK, qkv, 3 * channels, bias, tokens, channels + head * 32);
    begin_plane(sV, qkv, 3 * channels, bias, tokens, 2 * channels + head * 32);
    begin_plane(sD, dy, channels, nullptr, tokens, head * 32);
    copy_commit();
    const int tokenA = tokens[rowA], tokenB = tokens[rowB];
    const float* log = logSum + ((i64)number * g.heads + head) * cells;
    const float logA = tokenA >= 0 ? log[rowA] * LOG2_E : 1e30f, logB = tokenB >= 0 ? log[rowB] * LOG2_E : 1e30f;
    uint4 yA, yB;
    yA.x = yA.y = yA.z = yA.w = 0, yB = yA;
    if (tokenA >= 0) yA = load16(y + (i64)tokenA * channels + head * 32 + l * 8);
    if (tokenB >= 0) yB = load16(y + (i64)tokenB * channels + head * 32 + l * 8);
    copy_wait<0>();
    __syncthreads();
    const bool edge = g.shift && (number % g.across == g.across - 1 || number / g.across % g.down == g.down - 1);
    const uint4 dA = load16(sD + rowA * 64 + swizzle), dB = load16(sD + rowB * 64 + swizzle);
    float dotA = dot_bf16x8(yA, dA), dotB = dot_bf16x8(yB, dB);
    dotA += shuffle_xor(dotA, 1), dotA += shuffle_xor(dotA, 2);
    dotB += shuffle_xor(dotB, 1), dotB += shuffle_xor(dotB, 2);
    float s[8][4], dq[4][4] = {};
    scores(s, load16(sQ + rowA * 64 + swizzle), load16(sQ + rowB * 64 + swizzle), sK, (const float*)shared, regions, rowA, l, quad,
           edge, g.masked);
#pragma unroll
    for (int k = 0; k < 4; k++) {
      unsigned w[4], k0[4], k1[4];
#pragma unroll
      for (int h = 0; h < 2; h++) {
        const int n = 2 * k + h;
        const uint4 v = load16(sV + (8 * n + quad) * 64 + swizzle);
        float d[4] = {};
        mma16816(d, dA.x, dB.x, dA.y, dB.y, v.x, v.y);
        mma16816(d, dA.z, dB.z, dA.w, dB.w, v.z, v.w);
        float* p = s[n];
        p[0] = fast_exp2(p[0] * g.c - logA), p[1] = fast_exp2(p[1] * g.c - logA);
        p[2] = fast_exp2(p[2] * g.c - logB), p[3] = fast_exp2(p[3] * g.c - logB);
        const int at = (8 * n + 2 * l) * 2;
        store4(sP + rowA * PROBABILITY_ROW + at, pack2(p[0], p[1])), store4(sP + rowB * PROBABILITY_ROW + at, pack2(p[2], p[3]));
        p[0] *= d[0] - dotA, p[1] *= d[1] - dotA, p[2] *= d[2] - dotB, p[3] *= d[3] - dotB;
#pragma unroll
        for (int i = 0; i < 4; i++) slopes[n][i] += p[i];
        w[2 * h] = pack2(p[0], p[1]), w[2 * h + 1] = pack2(p[2], p[3]);
        store4(sS + rowA * PROBABILITY_ROW + at, w[2 * h]), store4(sS + rowB * PROBABILITY_ROW + at, w[2 * h + 1]);
      }
      const unsigned char* keys = sK + (16 * k + (lane & 15)) * 64;
      load_matrix4_transposed(k0, keys + part0), load_matrix4_transposed(k1, keys + part1);
      mma16816(dq[0], w[0], w[1], w[2], w[3], k0[0], k0[1]), mma16816(dq[1], w[0], w[1], w[2], w[3], k0[2], k0[3]);
      mma16816(dq[2], w[0], w[1], w[2], w[3], k1[0], k1[1]), mma16816(dq[3], w[0], w[1], w[2], w[3], k1[2], k1[3]);
    }
    store_two_rows(dQkv + head * 32, 3 * channels, tokenA, tokenB, dq, g.scale, g.scale, l);
    __syncthreads();
#pragma unroll
    for (int which = 1; which <= 2; which++) {
      const unsigned char* turned = (which == 1 ? sS : sP) + ((lane & 7) + ((lane >> 4) << 3)) * PROBABILITY_ROW +
                                    (row0 + ((lane >> 3) & 1) * 8) * 2;
      const unsigned char* right = which == 1 ? sQ : sD;
      const float factor = which == 1 ? g.scale : 1.f;
      float x[4][4] = {};
#pragma unroll
      for (int k = 0; k < 4; k++) {
        unsigned u[4], r0[4], r1[4];
        load_matrix4_transposed(u, turned + k * 16 * PROBABILITY_ROW);
        const unsigned char* rows = right + (16 * k + (lane & 15)) * 64;
        load_matrix4_transposed(r0, rows + part0), load_matrix4_transposed(r1, rows + part1);
        mma16816(x[0], u[0], u[1], u[2], u[3], r0[0], r0[1]), mma16816(x[1], u[0], u[1], u[2], u[3], r0[2], r0[3]);
        mma16816(x[2], u[0], u[1], u[2], u[3], r1[0], r1[1]), mma16816(x[3], u[0], u[1], u[2], u[3], r1[2], r1[3]);
      }
      store_two_rows(dQkv + which * channels + head * 32, 3 * channels, tokenA, tokenB, x, factor, factor, l);
      if (warp_any(tokenA == -1 || tokenB == -1)) {
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
          for (int i = 0; i < 2; i++) {
            float v = (tokenA == -1 ? x[j][i] : 0.f) + (tokenB == -1 ? x[j][2 + i] : 0.f);
            v += shuffle_xor(v, 4), v += shuffle_xor(v, 8), v += shuffle_xor(v, 16);
            if (quad == 0) padding[warp * 64 + (which - 1) * 32 + 8 * j + 2 * l + i] += v * factor;
          }
      }
    }
  }
  copy_wait<0>();
  __syncthreads();
  float* all = (float*)sQ;  // (64, 64)
#pragma unroll
  for (int n = 0; n < 8; n++)
#pragma unroll
    for (int i = 0; i < 4; i++) all[(i < 2 ? rowA : rowB) * CELLS + 8 * n + 2 * l + i % 2] = slopes[n][i];
  __syncthreads();
  float* to = part + ((i64)blockIdx.y * g.heads + head) * PART;
  const int span = 2 * g.window - 1;
  for (int x = t; x < span * span; x += 128) {
    const int down = x / span - g.window + 1, across = x % span - g.window + 1;
    float v = 0.f;
    for (int k = 0; k < cells; k++) {
      const int row = k / g.window + down, column = k % g.window + across;
      if (row >= 0 && row < g.window && column >= 0 && column < g.window) v += all[(row * g.window + column) * CELLS + k];
    }
    to[x] = v;
  }
  if (t < 64) {
    float v = 0.f;
    for (int w = 0; w < 4; w++) v += padding[w * 64 + t];
    to[PADDING + t] = v;
  }
}
KERNEL_BOUNDS(128, 3, window_attention_tiles_backward, bf16* dQkv, float* part, const bf16* dy, const bf16* y, const float* logSum,
              const bf16* qkv, const bf16* bias, const float* matrix, SmallWindows g) {
  backward_tiles(dQkv, part, dy, y, logSum, qkv, bias, matrix, g);
}

// The workers' parts, in order: dTable[r * heads + h] += and dBias[C, 3C] +=; either may be null. grid (3, heads), 128 threads.
template <class P>
DEV void sums_tiles(P* dTable, P* dBias, const float* part, int bins, int heads, int workers) {
  const int head = blockIdx.y, x = blockIdx.x * 128 + threadIdx.x;
  if (x >= PART || (x >= bins && x < PADDING)) return;
  P* to;
  if (x < PADDING) {
    if (dTable == nullptr) return;
    to = dTable + x * heads + head;
  } else {
    if (dBias == nullptr) return;
    const int i = x - PADDING;
    to = dBias + (1 + i / 32) * heads * 32 + head * 32 + i % 32;
  }
  float v = 0.f;
#pragma unroll 4
  for (int w = 0; w < workers; w++) v += part[((i64)w * heads + head) * PART + x];
  store(to, load(to) + v);
}
KERNEL(window_attention_tiles_sums_f32, float* dTable, float* dBias, const float* part, int bins, int heads, int workers) {
  sums_tiles(dTable, dBias, part, bins, heads, workers);
}
KERNEL(window_attention_tiles_sums_bf16, bf16* dTable, bf16* dBias, const float* part, int bins, int heads, int workers) {
  sums_tiles(dTable, dBias, part, bins, heads, workers);
}
