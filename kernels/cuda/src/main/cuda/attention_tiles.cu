// Attention to at most 32 keys in bf16 on tensor cores: pixels to words, and among words. Formulas are those of attention.cu. Heads
// have 32, 64, 96 or 128 channels, or 2, 4 or 8 times as many; operands begin at multiples of 16 bytes and so do their rows.
//
// A tile is 16 queries; its scores with all keys stay in the registers of a warp. Heads of more than 128 channels are split over
// several warps, whose parts of the scores meet in shared memory. A block of some tiles goes over the queries of one head
// of one sample, whose values (and keys, if they are few) it keeps in shared memory.
//
// A lane reads 16 bytes of a row, that is channels 8 l .. 8 l + 7 where mma takes 2 l, 2 l + 1, 2 l + 8, 2 l + 9 of each 16: since
// queries and keys are read alike, the products are the same.
//
// FLOPs 4 L N D forward, 10 L N D backward; bytes: q and y, backward dy and dq, then q and dy. All of it is bound by memory.
#include "device.cuh"

constexpr float LOG2_E = 1.4426950408889634f;
constexpr int KEYS = 32;

// Sizes, passed by value; strides of rows in elements; `size` is the channels of a head, `split` the warps that share a tile.
struct HeadTiles {
  i64 rowQ, rowK, rowV;
  int batch, queries, keys, heads, size, split, keysInShared;
  float scale;
};

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
DEV void store_quad(bf16* to, const unsigned (&v)[4]) {
  uint4 u;
  u.x = v[0], u.y = v[1], u.z = v[2], u.w = v[3];
  store16(to, u);
}
DEV float quad_sum(float v) {
  v += shuffle_xor(v, 1);
  return v + shuffle_xor(v, 2);
}
DEV float quad_max(float v) {
  v = fmaxf(v, shuffle_xor(v, 1));
  return fmaxf(v, shuffle_xor(v, 2));
}

// What a thread knows of its block, warp and lane.
struct Tiles {
  int lane, warp, l, quad, part, mine, atOnce, sample, head, count;
};
DEV Tiles tiles_of(const HeadTiles& g) {
  Tiles t;
  t.lane = threadIdx.x & 31, t.warp = threadIdx.x >> 5, t.l = t.lane & 3, t.quad = t.lane >> 2;
  t.part = t.warp % g.split, t.mine = t.warp / g.split, t.atOnce = (blockDim.x >> 5) / g.split;
  t.sample = blockIdx.y / g.heads, t.head = blockIdx.y % g.heads, t.count = (g.queries + 15) / 16;
  return t;
}

// Shared memory: 32 rows that are read as matrices, in rows of 2 D + 16 bytes; for each warp NT * 512 bytes in which the parts of
// scores meet (split tiles only); 8 NT rows that are read by lanes, in rows of 2 D + 64 bytes (keysInShared only). The first
// of x and y goes to the lanes' rows, the second to the matrices; begins the copies.
template <int NT>
struct Rows {
  unsigned char *matrix, *meeting, *lanes;
  int matrixRow, lanesRow;

  DEV Rows(unsigned char* shared, const HeadTiles& g) {
    matrixRow = 2 * g.size + 16, lanesRow = 2 * g.size + 64;
    matrix = shared, meeting = matrix + KEYS * matrixRow;
    lanes = meeting + (g.split > 1 ? (int)(blockDim.x >> 5) * NT * 512 : 0);
  }
  DEV void begin_loads(const bf16* x, i64 rowX, const bf16* y, i64 rowY, const HeadTiles& g) const {
    const int parts = g.size / 8;
    for (int i = threadIdx.x; i < KEYS * parts; i += blockDim.x) {
      const int key = i / parts, c = i % parts, row = min(key, g.keys - 1);
      copy16_async(matrix + key * matrixRow + c * 16, y + row * rowY + c * 8, key < g.keys);
      if (g.keysInShared && key < 8 * NT) copy16_async(lanes + key * lanesRow + c * 16, x + row * rowX + c * 8, key < g.keys);
    }
    copy_commit();
  }
};

// s[n] = products of the tile's rows with keys 8 n .. 8 n + 7, over all channels; a and b are the lane's two rows at its channels.
template <int NT, int NG>
DEV void all_products(float (&s)[NT][4], const bf16* a, const bf16* b, const bf16* x, i64 rowX, const Rows<NT>& rows,
                      const HeadTiles& g, const Tiles& t) {
  uint4 A[NG], B[NG];
#pragma unroll
  for (int i = 0; i < NG; i++) A[i] = load16(a + 32 * i), B[i] = load16(b + 32 * i);
  const int channel = t.part * NG * 32 + t.l * 8;
#pragma unroll
  for (int n = 0; n < NT; n++) {
    const int key = 8 * n + t.quad;
    const unsigned char* k = g.keysInShared ? rows.lanes + key * rows.lanesRow + 2 * channel
                                            : (const unsigned char*)(x + min(key, g.keys - 1) * rowX + channel);
#pragma unroll
    for (int i = 0; i < 4; i++) s[n][i] = 0.f;
#pragma unroll
    for (int i = 0; i < NG; i++) {
      const uint4 kk = load16(k + 64 * i);
      mma16816(s[n], A[i].x, B[i].x, A[i].y, B[i].y, kk.x, kk.y);
      mma16816(s[n], A[i].z, B[i].z, A[i].w, B[i].w, kk.z, kk.w);
    }
  }
  if (g.split > 1) {
#pragma unroll
    for (int n = 0; n < NT; n++) {
      uint4 u;
      u.x = float_to_bits(s[n][0]), u.y = float_to_bits(s[n][1]), u.z = float_to_bits(s[n][2]), u.w = float_to_bits(s[n][3]);
      store16(rows.meeting + ((t.warp * NT + n) * 32 + t.lane) * 16, u);
#pragma unroll
      for (int i = 0; i < 4; i++) s[n][i] = 0.f;
    }
    __syncthreads();
    for (int w = t.mine * g.split; w < (t.mine + 1) * g.split; w++) {
#pragma unroll
      for (int n = 0; n < NT; n++) {
        const uint4 u = load16(rows.meeting + ((w * NT + n) * 32 + t.lane) * 16);
        s[n][0] += bits_to_float(u.x), s[n][1] += bits_to_float(u.y);
        s[n][2] += bits_to_float(u.z), s[n][3] += bits_to_float(u.w);
      }
    }
    __syncthreads();
  }
}

// The two rows of the lane times the matrix of 32 keys, for the warp's channels; stored where a row is `some`.
template <int NT, int NG>
DEV void mix(bf16* toA, bf16* toB, bool someA, bool someB, const unsigned (&wA)[NT], const unsigned (&wB)[NT],
             const Rows<NT>& rows, const Tiles& t) {
  const unsigned char* from = rows.matrix + (t.lane & 15) * rows.matrixRow + (t.part * NG * 32 + (t.lane >> 4) * 8) * 2;
  const unsigned lastA = NT == 4 ? wA[NT - 1] : 0u, lastB = NT == 4 ? wB[NT - 1] : 0u;
#pragma unroll
  for (int i = 0; i < NG; i++) {
    float o[4][4] = {};
#pragma unroll
    for (int h = 0; h < 2; h++) {
      unsigned x[4], y[4];
      load_matrix4_transposed(x, from + 64 * i + 32 * h);
      load_matrix4_transposed(y, from + 64 * i + 32 * h + 16 * rows.matrixRow);
      mma16816(o[2 * h], wA[0], wB[0], wA[1], wB[1], x[0], x[1]), mma16816(o[2 * h], wA[2], wB[2], lastA, lastB, y[0], y[1]);
      mma16816(o[2 * h + 1], wA[0], wB[0], wA[1], wB[1], x[2], x[3]);
      mma16816(o[2 * h + 1], wA[2], wB[2], lastA, lastB, y[2], y[3]);
    }
    unsigned a[4], b[4];
#pragma unroll
    for (int j = 0; j < 4; j++) a[j] = pack2(o[j][0], o[j][1]), b[j] = pack2(o[j][2], o[j][3]);
    quad_transpose(a, t.l), quad_transpose(b, t.l);
    if (someA) store_quad(toA + 32 * i, a);
    if (someB) store_quad(toB + 32 * i, b);
  }
}

// Forward. grid (blocks of tiles, batch * heads).
template <int NT, int NG>
DEV void forward(bf16* y, bf16* probabilities, const bf16* q, const bf16* k, const bf16* v, const bf16* mask, const bf16* dropout,
                 const HeadTiles& g) {
  DYNAMIC_SHARED(unsigned char, shared);
  const Tiles t = tiles_of(g);
  const Rows<NT> rows(shared, g);
  const i64 key0 = (i64)t.sample * g.keys;
  const int channel = t.head * g.size + t.part * NG * 32 + t.l * 8, channels = g.heads * g.size;
  const bf16* keys = k + key0 * g.rowK + t.head * g.size;
  rows.begin_loads(keys, g.rowK, v + key0 * g.rowV + t.head * g.size, g.rowV, g);
  const float best = warp_max(load(mask + key0 + min(t.lane, g.keys - 1)));
  float hidden[NT][2];
#pragma unroll
  for (int n = 0; n < NT; n++)
#pragma unroll
    for (int i = 0; i < 2; i++) {
      const int key = 8 * n + 2 * t.l + i;
      hidden[n][i] = key < g.keys ? 1e4f * LOG2_E * (load(mask + key0 + key) - best) : -1e30f;
    }
  copy_wait<0>();
  __syncthreads();
  const float c = g.scale * LOG2_E;
  for (int first = blockIdx.x * t.atOnce; first < t.count; first += gridDim.x * t.atOnce) {
    const int rowA = (first + t.mine) * 16 + t.quad, rowB = rowA + 8;
    const bool someA = rowA < g.queries, someB = rowB < g.queries;
    const i64 query0 = (i64)t.sample * g.queries, place0 = (i64)blockIdx.y * g.queries;
    float s[NT][4];
    all_products<NT, NG>(s, q + (query0 + min(rowA, g.queries - 1)) * g.rowQ + channel,
                         q + (query0 + min(rowB, g.queries - 1)) * g.rowQ + channel, keys, g.rowK, rows, g, t);
    float mostA = -3e38f, mostB = -3e38f, sumA = 0.f, sumB = 0.f;
#pragma unroll
    for (int n = 0; n < NT; n++)
#pragma unroll
      for (int i = 0; i < 2; i++) {
        s[n][i] = s[n][i] * c + hidden[n][i], s[n][2 + i] = s[n][2 + i] * c + hidden[n][i];
        mostA = fmaxf(mostA, s[n][i]), mostB = fmaxf(mostB, s[n][2 + i]);
      }
    mostA = quad_max(mostA), mostB = quad_max(mostB);
#pragma unroll
    for (int n = 0; n < NT; n++)
#pragma unroll
      for (int i = 0; i < 2; i++) {
        s[n][i] = fast_exp2(s[n][i] - mostA), s[n][2 + i] = fast_exp2(s[n][2 + i] - mostB);
        sumA += s[n][i], sumB += s[n][2 + i];
      }
    const float shareA = 1.f / quad_sum(sumA), shareB = 1.f / quad_sum(sumB);
    unsigned wA[NT], wB[NT];
#pragma unroll
    for (int n = 0; n < NT; n++) {
#pragma unroll
      for (int i = 0; i < 2; i++) {
        const int key = 8 * n + 2 * t.l + i;
        s[n][i] *= shareA, s[n][2 + i] *= shareB;
        if (key < g.keys) {
          const i64 a = (place0 + rowA) * g.keys + key, b = (place0 + rowB) * g.keys + key;
          if (probabilities != nullptr && t.part == 0) {
            if (someA) store(probabilities + a, s[n][i]);
            if (someB) store(probabilities + b, s[n][2 + i]);
          }
          if (dropout != nullptr) {
            if (someA) s[n][i] *= load(dropout + a);
            if (someB) s[n][2 + i] *= load(dropout + b);
          }
        }
      }
      wA[n] = pack2(s[n][0], s[n][1]), wB[n] = pack2(s[n][2], s[n][3]);
    }
    mix<NT, NG>(y + (query0 + rowA) * channels + channel, y + (query0 + rowB) * channels + channel, someA, someB, wA, wB, rows, t);
  }
}

// dq; and for the next kernel ds and p drop as two rows of 8 NT bf16 a query: slopes (batch * heads, L, 2, 8 NT).
template <int NT, int NG>
DEV void backward_queries(bf16* dq, bf16* slopes, const bf16* dy, const bf16* probabilities, const bf16* k, const bf16* v,
                          const bf16* dropout, const HeadTiles& g) {
  DYNAMIC_SHARED(unsigned char, shared);
  const Tiles t = tiles_of(g);
  const Rows<NT> rows(shared, g);
  const i64 key0 = (i64)t.sample * g.keys;
  const int channel = t.head * g.size + t.part * NG * 32 + t.l * 8, channels = g.heads * g.size;
  const bf16* values = v + key0 * g.rowV + t.head * g.size;
  rows.begin_loads(values, g.rowV, k + key0 * g.rowK + t.head * g.size, g.rowK, g);
  copy_wait<0>();
  __syncthreads();
  for (int first = blockIdx.x * t.atOnce; first < t.count; first += gridDim.x * t.atOnce) {
    const int rowA = (first + t.mine) * 16 + t.quad, rowB = rowA + 8;
    const bool someA = rowA < g.queries, someB = rowB < g.queries;
    const i64 query0 = (i64)t.sample * g.queries, place0 = (i64)blockIdx.y * g.queries;
    float d[NT][4], p[NT][4], w[NT][4], dotA = 0.f, dotB = 0.f;
    all_products<NT, NG>(d, dy + (query0 + min(rowA, g.queries - 1)) * channels + channel,
                         dy + (query0 + min(rowB, g.queries - 1)) * channels + channel, values, g.rowV, rows, g, t);
#pragma unroll
    for (int n = 0; n < NT; n++) {
#pragma unroll
      for (int i = 0; i < 2; i++) {
        const int key = 8 * n + 2 * t.l + i;
        const i64 a = (place0 + rowA) * g.keys + key, b = (place0 + rowB) * g.keys + key;
        p[n][i] = key < g.keys && someA ? load(probabilities + a) : 0.f;
        p[n][2 + i] = key < g.keys && someB ? load(probabilities + b) : 0.f;
        const float dropA = dropout != nullptr && key < g.keys && someA ? load(dropout + a) : 1.f;
        const float dropB = dropout != nullptr && key < g.keys && someB ? load(dropout + b) : 1.f;
        d[n][i] *= dropA, d[n][2 + i] *= dropB;
        w[n][i] = p[n][i] * dropA, w[n][2 + i] = p[n][2 + i] * dropB;
        dotA += p[n][i] * d[n][i], dotB += p[n][2 + i] * d[n][2 + i];
      }
    }
    dotA = quad_sum(dotA), dotB = quad_sum(dotB);
    unsigned dsA[NT], dsB[NT];
#pragma unroll
    for (int n = 0; n < NT; n++) {
      dsA[n] = pack2(g.scale * p[n][0] * (d[n][0] - dotA), g.scale * p[n][1] * (d[n][1] - dotA));
      dsB[n] = pack2(g.scale * p[n][2] * (d[n][2] - dotB), g.scale * p[n][3] * (d[n][3] - dotB));
      if (t.part == 0) {
        unsigned* to = (unsigned*)slopes + (place0 + rowA) * 8 * NT + 4 * n + t.l;  // a row of 8 NT bf16 is 4 NT words
        if (someA) to[0] = dsA[n], to[4 * NT] = pack2(w[n][0], w[n][1]);
        if (someB) to[64 * NT] = dsB[n], to[68 * NT] = pack2(w[n][2], w[n][3]);
      }
    }
    mix<NT, NG>(dq + (query0 + rowA) * channels + channel, dq + (query0 + rowB) * channels + channel, someA, someB, dsA, dsB,
                rows, t);
  }
}

// dk and dv from what the kernel above left. grid (64 channels a block, chunks of the queries, batch * heads), 128 threads; a
// warp takes every fourth tile of 16 queries of its chunk, three of which are under way, and keeps (channels, keys) sums of all of
// them; the four warps' sums are added up in order. part: (chunk, dk and dv, B, N, C), in f32.
template <int NT>
DEV void backward_keys(float* part, const bf16* slopes, const bf16* dy, const bf16* q, const HeadTiles& g) {
  constexpr int STAGES = 3, ROW = 144, SLOPE = 16 * NT, SLOPES = SLOPE + 16;        // bytes of rows of 64 channels, of keys
  constexpr int STAGE = 2 * 16 * ROW + 2 * 16 * SLOPES;
  DYNAMIC_SHARED(unsigned char, shared);
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5, l = lane & 3, quad = lane >> 2;
  const int sample = blockIdx.z / g.heads, head = blockIdx.z % g.heads, channels = g.heads * g.size;
  const int channel = head * g.size + blockIdx.x * 64, n = min(64, g.size - (int)blockIdx.x * 64);
  const int count = (g.queries + 15) / 16, step = gridDim.y * 4;
  unsigned char* mine = shared + warp * STAGES * STAGE;
  auto load_stage = [&](int tile, int stage) {
    unsigned char* to = mine + stage * STAGE;
    if (tile < count) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        const int row = i * 4 + (lane >> 3), c = lane & 7, query = tile * 16 + row;
        const bool some = query < g.queries && c * 8 < n;
        const i64 from = some ? (i64)sample * g.queries + query : 0;
        copy16_async(to + row * ROW + c * 16, q + (some ? from * g.rowQ + channel + c * 8 : 0), some);
        copy16_async(to + (16 + row) * ROW + c * 16, dy + (some ? from * channels + channel + c * 8 : 0), some);
      }
      for (int i = lane; i < 16 * 2 * NT; i += 32) {  // a query has 2 NT times 16 bytes: NT of ds, NT of p drop
        const int row = i / (2 * NT), c = i % (2 * NT), query = tile * 16 + row;
        const bool some = query < g.queries;
        copy16_async(to + 2 * 16 * ROW + ((c / NT) * 16 + row) * SLOPES + c % NT * 16,
                     slopes + (some ? (((i64)blockIdx.z * g.queries + query) * 2 * NT + c) * 8 : 0), some);
      }
    }
    copy_commit();
  };
  float k[4][NT][4] = {}, v[4][NT][4] = {};
  const int first = blockIdx.y * 4 + warp;
#pragma unroll
  for (int i = 0; i < STAGES - 1; i++) load_stage(first + i * step, i);
  int stage = 0;
  for (int tile = first; tile < count; tile += step) {
    copy_wait<STAGES - 2>();
    warp_barrier();
    load_stage(tile + (STAGES - 1) * step, (stage + STAGES - 1) % STAGES);
    const unsigned char* at = mine + stage * STAGE;
    stage = (stage + 1) % STAGES;
#pragma unroll
    for (int which = 0; which < 2; which++) {
      const unsigned char* rows = at + which * 16 * ROW + ((lane & 7) + ((lane >> 4) << 3)) * ROW + ((lane >> 3) & 1) * 16;
      const unsigned char* weights = at + 2 * 16 * ROW + (which * 16 + (lane & 15)) * SLOPES + (lane >> 4) * 16;
      unsigned b[2][4];
      load_matrix4_transposed(b[0], weights);
      load_matrix4_transposed(b[1], NT == 4 || lane < 16 ? weights + 32 : weights);  // three tiles of keys: the fourth is not there
#pragma unroll
      for (int m = 0; m < 4; m++) {
        unsigned a[4];
        load_matrix4_transposed(a, rows + m * 32);
#pragma unroll
        for (int j = 0; j < NT; j++) {
          if (which == 0) {
            mma16816(k[m][j], a[0], a[1], a[2], a[3], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
          } else {
            mma16816(v[m][j], a[0], a[1], a[2], a[3], b[j / 2][j % 2 * 2], b[j / 2][j % 2 * 2 + 1]);
          }
        }
      }
    }
    warp_barrier();
  }
  copy_wait<0>();
  // The warps' sums, (keys, channels) in rows of 66 floats, one warp after another.
  float* sums = (float*)shared;
  for (int w = 0; w < 4; w++) {
    __syncthreads();
    if (w != warp) continue;
#pragma unroll
    for (int m = 0; m < 4; m++)
#pragma unroll
      for (int j = 0; j < NT; j++)
#pragma unroll
        for (int i = 0; i < 4; i++) {
          const int at = (8 * j + 2 * l + i % 2) * 66 + 16 * m + quad + i / 2 * 8;
          sums[at] = w == 0 ? k[m][j][i] : sums[at] + k[m][j][i];
          sums[8 * NT * 66 + at] = w == 0 ? v[m][j][i] : sums[8 * NT * 66 + at] + v[m][j][i];
        }
  }
  __syncthreads();
  const i64 total = (i64)g.batch * g.keys * channels;
  for (int i = threadIdx.x; i < 2 * g.keys * 64; i += 128) {
    const int c = i % 64, key = i / 64 % g.keys, which = i / 64 / g.keys;
    if (c < n) {
      part[(2 * (i64)blockIdx.y + which) * total + ((i64)sample * g.keys + key) * channels + channel + c] =
          sums[(which * 8 * NT + key) * 66 + c];
    }
  }
}

#define ATTENTION_TILES(NT, NG, keys, channels)                                                                               \
  KERNEL_BOUNDS(256, 2, attention_tiles_forward_##keys##_##channels, bf16* y, bf16* probabilities, const bf16* q,              \
                const bf16* k, const bf16* v, const bf16* mask, const bf16* dropout, HeadTiles g) {                           \
    forward<NT, NG>(y, probabilities, q, k, v, mask, dropout, g);                                                             \
  }                                                                                                                           \
  KERNEL_BOUNDS(256, 2, attention_tiles_backward_queries_##keys##_##channels, bf16* dq, bf16* slopes, const bf16* dy,          \
                const bf16* probabilities, const bf16* k, const bf16* v, const bf16* dropout, HeadTiles g) {                  \
    backward_queries<NT, NG>(dq, slopes, dy, probabilities, k, v, dropout, g);                                                \
  }
ATTENTION_TILES(3, 1, 24, 32)
ATTENTION_TILES(3, 2, 24, 64)
ATTENTION_TILES(3, 3, 24, 96)
ATTENTION_TILES(3, 4, 24, 128)
ATTENTION_TILES(4, 1, 32, 32)
ATTENTION_TILES(4, 2, 32, 64)
ATTENTION_TILES(4, 3, 32, 96)
ATTENTION_TILES(4, 4, 32, 128)
KERNEL_BOUNDS(128, 2, attention_tiles_backward_keys_24, float* part, const bf16* slopes, const bf16* dy, const bf16* q, HeadTiles g) {
  backward_keys<3>(part, slopes, dy, q, g);
}
KERNEL_BOUNDS(128, 2, attention_tiles_backward_keys_32, float* part, const bf16* slopes, const bf16* dy, const bf16* q, HeadTiles g) {
  backward_keys<4>(part, slopes, dy, q, g);
}
