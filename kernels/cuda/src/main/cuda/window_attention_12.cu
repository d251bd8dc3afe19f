// Window attention for windows of 12 by 12 cells and heads of 32 channels in bf16, on tensor cores; formulas and gradients are
// those of window_attention.cu. All operands begin at multiples of 16 bytes, and the shift is 0 or 6: then a window's regions
// are its halves or quarters, and two neighbouring keys lie in the same one.
//
// Scores stay in units of q . k: the bias lies divided by the scale in a table that is the accumulators' start value, and the
// scale comes in with the exponential, p = 2^(s c - m c) with c = log2(e) / sqrt(32). Of the table (23, 23) a head has two
// copies of 23 rows of 24 in shared memory, ascending in the key and the second one word further left, so that the biases of two
// neighbouring keys are one aligned load of 8 bytes whether the query's column is odd or even.
//
// A row of a plane of keys, values, queries or gradients is 64 bytes; its four parts of 16 bytes are exchanged by bits 1 and 2
// of the row's number, so that eight rows lie in 32 different banks.
//
// Per window and head: forward 2.65 MFLOP and 36 KB, backward 6.64 MFLOP and 73 KB.
#include "device.cuh"

constexpr float LOG2_E = 1.4426950408889634f, LN_2 = 0.6931471805599453f;
constexpr int PLANE = 144 * 64 + 64;  // bytes of 144 rows of 32 channels
constexpr int TABLE = 1120;           // floats of a head's table, 280 times 16 bytes
constexpr int SECOND = 559;           // where its second copy begins

// Sizes, passed by value; c is above, masked is -100 / scale.
struct Windows12 {
  int batch, height, width, heads, shift, down, across, windows;
  float c, masked, scale;
};

struct Place {
  int sample, row, column;
};
DEV Place place_of(int number, const Windows12& g) {
  Place p;
  p.column = number % g.across, number /= g.across;
  p.row = number % g.down, p.sample = number / g.down;
  return p;
}
// Where cell `cell` of a window lies in the (B, H, W) grid, or -1 in the padding.
DEV int token_of(const Place& p, int cell, const Windows12& g) {
  int y = p.row * 12 + cell / 12 + g.shift, x = p.column * 12 + cell % 12 + g.shift;
  if (y >= g.down * 12) y -= g.down * 12;
  if (x >= g.across * 12) x -= g.across * 12;
  return y < g.height && x < g.width ? (p.sample * g.height + y) * g.width + x : -1;
}

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

// The tables as the kernels want them, and the bias as bf16.
template <class P>
DEV void parameters12(float* table, bf16* bias, const P* fromTable, const P* fromBias, int heads, int width, float scale) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < heads * TABLE) {
    int e = i % TABLE, at = e < SECOND ? e : e - SECOND, row = at / 24, column = at % 24;
    bool some = row < 23 && column < 23;
    table[i] = some ? load(fromTable + ((22 - row) * 23 + 22 - column) * heads + i / TABLE) / scale : 0.f;
  } else if (i - heads * TABLE < width) {
    store(bias + i - heads * TABLE, load(fromBias + i - heads * TABLE));
  }
}
KERNEL(window_attention_12_parameters_f32, float* table, bf16* bias, const float* fromTable, const float* fromBias, int heads,
       int width, float scale) {
  parameters12(table, bias, fromTable, fromBias, heads, width, scale);
}
KERNEL(window_attention_12_parameters_bf16, float* table, bf16* bias, const bf16* fromTable, const bf16* fromBias, int heads,
       int width, float scale) {
  parameters12(table, bias, fromTable, fromBias, heads, width, scale);
}

// The scores of 16 TILES rows with 8 STEP keys, in units of q . k. first: the number of the first eight keys among three times eight
// or six, even: 24 keys are two rows of cells, for which the tables go on by 48 words. masks: bit k (k + 3 for keys of the lower half,
// which begins at eight number 9) tells that the row does not see the eights k, k + 3, ...; bits 6 to 11 the same of row + 8.
template <int TILES, int STEP>
DEV void scores12(float (&s)[TILES][STEP][4], const uint4 (&qA)[TILES], const uint4 (&qB)[TILES], const unsigned char* keys,
                  const float* const (&tableA)[TILES], const float* const (&tableB)[TILES], int first, int second, bool edge,
                  const int (&masks)[TILES], int from, float masked) {
#pragma unroll
  for (int n = 0; n < STEP; n++) {
    const int eight = first + n, off = eight / 3 * 48 + (eight % 3 == 1 ? second : eight % 3 == 2 ? 28 : 0);
    const uint4 k = load16(keys + eight * 512);
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const float2 a = load_two(tableA[m] + off), b = load_two(tableB[m] + off);
      s[m][n][0] = a.x, s[m][n][1] = a.y, s[m][n][2] = b.x, s[m][n][3] = b.y;
      mma16816(s[m][n], qA[m].x, qB[m].x, qA[m].y, qB[m].y, k.x, k.y);
      mma16816(s[m][n], qA[m].z, qB[m].z, qA[m].w, qB[m].w, k.z, k.w);
    }
    if (edge) {
      const int half = from + eight < 9 ? 0 : 3;
#pragma unroll
      for (int m = 0; m < TILES; m++) {
        const int bits = masks[m] >> half;
        if (bits & 1 << eight % 3) s[m][n][0] += masked, s[m][n][1] += masked;
        if (bits & 64 << eight % 3) s[m][n][2] += masked, s[m][n][3] += masked;
      }
    }
  }
}

// Forward. A warp owns 16 TILES rows of one head and walks the keys 8 STEP at a time, UNROLLED steps without a
// loop; a block holds HEADS heads of a window:
// block b takes heads HEADS (b % (heads / HEADS)) and on of window b / (heads / HEADS). Where STAGES is 2, there are fewer
// blocks, a block takes every so manieth window, and the next one's queries, keys and values arrive while one is computed.
//
// Exponentials are relative to a row's score with its own cell, which is never masked: then a row's sum is at least 1, and a maximum
// is not needed unless another score is greater by more than 2^64; then the row is done again from its maximum. (bf16 has f32's range.) Shared memory: HEADS tables and 2 (STAGES 2: 5) planes a head.
template <int TILES, int STEP, int UNROLLED, int HEADS, int STAGES>
DEV void forward12(bf16* y, float* logSum, const bf16* qkv, const bf16* bias, const float* table, const Windows12& g) {
  constexpr int WARPS = 9 / TILES, CHUNKS = 18 / (STEP * UNROLLED), AT_ONCE = WARPS * 8;
  DYNAMIC_SHARED(unsigned char, shared);
  const int t = threadIdx.x, lane = t & 31, warp = t >> 5, l = lane & 3, quad = lane >> 2;
  const int groups = g.heads / HEADS, group = blockIdx.x % groups, step = gridDim.x / groups;
  const int mine = warp / WARPS, head = group * HEADS + mine, row0 = (warp % WARPS) * TILES * 16;
  const int channels = g.heads * 32;
  unsigned char* planes = shared + HEADS * TABLE * 4;
  unsigned char* queries = planes + STAGES * 2 * HEADS * PLANE;  // STAGES 2 only
  auto load_keys = [&](int number, unsigned char* to) {
    const int part = t % (HEADS * 4), cell0 = t / (HEADS * 4);
    const Place p = place_of(number, g);
    const int channel = (group * HEADS + (part >> 2)) * 32 + (part & 3) * 8;
    unsigned char* d = to + (part >> 2) * PLANE;
#pragma unroll
    for (int i = 0; i < 144 / AT_ONCE; i++) {
      const int cell = cell0 + i * AT_ONCE, token = token_of(p, cell, g);
      const bf16* from = (token >= 0 ? qkv + (i64)token * 3 * channels : bias) + channel;
      const int at = cell * 64 + (((part & 3) ^ ((cell >> 1) & 3)) << 4);
      copy16_async(d + at, from + channels);
      copy16_async(d + at + HEADS * PLANE, from + 2 * channels);
    }
  };
  auto load_queries = [&](int number) {  // a warp its own rows
    const Place p = place_of(number, g);
#pragma unroll
    for (int i = 0; i < TILES * 2; i++) {
      const int row = row0 + i * 8 + quad, token = token_of(p, row, g);
      copy16_async(queries + mine * PLANE + row * 64 + ((l ^ ((row >> 1) & 3)) << 4),
                   (token >= 0 ? qkv + (i64)token * 3 * channels : bias) + head * 32 + l * 8);
    }
  };
  const int first = blockIdx.x / groups;
  for (int i = t; i < HEADS * TABLE / 4; i += HEADS * WARPS * 32) {
    copy16_async(shared + i * 16, table + (i64)group * HEADS * TABLE + i * 4);
  }
  if (first < g.windows) {
    load_keys(first, planes);
    if (STAGES == 2) load_queries(first);
  }
  copy_commit();
  const int swizzle = (l ^ ((quad >> 1) & 3)) << 4;
  for (int number = first, turn = 0; number < g.windows; number += step, turn++) {
    unsigned char* at = planes + (STAGES == 2 ? (turn & 1) * 2 * HEADS * PLANE : 0);
    const Place p = place_of(number, g);
    uint4 qA[TILES], qB[TILES];
    if (STAGES == 1) {
#pragma unroll
      for (int m = 0; m < TILES; m++) {
        const int rowA = row0 + m * 16 + quad, tokenA = token_of(p, rowA, g), tokenB = token_of(p, rowA + 8, g);
        qA[m] = load16((tokenA >= 0 ? qkv + (i64)tokenA * 3 * channels : bias) + head * 32 + l * 8);
        qB[m] = load16((tokenB >= 0 ? qkv + (i64)tokenB * 3 * channels : bias) + head * 32 + l * 8);
      }
    }
    copy_wait<0>();
    __syncthreads();
    if (STAGES == 2) {
#pragma unroll
      for (int m = 0; m < TILES; m++) {
        qA[m] = load16(queries + mine * PLANE + (row0 + m * 16 + quad) * 64 + swizzle);
        qB[m] = load16(queries + mine * PLANE + (row0 + m * 16 + quad + 8) * 64 + swizzle);
      }
      warp_barrier();
      if (number + step < g.windows) {
        load_keys(number + step, planes + (~turn & 1) * 2 * HEADS * PLANE);
        load_queries(number + step);
      }
      copy_commit();
    }
    // After the roll the last window of a line holds cells of both ends; halves that came from different ends are masked.
    const bool lastRow = g.shift && p.row == g.down - 1, lastColumn = g.shift && p.column == g.across - 1;
    const float* tableAt = (const float*)(shared + mine * TABLE * 4);
    const float *tableA[TILES], *tableB[TILES];  // the start values of key column 2 l of key row 0
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int rowA = row0 + m * 16 + quad, rowB = rowA + 8;
      const int copy = (rowA % 12) & 1 ? 0 : SECOND;  // an even query column: the copy one word to the left
      tableA[m] = tableAt + copy + (11 - rowA / 12) * 24 + 2 * l + 11 - rowA % 12;
      tableB[m] = tableAt + copy + (11 - rowB / 12) * 24 + 2 * l + 11 - rowB % 12;
    }
    const int second = l < 2 ? 8 : 20;  // from key column 2 l to 8 keys on: the same row of cells, or the next
    const bool edge = lastRow || lastColumn;
    int masks[TILES];
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      masks[m] = 0;
      if (edge) {
#pragma unroll
        for (int i = 0; i < 12; i++) {
          const int row = row0 + m * 16 + quad + i / 6 * 8;
          const bool up = i / 3 % 2 == 0, left = (8 * (i % 3) + 2 * l) % 12 < 6;
          masks[m] |= (lastRow && (row < 72) != up) || (lastColumn && (row % 12 < 6) != left) ? 1 << i : 0;
        }
      }
    }
    const unsigned char* keys = at + mine * PLANE + quad * 64 + swizzle;
    const unsigned char* values = at + (HEADS + mine) * PLANE + (lane & 15) * 64;
    const int value0 = ((lane >> 4) ^ ((lane >> 1) & 3)) << 4, value1 = value0 ^ 32;
    float o[TILES][4][4], sum[TILES][4], fromA[TILES], fromB[TILES];
#pragma unroll
    for (int m = 0; m < TILES; m++) {  // of 16 by 8 scores the diagonal: row quad with key quad, in lane quad / 2 of the quad
      const int own = row0 / 8 + 2 * m, where = (lane & 28) + (quad >> 1);
      const uint4 k0 = load16(keys + own * 512), k1 = load16(keys + own * 512 + 512);
      float x[4] = {}, y[4] = {};
      mma16816(x, qA[m].x, qB[m].x, qA[m].y, qB[m].y, k0.x, k0.y), mma16816(x, qA[m].z, qB[m].z, qA[m].w, qB[m].w, k0.z, k0.w);
      mma16816(y, qA[m].x, qB[m].x, qA[m].y, qB[m].y, k1.x, k1.y), mma16816(y, qA[m].z, qB[m].z, qA[m].w, qB[m].w, k1.z, k1.w);
      const float bias0 = tableAt[11 * 24 + 11];
      fromA[m] = (shuffle(quad & 1 ? x[1] : x[0], where) + bias0) * g.c;
      fromB[m] = (shuffle(quad & 1 ? y[3] : y[2], where) + bias0) * g.c;
    }
    for (bool exact = false;; exact = true) {
#pragma unroll
      for (int m = 0; m < TILES; m++) {
#pragma unroll
        for (int i = 0; i < 4; i++) o[m][0][i] = o[m][1][i] = o[m][2][i] = o[m][3][i] = sum[m][i] = 0.f;
      }
#pragma unroll 1
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
#pragma unroll
        for (int u = 0; u < UNROLLED; u++) {
          float s[TILES][STEP][4];
          scores12<TILES, STEP>(s, qA, qB, keys, tableA, tableB, u * STEP, second, edge, masks, chunk * UNROLLED * STEP, g.masked);
#pragma unroll
          for (int k = 0; k < STEP / 2; k++) {
            unsigned v0[4], v1[4];
            load_matrix4_transposed(v0, values + (u * STEP / 2 + k) * 1024 + value0);
            load_matrix4_transposed(v1, values + (u * STEP / 2 + k) * 1024 + value1);
#pragma unroll
            for (int m = 0; m < TILES; m++) {
              unsigned w[4];
#pragma unroll
              for (int h = 0; h < 2; h++) {
                const float* x = s[m][2 * k + h];
                w[2 * h] = pack2(fast_exp2(x[0] * g.c - fromA[m]), fast_exp2(x[1] * g.c - fromA[m]));
                w[2 * h + 1] = pack2(fast_exp2(x[2] * g.c - fromB[m]), fast_exp2(x[3] * g.c - fromB[m]));
              }
              mma16816(o[m][0], w[0], w[1], w[2], w[3], v0[0], v0[1]);
              mma16816(o[m][1], w[0], w[1], w[2], w[3], v0[2], v0[3]);
              mma16816(o[m][2], w[0], w[1], w[2], w[3], v1[0], v1[1]);
              mma16816(o[m][3], w[0], w[1], w[2], w[3], v1[2], v1[3]);
              mma16816(sum[m], w[0], w[1], w[2], w[3], 0x3f803f80u, 0x3f803f80u);  // times ones: the sums of the rows
            }
          }
        }
        keys += STEP * UNROLLED * 512, values += STEP * UNROLLED * 512;
#pragma unroll
        for (int m = 0; m < TILES; m++) tableA[m] += STEP * UNROLLED / 3 * 48, tableB[m] += STEP * UNROLLED / 3 * 48;
      }
      bool far = false;
#pragma unroll
      for (int m = 0; m < TILES; m++) far = far || !(sum[m][0] < 0x1p64f) || !(sum[m][2] < 0x1p64f);
      if (exact || !warp_any(far)) break;
      keys -= 144 * 64, values -= 144 * 64;
#pragma unroll
      for (int m = 0; m < TILES; m++) tableA[m] -= 288, tableB[m] -= 288, fromA[m] = fromB[m] = -3e38f;
#pragma unroll 1
      for (int chunk = 0; chunk < CHUNKS; chunk++) {  // the maxima
#pragma unroll
        for (int u = 0; u < UNROLLED; u++) {
          float s[TILES][STEP][4];
          scores12<TILES, STEP>(s, qA, qB, keys, tableA, tableB, u * STEP, second, edge, masks, chunk * UNROLLED * STEP, g.masked);
#pragma unroll
          for (int m = 0; m < TILES; m++)
#pragma unroll
            for (int n = 0; n < STEP; n++) {
              fromA[m] = fmaxf(fromA[m], fmaxf(s[m][n][0], s[m][n][1])), fromB[m] = fmaxf(fromB[m], fmaxf(s[m][n][2], s[m][n][3]));
            }
        }
        keys += STEP * UNROLLED * 512;
#pragma unroll
        for (int m = 0; m < TILES; m++) tableA[m] += STEP * UNROLLED / 3 * 48, tableB[m] += STEP * UNROLLED / 3 * 48;
      }
      keys -= 144 * 64;
#pragma unroll
      for (int m = 0; m < TILES; m++) {
        tableA[m] -= 288, tableB[m] -= 288;
        fromA[m] = fmaxf(fromA[m], shuffle_xor(fromA[m], 1)), fromA[m] = fmaxf(fromA[m], shuffle_xor(fromA[m], 2)) * g.c;
        fromB[m] = fmaxf(fromB[m], shuffle_xor(fromB[m], 1)), fromB[m] = fmaxf(fromB[m], shuffle_xor(fromB[m], 2)) * g.c;
      }
    }
    int numberNow = number, headNow = head;
    opaque(numberNow), opaque(headNow);
    const Place now = place_of(numberNow, g);
#pragma unroll
    for (int m = 0; m < TILES; m++) {
      const int rowA = row0 + m * 16 + quad, rowB = rowA + 8;
      const int tokenA = token_of(now, rowA, g), tokenB = token_of(now, rowB, g);
      if (logSum != nullptr && l == 0) {
        float* to = logSum + ((i64)numberNow * g.heads + headNow) * 144;
        if (tokenA >= 0) to[rowA] = LN_2 * (fromA[m] + fast_log2(sum[m][0]));
        if (tokenB >= 0) to[rowB] = LN_2 * (fromB[m] + fast_log2(sum[m][2]));
      }
      const float shareA = 1.f / sum[m][0], shareB = 1.f / sum[m][2];
      unsigned outA[4], outB[4];
#pragma unroll
      for (int j = 0; j < 4; j++) {
        outA[j] = pack2(o[m][j][0] * shareA, o[m][j][1] * shareA), outB[j] = pack2(o[m][j][2] * shareB, o[m][j][3] * shareB);
      }
      quad_transpose(outA, l), quad_transpose(outB, l);
      uint4 v;
      if (tokenA >= 0) {
        v.x = outA[0], v.y = outA[1], v.z = outA[2], v.w = outA[3];
        store16(y + (i64)tokenA * channels + headNow * 32 + l * 8, v);
      }
      if (tokenB >= 0) {
        v.x = outB[0], v.y = outB[1], v.z = outB[2], v.w = outB[3];
        store16(y + (i64)tokenB * channels + headNow * 32 + l * 8, v);
      }
    }
    if (STAGES == 1) break;
  }
  copy_wait<0>();
}

#define WINDOW_ATTENTION_12(name, TILES, STEP, UNROLLED, HEADS, STAGES, blocks)                                              \
  KERNEL_BOUNDS(HEADS * 9 / TILES * 32, blocks, window_attention_12_forward_##name, bf16* y, float* logSum, const bf16* qkv, \
                const bf16* bias, const float* table, Windows12 g) {                                                         \
    forward12<TILES, STEP, UNROLLED, HEADS, STAGES>(y, logSum, qkv, bias, table, g);                                         \
  }
WINDOW_ATTENTION_12(whole, 1, 6, 1, 1, 1, 2)      // 16 rows a warp, 48 keys at a time
WINDOW_ATTENTION_12(steps, 1, 2, 3, 1, 1, 3)      // 16 keys at a time, in fewer registers: a third block on a multiprocessor
WINDOW_ATTENTION_12(pipelined, 3, 2, 3, 2, 2, 2)  // 48 rows a warp, 16 keys at a time, two heads, the next window under way

// Backward. A block of 9 warps takes one head and walks over windows: block b takes head b % heads and windows b / heads + a
// multiple of the grid's rest. A warp first owns 16 queries, from which it makes P (kept in shared memory), dS (kept in
// registers) and dq; then 16 keys, whose dv and dk are transposed products with P and with dS, which takes P's place in shared
// memory. The table's gradient is dS summed along the diagonals of its 12 by 12 blocks: a thread keeps the same six sums over
// all windows. part: (block, 608): the sums of 529 bins, and from 544 on dk and dv of the padded cells.
// Shared memory: the table, four planes, 144 rows of 304 bytes, 9 * 64 floats.
constexpr int PROBABILITY_ROW = 304, PART = 608, PADDING = 544, BINS = 529;

template <class T>
DEV void backward12(T* dQkv, float* part, const T* dy, const T* y, const float* logSum, const T* qkv, const T* bias,
                    const float* table, const Windows12& g) {
  DYNAMIC_SHARED(unsigned char, shared);
  const int t = threadIdx.x, lane = t & 31, warp = t >> 5, l = lane & 3, quad = lane >> 2;
  const int head = blockIdx.x % g.heads, step = gridDim.x / g.heads, first = blockIdx.x / g.heads;
  const int row0 = warp * 16, rowA = row0 + quad, rowB = rowA + 8, channels = g.heads * 32;
  unsigned char *sQ = shared + TABLE * 4, *sK = sQ + PLANE, *sV = sK + PLANE, *sD = sV + PLANE, *sP = sD + PLANE;
  float* padding = (float*)(sP + 144 * PROBABILITY_ROW);  // (warp, dk 32 and dv 32)
  for (int i = t; i < 9 * 64; i += 288) padding[i] = 0.f;
  auto load_rows = [&](int number, bool queries) {  // the queries, or keys, values and gradients
    const int c = t & 3;
    const Place p = place_of(number, g);
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int row = (t >> 2) + 72 * i, token = token_of(p, row, g), at = row * 64 + ((c ^ ((row >> 1) & 3)) << 4);
      const bf16* from = (token >= 0 ? qkv + (i64)token * 3 * channels : bias) + head * 32 + c * 8;
      if (queries) {
        copy16_async(sQ + at, from);
      } else {
        copy16_async(sK + at, from + channels);
        copy16_async(sV + at, from + 2 * channels);
        copy16_async(sD + at, dy + (i64)(token >= 0 ? token : 0) * channels + head * 32 + c * 8, token >= 0);
      }
    }
  };
  for (int i = t; i < TABLE / 4; i += 288) copy16_async(shared + i * 16, table + (i64)head * TABLE + i * 4);
  if (first < g.windows) {
    load_rows(first, false);
    load_rows(first, true);
  }
  copy_commit();
  float sums[3][2][2] = {};  // three places of a thread, on two diagonals, two columns
  const int swizzle = (l ^ ((quad >> 1) & 3)) << 4;
  const int part0 = ((lane >> 4) ^ ((lane >> 1) & 3)) << 4, part1 = part0 ^ 32;  // transposed reads: 16 rows, two parts
  for (int number = first; number < g.windows; number += step) {
    const Place p = place_of(number, g);
    const int tokenA = token_of(p, rowA, g), tokenB = token_of(p, rowB, g);
    const float* log = logSum + ((i64)number * g.heads + head) * 144;
    const float logA = tokenA >= 0 ? log[rowA] * LOG2_E : 1e30f, logB = tokenB >= 0 ? log[rowB] * LOG2_E : 1e30f;
    uint4 yA, yB;
    yA.x = yA.y = yA.z = yA.w = 0, yB = yA;
    if (tokenA >= 0) yA = load16(y + (i64)tokenA * channels + head * 32 + l * 8);
    if (tokenB >= 0) yB = load16(y + (i64)tokenB * channels + head * 32 + l * 8);
    copy_wait<0>();
    __syncthreads();
    const uint4 qA = load16(sQ + rowA * 64 + swizzle), qB = load16(sQ + rowB * 64 + swizzle);
    const uint4 dA = load16(sD + rowA * 64 + swizzle), dB = load16(sD + rowB * 64 + swizzle);
    float dotA = dot_bf16x8(yA, dA), dotB = dot_bf16x8(yB, dB);
    dotA += shuffle_xor(dotA, 1), dotA += shuffle_xor(dotA, 2);
    dotB += shuffle_xor(dotB, 1), dotB += shuffle_xor(dotB, 2);
    const bool lastRow = g.shift && p.row == g.down - 1, lastColumn = g.shift && p.column == g.across - 1;
    const int copy = (rowA % 12) & 1 ? 0 : SECOND, second = l < 2 ? 8 : 20;
    const float* tableA = (const float*)shared + copy + (11 - rowA / 12) * 24 + 2 * l + 11 - rowA % 12;
    const float* tableB = (const float*)shared + copy + (11 - rowB / 12) * 24 + 2 * l + 11 - rowB % 12;
    unsigned dsA[18], dsB[18];
    float dq[4][4] = {};
#pragma unroll
    for (int k = 0; k < 9; k++) {
#pragma unroll
      for (int h = 0; h < 2; h++) {
        const int n = 2 * k + h, off = n / 3 * 48 + (n % 3 == 2 ? 28 : 0);
        const uint4 kb = load16(sK + (8 * n + quad) * 64 + swizzle), vb = load16(sV + (8 * n + quad) * 64 + swizzle);
        const float2 a = load_two(tableA + off + (n % 3 == 1 ? second : 0)), b = load_two(tableB + off + (n % 3 == 1 ? second : 0));
        float s[4] = {a.x, a.y, b.x, b.y}, d[4] = {};
        mma16816(s, qA.x, qB.x, qA.y, qB.y, kb.x, kb.y);
        mma16816(s, qA.z, qB.z, qA.w, qB.w, kb.z, kb.w);
        mma16816(d, dA.x, dB.x, dA.y, dB.y, vb.x, vb.y);
        mma16816(d, dA.z, dB.z, dA.w, dB.w, vb.z, vb.w);
        if (lastRow || lastColumn) {
          const bool up = n < 9, left = (8 * (n % 3) + 2 * l) % 12 < 6;
          const float c = (lastRow && (rowA < 72) != up) || (lastColumn && (rowA % 12 < 6) != left) ? g.masked : 0.f;
          const float e = (lastRow && (rowB < 72) != up) || (lastColumn && (rowB % 12 < 6) != left) ? g.masked : 0.f;
          s[0] += c, s[1] += c, s[2] += e, s[3] += e;
        }
        s[0] = fast_exp2(s[0] * g.c - logA), s[1] = fast_exp2(s[1] * g.c - logA);
        s[2] = fast_exp2(s[2] * g.c - logB), s[3] = fast_exp2(s[3] * g.c - logB);
        store4(sP + rowA * PROBABILITY_ROW + (8 * n + 2 * l) * 2, pack2(s[0], s[1]));
        store4(sP + rowB * PROBABILITY_ROW + (8 * n + 2 * l) * 2, pack2(s[2], s[3]));
        dsA[n] = pack2(s[0] * (d[0] - dotA), s[1] * (d[1] - dotA));
        dsB[n] = pack2(s[2] * (d[2] - dotB), s[3] * (d[3] - dotB));
      }
      unsigned k0[4], k1[4];
      const unsigned char* keys = sK + (16 * k + (lane & 15)) * 64;
      load_matrix4_transposed(k0, keys + part0), load_matrix4_transposed(k1, keys + part1);
      mma16816(dq[0], dsA[2 * k], dsB[2 * k], dsA[2 * k + 1], dsB[2 * k + 1], k0[0], k0[1]);
      mma16816(dq[1], dsA[2 * k], dsB[2 * k], dsA[2 * k + 1], dsB[2 * k + 1], k0[2], k0[3]);
      mma16816(dq[2], dsA[2 * k], dsB[2 * k], dsA[2 * k + 1], dsB[2 * k + 1], k1[0], k1[1]);
      mma16816(dq[3], dsA[2 * k], dsB[2 * k], dsA[2 * k + 1], dsB[2 * k + 1], k1[2], k1[3]);
    }
    auto store_rows = [&](const float (&x)[4][4], float factor, int which) {  // rows rowA and rowB of dq, dk or dv
      unsigned a[4], b[4];
#pragma unroll
      for (int j = 0; j < 4; j++) {
        a[j] = pack2(x[j][0] * factor, x[j][1] * factor), b[j] = pack2(x[j][2] * factor, x[j][3] * factor);
      }
      quad_transpose(a, l), quad_transpose(b, l);
      bf16* to = dQkv + which * channels + head * 32 + l * 8;
      uint4 v;
      if (tokenA >= 0) {
        v.x = a[0], v.y = a[1], v.z = a[2], v.w = a[3];
        store16(to + (i64)tokenA * 3 * channels, v);
      }
      if (tokenB >= 0) {
        v.x = b[0], v.y = b[1], v.z = b[2], v.w = b[3];
        store16(to + (i64)tokenB * 3 * channels, v);
      }
    };
    store_rows(dq, g.scale, 0);
    // This warp's 16 keys: transposed reads of P, then of dS, as the left factor.
    const unsigned char* turned =
        sP + ((lane & 7) + ((lane >> 4) << 3)) * PROBABILITY_ROW + (row0 + ((lane >> 3) & 1) * 8) * 2;
    auto columns = [&](const unsigned char* right, float factor, int which) {
      float x[4][4] = {};
#pragma unroll
      for (int k = 0; k < 9; k++) {
        unsigned u[4], r0[4], r1[4];
        load_matrix4_transposed(u, turned + k * 16 * PROBABILITY_ROW);
        const unsigned char* rows = right + (16 * k + (lane & 15)) * 64;
        load_matrix4_transposed(r0, rows + part0), load_matrix4_transposed(r1, rows + part1);
        mma16816(x[0], u[0], u[1], u[2], u[3], r0[0], r0[1]), mma16816(x[1], u[0], u[1], u[2], u[3], r0[2], r0[3]);
        mma16816(x[2], u[0], u[1], u[2], u[3], r1[0], r1[1]), mma16816(x[3], u[0], u[1], u[2], u[3], r1[2], r1[3]);
      }
      store_rows(x, factor, which);
      if (warp_any(tokenA < 0 || tokenB < 0)) {
#pragma unroll
        for (int j = 0; j < 4; j++)
#pragma unroll
          for (int i = 0; i < 2; i++) {
            float v = (tokenA < 0 ? x[j][i] : 0.f) + (tokenB < 0 ? x[j][2 + i] : 0.f);
            v += shuffle_xor(v, 4), v += shuffle_xor(v, 8), v += shuffle_xor(v, 16);
            if (quad == 0) padding[warp * 64 + (which - 1) * 32 + 8 * j + 2 * l + i] += v * factor;
          }
      }
    };
    __syncthreads();
    columns(sD, 1.f, 2);
    __syncthreads();
    if (number + step < g.windows) load_rows(number + step, false);  // keys, values and gradients are done with
#pragma unroll
    for (int n = 0; n < 18; n++) {
      store4(sP + rowA * PROBABILITY_ROW + (8 * n + 2 * l) * 2, dsA[n]);
      store4(sP + rowB * PROBABILITY_ROW + (8 * n + 2 * l) * 2, dsB[n]);
    }
    __syncthreads();
    columns(sQ, g.scale, 1);
#pragma unroll
    for (int i = 0; i < 3; i++) {
      const int id = t + 288 * i, diagonal = id / 72, q = id % 72 / 6, k = id % 6 * 2;
#pragma unroll 4
      for (int r = 0; r < 12; r++) {
        const int row = r + diagonal < 12 ? r + diagonal : r + diagonal - 12;
        const unsigned v = *(const unsigned*)(sP + (row * 12 + q) * PROBABILITY_ROW + (r * 12 + k) * 2);
        if (r + diagonal < 12) {
          sums[i][0][0] += lower_half(v), sums[i][0][1] += upper_half(v);
        } else {
          sums[i][1][0] += lower_half(v), sums[i][1][1] += upper_half(v);
        }
      }
    }
    __syncthreads();
    if (number + step < g.windows) load_rows(number + step, true);
    copy_commit();
  }
  copy_wait<0>();
  __syncthreads();
  float* bins = (float*)sP;  // (23, query's column 12, key's column 12)
#pragma unroll
  for (int i = 0; i < 3; i++) {
    const int id = t + 288 * i, diagonal = id / 72, at = id % 72 / 6 * 12 + id % 6 * 2;
#pragma unroll
    for (int j = 0; j < 2; j++) {
      bins[(diagonal + 11) * 144 + at + j] = sums[i][0][j];
      if (diagonal) bins[(diagonal - 1) * 144 + at + j] = sums[i][1][j];
    }
  }
  __syncthreads();
  float* to = part + (i64)blockIdx.x * PART;
  for (int x = t; x < BINS; x += 288) {
    const int row = x / 23, apart = x % 23 - 11;
    float v = 0.f;
    for (int k = 0; k < 12; k++) {
      if (k + apart >= 0 && k + apart < 12) v += bins[row * 144 + (k + apart) * 12 + k];
    }
    to[x] = v;
  }
  if (t < 64) {
    float v = 0.f;
    for (int w = 0; w < 9; w++) v += padding[w * 64 + t];
    to[PADDING + t] = v;
  }
}

KERNEL_BOUNDS(288, 2, window_attention_12_backward, bf16* dQkv, float* part, const bf16* dy, const bf16* y,
              const float* logSum, const bf16* qkv, const bf16* bias, const float* table, Windows12 g) {
  backward12(dQkv, part, dy, y, logSum, qkv, bias, table, g);
}

// The blocks' parts, in order: dTable[r * heads + h] += and dBias[C, 3C] +=; either may be null. grid (3, heads), 256 threads.
template <class P>
DEV void sums12(P* dTable, P* dBias, const float* part, int heads, int workers) {
  const int head = blockIdx.y, x = blockIdx.x * 256 + threadIdx.x;
  if (x >= PART || (x >= BINS && x < PADDING)) return;
  P* to;
  if (x < BINS) {
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
KERNEL(window_attention_12_sums_f32, float* dTable, float* dBias, const float* part, int heads, int workers) {
  sums12(dTable, dBias, part, heads, workers);
}
KERNEL(window_attention_12_sums_bf16, bf16* dTable, bf16* dBias, const float* part, int heads, int workers) {
  sums12(dTable, dBias, part, heads, workers);
}
