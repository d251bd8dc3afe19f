// Tiles of matrix products C (m, n) = A (m, k) B (k, n), of which gemm*.cu and conv2d*.cu are made.
//
// A block computes a tile of BM x BN elements of C, its warps WM x WN each. It walks along k in steps of 128 bytes of an operand
// (64 bf16, 32 f32) with STAGES steps of A and B in shared memory: while one is multiplied, the copies of the next are under way.
// What the steps are read from is a loader's matter, how they are multiplied a multiplier's:
//
//   loaders      AlongK     rows of the operand lie dense along k      AlongRows   columns lie dense along m or n
//                MapAlongK  the patches of a map, tap by tap along k   MapAlongRows  the same with the patches along k
//   multipliers  Plain      f32 by fused multiply-adds, exact as f32 is
//                TensorCores  bf16 (m16n8k16), or f32 rounded to tf32 (m16n8k8)
//
// All copies are of 16 bytes at multiples of 16, and an operand's dense extent is a multiple of 16 bytes: the launchers bring
// other operands into that form first. What lies outside of an operand is zero.
//
// A step of an operand in shared memory: dense along k, a row of 128 bytes a line, eight pieces of 16 bytes, of which piece j
// of row i is at place j ^ (i % 8); dense along rows, a k a line, and a line's pieces exchanged likewise. So neither the eight
// rows of an mma fragment nor the eight columns of a warp's threads meet in a bank, and wgmma takes steps as they are.
#pragma once
#include "device.cuh"

// What a launch computes; the k's from `from` to `k` only, of which blockIdx.y takes `length`.
struct Product {
  int m, n, k;
  int from, length;
  int tiles_m, tiles_n;
  int activation, accumulate;
  int unused;
  i64 lda, ldb, ldc, ld_before;
};

// Where it goes: partial sums (splits, m, n), or C as f32 or bf16 (the other is null) = f(AB + before + bias) + residual (+ C).
struct Result {
  float* c32;
  bf16* c16;
  const float* bias32;
  const bf16* bias16;
  const float* residual32;
  const bf16* residual16;
  const float* before;
  float* partial;
};

// n / value for n < 2^31, by a multiplication: shift = 31 + l and multiplier = 2^shift / value + 1 with 2^l >= value.
struct Divisor {
  unsigned multiplier;
  int shift, value;
};
DEV int divide(int n, const Divisor& d) { return (int)(((u64)(unsigned)n * d.multiplier) >> d.shift); }

// Activation by its ordinal: those that are epilogues.
DEV float activate(int f, float x) {
  switch (f) {
    case 1: return x > 0.f ? x : x != x ? x : 0.f;
    case 2: return 0.5f * x * (1.f + erff(x * 0.707106781f));
    case 3: return tanhf(x);
    case 4: return 1.f / (1.f + expf(-x));
    case 5: return x != x ? x : fminf(fmaxf(x + 3.f, 0.f), 6.f) / 6.f;
    case 6: return expf(x);
    case 7: return logf(x);
    case 8: return sqrtf(x);
    case 9: return x != x ? x : x * fminf(fmaxf(x + 3.f, 0.f), 6.f) / 6.f;
    case 10: return x != x ? x : fminf(fmaxf(x, 0.f), 6.f);
    case 11: return x > 0.f ? x : 0.2f * x;
    case 12: return x / (1.f + fabsf(x));
    default: return x;
  }
}

// ---- loaders: THREADS threads bring ROWS rows of a step, a piece of 16 bytes each and pass

constexpr int ROW_BYTES = 128;

template <class T>
struct Element {
  static constexpr int PIECE = 16 / sizeof(T), STEP = ROW_BYTES / sizeof(T);
};

// Where piece `piece` of the line of k is in a step that is dense along rows: blocks of eight pieces, 128 bytes of rows, one
// after another, in a block a line for each k. tf32's fragments take single elements of four k's.
template <class T>
DEV int place_along_rows(int piece, int k) {
  int swap = sizeof(T) == 4 ? (k & 3) << 1 : k & 7;
  return ((piece >> 3) * Element<T>::STEP + k) * ROW_BYTES + (((piece & 7) ^ swap) << 4);
}

// Element (row, k) at p[row * ld + k].
template <class T, int ROWS, int THREADS>
struct AlongK {
  static constexpr bool ALONG_K = true;
  static constexpr int BYTES = ROWS * ROW_BYTES, ROWS_A_PASS = THREADS / 8, PASSES = ROWS / ROWS_A_PASS;
  const T* p;
  i64 pass;
  int rows, k, end, place;

  DEV void open(const T* operand, i64 ld, int extent, int first, int stop) {
    int t = threadIdx.x, row = t >> 3, piece = t & 7;
    k = piece * Element<T>::PIECE, end = stop, rows = extent - first - row;
    p = operand + (first + row) * ld + k;
    pass = ROWS_A_PASS * ld;
    place = row * ROW_BYTES + ((piece ^ (row & 7)) << 4);
  }
  // Begins the copies of the step from k = at on.
  template <class S>
  DEV void load(unsigned char* step, int at, const S&) {
    bool inside = at + k < end;
#pragma unroll
    for (int i = 0; i < PASSES; i++) {
      bool ok = inside && i * ROWS_A_PASS < rows;
      copy16_async(step + place + i * ROWS_A_PASS * ROW_BYTES, ok ? p + i * pass + at : p, ok);
    }
  }
};

// Element (row, k) at p[k * ld + row].
template <class T, int ROWS, int THREADS>
struct AlongRows {
  static constexpr bool ALONG_K = false;
  static constexpr int PIECES = ROWS * sizeof(T) / 16, LINES_A_PASS = THREADS / PIECES;
  static constexpr int BYTES = ROWS * ROW_BYTES, PASSES = Element<T>::STEP / LINES_A_PASS;
  const T* p;
  i64 ld;
  int line, piece, end;
  bool inside;

  DEV void open(const T* operand, i64 stride, int extent, int first, int stop) {
    piece = threadIdx.x % PIECES, line = threadIdx.x / PIECES;
    int row = first + piece * Element<T>::PIECE;
    inside = row < extent, end = stop, ld = stride;
    p = operand + (inside ? row : 0);
  }
  template <class S>
  DEV void load(unsigned char* step, int at, const S&) {
#pragma unroll
    for (int i = 0; i < PASSES; i++) {
      int l = line + i * LINES_A_PASS;
      bool ok = inside && at + l < end;
      copy16_async(step + place_along_rows<T>(piece, l), ok ? p + (at + l) * ld : p, ok);
    }
  }
};

// Maps (batch, height, width, channels) read where the taps of a square kernel fall on them. For cell (y, x) of a grid tap
// (ky, kx) falls on y' = (y * multiply + offset + ky * step) / divide, x' likewise, where that leaves no remainder and lies
// inside. In the forward pass multiply is the stride; in the gradient of the input, which reads dy, divide is.
struct Maps {
  int height, width;
  int multiply, divide, offset, step;
  int first1, first2, first3;  // the first channel of the parts behind the first, or all channels where there is none
  Divisor map, row;            // cells of one map of the grid, of one of its rows
  Divisor channels, kernel;
};
struct Nothing {};

// Whether the tap falls into the map, and where.
DEV bool falls(const Maps& s, int& y, int& x) {
  if (s.divide != 1) {
    int qy = y / s.divide, qx = x / s.divide;
    if (y < 0 || x < 0 || qy * s.divide != y || qx * s.divide != x) return false;
    y = qy, x = qx;
  }
  return (unsigned)y < (unsigned)s.height && (unsigned)x < (unsigned)s.width;
}

// Row = cell of the grid, k = tap * channels + channel.
template <class T, int ROWS, int THREADS>
struct MapAlongK {
  static constexpr bool ALONG_K = true;
  static constexpr int BYTES = ROWS * ROW_BYTES, ROWS_A_PASS = THREADS / 8, PASSES = ROWS / ROWS_A_PASS;
  const T *x0, *x1, *x2, *x3;
  int map[PASSES], y[PASSES], x[PASSES];
  int k, end, place;

  DEV void open(const Maps& s, int rows, int first, int stop) {
    int t = threadIdx.x, row = t >> 3, piece = t & 7;
    k = piece * Element<T>::PIECE, end = stop;
    place = row * ROW_BYTES + ((piece ^ (row & 7)) << 4);
#pragma unroll
    for (int i = 0; i < PASSES; i++) {
      int at = first + row + i * ROWS_A_PASS;
      bool ok = at < rows;
      int cell = ok ? at : 0, b = divide(cell, s.map);
      cell -= b * s.map.value;
      int line = divide(cell, s.row);
      map[i] = b * s.height * s.width;
      y[i] = ok ? line * s.multiply + s.offset : -(1 << 30);
      x[i] = (cell - line * s.row.value) * s.multiply + s.offset;
    }
  }
  DEV void load(unsigned char* step, int at, const Maps& s) {
    bool inside = at + k < end;
    int tap = divide(at + k, s.channels), c = at + k - tap * s.channels.value;
    int ky = divide(tap, s.kernel), dy = ky * s.step, dx = (tap - ky * s.kernel.value) * s.step;
    const T* p = x0;
    int from = 0, to = s.first1;
    if (c >= s.first1) p = x1, from = s.first1, to = s.first2;
    if (c >= s.first2) p = x2, from = s.first2, to = s.first3;
    if (c >= s.first3) p = x3, from = s.first3, to = s.channels.value;
    if (!inside) p = x0;
#pragma unroll
    for (int i = 0; i < PASSES; i++) {
      int py = y[i] + dy, px = x[i] + dx;
      bool ok = inside && falls(s, py, px);
      copy16_async(
          step + place + i * ROWS_A_PASS * ROW_BYTES,
          ok ? p + (i64)(map[i] + py * s.width + px) * (to - from) + c - from : p, ok);
    }
  }
};

// Row = tap * channels + channel of one map, k = cell of the grid.
template <class T, int ROWS, int THREADS>
struct MapAlongRows {
  static constexpr bool ALONG_K = false;
  static constexpr int PIECES = ROWS * sizeof(T) / 16, LINES_A_PASS = THREADS / PIECES;
  static constexpr int BYTES = ROWS * ROW_BYTES, PASSES = Element<T>::STEP / LINES_A_PASS;
  const T* x0;
  int line, piece, end, y, x;
  bool inside;

  DEV void open(const T* operand, const Maps& s, int rows, int first, int stop) {
    piece = threadIdx.x % PIECES, line = threadIdx.x / PIECES;
    int row = first + piece * Element<T>::PIECE;
    inside = row < rows, end = stop;
    int tap = divide(inside ? row : 0, s.channels), ky = divide(tap, s.kernel);
    y = s.offset + ky * s.step, x = s.offset + (tap - ky * s.kernel.value) * s.step;
    x0 = operand + (inside ? row - tap * s.channels.value : 0);
  }
  DEV void load(unsigned char* step, int at, const Maps& s) {
#pragma unroll
    for (int i = 0; i < PASSES; i++) {
      int l = line + i * LINES_A_PASS;
      bool ok = inside && at + l < end;
      int cell = ok ? at + l : 0, b = divide(cell, s.map);
      cell -= b * s.map.value;
      int row = divide(cell, s.row);
      int py = row * s.multiply + y, px = (cell - row * s.row.value) * s.multiply + x;
      ok = ok && falls(s, py, px);
      copy16_async(
          step + place_along_rows<T>(piece, l),
          ok ? x0 + (i64)((b * s.height + py) * s.width + px) * s.channels.value : x0, ok);
    }
  }
};

// ---- multipliers: a warp's WM x WN of the tile, from the rows wm, the columns wn on

// Each thread has WM / 4 x WN / 8 elements; eight threads of a row side by side. Along k rows are four apart and columns eight;
// along rows four neighbours come in one load. DEPTH k's are in registers at once.
template <int BM, int BN, int WM, int WN, bool A_ALONG_K, bool B_ALONG_K>
struct Plain {
  static constexpr int TM = WM / 4, TN = WN / 8, DEPTH = A_ALONG_K && !B_ALONG_K ? 2 : 4;
  float sum[TM][TN];
  int wm, wn, ty, tx;

  DEV void open(int warp_m, int warp_n, int lane) {
    wm = warp_m, wn = warp_n, ty = lane >> 3, tx = lane & 7;
#pragma unroll
    for (int i = 0; i < TM; i++)
#pragma unroll
      for (int j = 0; j < TN; j++) sum[i][j] = 0.f;
  }
  DEV int row(int i) const { return wm + (A_ALONG_K ? ty + 4 * i : (i >> 2) * 16 + ty * 4 + (i & 3)); }
  DEV int column(int j) const { return wn + (B_ALONG_K ? tx + 8 * j : (j >> 2) * 32 + tx * 4 + (j & 3)); }

  // DEPTH k's from k on of row `at`; and element k of four neighbouring rows from `at` on.
  static DEV void along_k(const unsigned char* step, int at, int k, float (&f)[4]) {
    const unsigned char* p = step + at * ROW_BYTES + (((k >> 2) ^ (at & 7)) << 4);
    if constexpr (DEPTH == 4) {
      words(p, f);
    } else {
      float2 v = *(const float2*)(p + (k & 2) * 4);
      f[0] = v.x, f[1] = v.y;
    }
  }
  static DEV void along_rows(const unsigned char* step, int at, int k, float (&f)[4]) {
    words(step + place_along_rows<float>(at >> 2, k), f);
  }
  static DEV void words(const unsigned char* p, float (&f)[4]) {
    uint4 v = load16(p);
    f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
  }

  DEV void multiply(const unsigned char* a, const unsigned char* b) {
#pragma unroll 1
    for (int k = 0; k < Element<float>::STEP; k += DEPTH) {
      float u[DEPTH][TM], f[4];
#pragma unroll
      for (int i = 0; i < TM; i++) {
        if constexpr (A_ALONG_K) {
          along_k(a, row(i), k, f);
#pragma unroll
          for (int q = 0; q < DEPTH; q++) u[q][i] = f[q];
        } else if (i % 4 == 0) {
#pragma unroll
          for (int q = 0; q < DEPTH; q++) {
            along_rows(a, row(i), k + q, f);
#pragma unroll
            for (int e = 0; e < 4; e++) u[q][i + e] = f[e];
          }
        }
      }
#pragma unroll
      for (int j = 0; j < TN; j++) {
        if constexpr (B_ALONG_K) {
          along_k(b, column(j), k, f);
#pragma unroll
          for (int q = 0; q < DEPTH; q++)
#pragma unroll
            for (int i = 0; i < TM; i++) sum[i][j] += u[q][i] * f[q];
        } else if (j % 4 == 0) {
#pragma unroll
          for (int q = 0; q < DEPTH; q++) {
            along_rows(b, column(j), k + q, f);
#pragma unroll
            for (int e = 0; e < 4; e++)
#pragma unroll
              for (int i = 0; i < TM; i++) sum[i][j + e] += u[q][i] * f[e];
          }
        }
      }
    }
  }
  DEV void put(float* tile, int pitch) const {
#pragma unroll
    for (int i = 0; i < TM; i++)
#pragma unroll
      for (int j = 0; j < TN; j++) tile[row(i) * pitch + column(j)] = sum[i][j];
  }
};

DEV void multiply_fragments(bf16, float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  mma16816(d, a[0], a[1], a[2], a[3], b0, b1);
}
DEV void multiply_fragments(float, float (&d)[4], const unsigned (&a)[4], unsigned b0, unsigned b1) {
  mma1688_tf32(d, a[0], a[1], a[2], a[3], b0, b1);
}

// A step is four mma's deep, 32 bytes of k each: 16 bf16 or 8 tf32, whose fragments lie alike along k, so ldmatrix serves both.
// Along rows it exchanges rows and columns of bf16; tf32 is read there word by word.
template <class T, int BM, int BN, int WM, int WN, bool A_ALONG_K, bool B_ALONG_K>
struct TensorCores {
  static constexpr int MI = WM / 16, NJ = WN / 16;
  static constexpr bool TF32 = sizeof(T) == 4;
  float sum[MI][2 * NJ][4];
  int wm, wn, lane;

  DEV void open(int warp_m, int warp_n, int this_lane) {
    wm = warp_m, wn = warp_n, lane = this_lane;
#pragma unroll
    for (int i = 0; i < MI; i++)
#pragma unroll
      for (int j = 0; j < 2 * NJ; j++)
#pragma unroll
        for (int e = 0; e < 4; e++) sum[i][j][e] = 0.f;
  }

  // Two 8 x 8 pieces of rows from `at` on and two of k (SECOND_ROWS: the rows are exchanged first in the order of registers).
  template <bool ALONG_K, bool SECOND_ROWS>
  DEV void take(unsigned (&r)[4], const unsigned char* step, int at, int deep) const {
    int low = lane & 7, first = lane >> 3 & 1, second = lane >> 4;
    int rows = SECOND_ROWS ? first : second, ks = SECOND_ROWS ? second : first;
    if constexpr (ALONG_K) {
      int row = at + rows * 8 + low;
      load_matrix4(r, step + row * ROW_BYTES + (((deep * 2 + ks) ^ low) << 4));
    } else if constexpr (!TF32) {
      int k = deep * 16 + ks * 8 + low;
      load_matrix4_transposed(r, step + place_along_rows<T>((at >> 3) + rows, k));
    } else {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int row = at + (lane >> 2) + (SECOND_ROWS ? i & 1 : i >> 1) * 8;
        int k = deep * 8 + (lane & 3) + (SECOND_ROWS ? i >> 1 : i & 1) * 4;
        r[i] = *(const unsigned*)(step + place_along_rows<T>(row >> 2, k) + (row & 3) * 4);
      }
    }
    if constexpr (TF32) {
#pragma unroll
      for (int i = 0; i < 4; i++) r[i] = to_tf32(bits_to_float(r[i]));
    }
  }

  DEV void multiply(const unsigned char* a, const unsigned char* b) {
#pragma unroll
    for (int deep = 0; deep < 4; deep++) {
      unsigned u[MI][4], v[NJ][4];
#pragma unroll
      for (int i = 0; i < MI; i++) take<A_ALONG_K, true>(u[i], a, wm + i * 16, deep);
#pragma unroll
      for (int j = 0; j < NJ; j++) take<B_ALONG_K, false>(v[j], b, wn + j * 16, deep);
#pragma unroll
      for (int i = 0; i < MI; i++)
#pragma unroll
        for (int j = 0; j < NJ; j++) {
          multiply_fragments(T(), sum[i][2 * j], u[i], v[j][0], v[j][1]);
          multiply_fragments(T(), sum[i][2 * j + 1], u[i], v[j][2], v[j][3]);
        }
    }
  }
  DEV void put(float* tile, int pitch) const {
    int row = wm + (lane >> 2), column = wn + (lane & 3) * 2;
#pragma unroll
    for (int i = 0; i < MI; i++)
#pragma unroll
      for (int j = 0; j < 2 * NJ; j++) {
        float* p = tile + (row + i * 16) * pitch + column + j * 8;
        *(float2*)p = float2{sum[i][j][0], sum[i][j][1]};
        *(float2*)(p + 8 * pitch) = float2{sum[i][j][2], sum[i][j][3]};
      }
  }
};

// ---- the end of a product: bias, activation, residual, rounding

template <class T>
DEV bool pieces_aligned(const T* p, i64 ld) {
  return (((u64)(size_t)p | (u64)ld * sizeof(T)) & 15) == 0;
}
template <class T>
DEV void fetch8(const T* p, bool together, int count, float (&f)[8]) {
  if (together) {
    load8(p, f);
  } else {
#pragma unroll
    for (int e = 0; e < 8; e++) f[e] = e < count ? load(p + e) : 0.f;
  }
}
template <class T>
DEV void put8(T* p, bool together, int count, const float (&f)[8]) {
  if (together) {
    store8(p, f);
  } else {
#pragma unroll
    for (int e = 0; e < 8; e++)
      if (e < count) store(p + e, f[e]);
  }
}
DEV void add8(float (&v)[8], const float (&f)[8]) {
#pragma unroll
  for (int e = 0; e < 8; e++) v[e] += f[e];
}

template <class T>
DEV void finish8(T* c, const T* residual, const Product& p, int count, float (&v)[8]) {
  float f[8];
  bool whole = count == 8;
  if (residual) fetch8(residual, whole && pieces_aligned(residual, 0), count, f), add8(v, f);
  bool together = whole && pieces_aligned(c, 0);
  if (p.accumulate) fetch8(c, together, count, f), add8(v, f);
  put8(c, together, count, v);
}

// The two that products are used with are unrolled; the others go round in a loop.
DEV void activate8(int f, float (&v)[8]) {
  if (f == 1 || f == 2) {
#pragma unroll
    for (int e = 0; e < 8; e++) v[e] = activate(f, v[e]);
  } else if (f) {
    float w[8];
#pragma unroll
    for (int e = 0; e < 8; e++) w[e] = v[e];
#pragma unroll 1
    for (int e = 0; e < 8; e++) w[e] = activate(f, w[e]);
#pragma unroll
    for (int e = 0; e < 8; e++) v[e] = w[e];
  }
}

// `count` neighbouring columns, at most 8, of one row of AB.
DEV void finish(const Product& p, const Result& r, int row, int column, int count, float (&v)[8]) {
  float f[8];
  bool whole = count == 8;
  if (r.before) {
    const float* q = r.before + row * p.ld_before + column;
    fetch8(q, whole && pieces_aligned(q, 0), count, f), add8(v, f);
  }
  if (r.bias32) fetch8(r.bias32 + column, whole && pieces_aligned(r.bias32, 0), count, f), add8(v, f);
  if (r.bias16) fetch8(r.bias16 + column, whole && pieces_aligned(r.bias16, 0), count, f), add8(v, f);
  activate8(p.activation, v);
  i64 at = row * p.ldc + column;
  if (r.c32) finish8(r.c32 + at, r.residual32 ? r.residual32 + at : nullptr, p, count, v);
  if (r.c16) finish8(r.c16 + at, r.residual16 ? r.residual16 + at : nullptr, p, count, v);
}

// Which tile block `b` takes: eight rows of tiles are walked together, so that what they read of B is read once from memory.
DEV void tile_of(int b, const Product& p, int& tm, int& tn) {
  int together = 8 * p.tiles_n, first = b / together * 8, left = p.tiles_m - first, high = left < 8 ? left : 8;
  int in = b % together;
  tm = first + in % high, tn = in / high;
}

// The sums of a tile by way of shared memory to where they go, eight columns a thread.
template <int BM, int BN, int THREADS, class M>
DEV void finish_tile(const M& m, float* tile, const Product& p, const Result& r, int m0, int n0) {
  constexpr int PITCH = BN + 8;
  m.put(tile, PITCH);
  __syncthreads();
#pragma unroll 1
  for (int i = threadIdx.x; i < BM * BN / 8; i += THREADS) {
    int row = i / (BN / 8), column = i % (BN / 8) * 8, left = p.n - n0 - column;
    if (m0 + row >= p.m || left <= 0) continue;
    float v[8];
    load8(tile + row * PITCH + column, v);
    int count = left < 8 ? left : 8;
    if (r.partial) {
      float* q = r.partial + ((i64)blockIdx.y * p.m + m0 + row) * p.n + n0 + column;
      put8(q, count == 8 && pieces_aligned(q, 0), count, v);
    } else {
      finish(p, r, m0 + row, n0 + column, count, v);
    }
  }
}

// One tile of one split, by loaders that are open.
template <int BM, int BN, int WM, int WN, int STAGES, class T, class M, class A, class B, class S>
DEV void product(A& a, B& b, const Product& p, const Result& r, const S& maps, int m0, int n0, int k0, int k1) {
  constexpr int STEP = A::BYTES + B::BYTES, THREADS = BM / WM * (BN / WN) * 32;
  DYNAMIC_SHARED(unsigned char, memory);
  int warp = threadIdx.x >> 5;
  M m;
  m.open(warp / (BN / WN) * WM, warp % (BN / WN) * WN, threadIdx.x & 31);
  int steps = (k1 - k0 + Element<T>::STEP - 1) / Element<T>::STEP;
#pragma unroll
  for (int s = 0; s < STAGES - 1; s++) {
    if (s < steps) {
      a.load(memory + s * STEP, k0 + s * Element<T>::STEP, maps);
      b.load(memory + s * STEP + A::BYTES, k0 + s * Element<T>::STEP, maps);
    }
    copy_commit();
  }
  for (int s = 0; s < steps; s++) {
    copy_wait<STAGES - 2>();
    __syncthreads();
    int next = s + STAGES - 1;
    if (next < steps) {
      unsigned char* to = memory + next % STAGES * STEP;
      a.load(to, k0 + next * Element<T>::STEP, maps);
      b.load(to + A::BYTES, k0 + next * Element<T>::STEP, maps);
    }
    copy_commit();
    const unsigned char* from = memory + s % STAGES * STEP;
    m.multiply(from, from + A::BYTES);
  }
  copy_wait<0>();
  __syncthreads();
  finish_tile<BM, BN, THREADS>(m, (float*)memory, p, r, m0, n0);
}

// Which part of a product this block has: the tile's first row and column, and its k's.
struct Part {
  int m0, n0, k0, k1;
};
template <int BM, int BN>
DEV Part part_of(const Product& p) {
  int tm, tn, k0 = p.from + blockIdx.y * p.length;
  tile_of(blockIdx.x, p, tm, tn);
  return Part{tm * BM, tn * BN, k0, p.k - k0 < p.length ? p.k : k0 + p.length};
}

// How a tile is computed: by warps, see `product`. C::run takes open loaders.
template <class T, class M, int BM, int BN, int WM, int WN, int STAGES>
struct ByWarps {
  static constexpr int ROWS = BM, COLUMNS = BN;
  template <class A, class B, class S>
  static DEV void run(A& a, B& b, const Product& p, const Result& r, const S& maps, const Part& at) {
    product<BM, BN, WM, WN, STAGES, T, M>(a, b, p, r, maps, at.m0, at.n0, at.k0, at.k1);
  }
};

// One tile of a product of two matrices.
template <class C, class A, class B, class T>
DEV void gemm(const T* x, const T* w, const Product& p, const Result& r) {
  Part at = part_of<C::ROWS, C::COLUMNS>(p);
  A a;
  a.open(x, p.lda, p.m, at.m0, at.k1);
  B b;
  b.open(w, p.ldb, p.n, at.n0, at.k1);
  C::run(a, b, p, r, Nothing(), at);
}

// One tile of a convolution: rows are cells of the result, columns its channels, k the taps of the kernel and their channels.
template <class C, class A, class B, class T>
DEV void convolution(
    const T* x0, const T* x1, const T* x2, const T* x3, const T* w, const Maps& s, const Product& p, const Result& r) {
  Part at = part_of<C::ROWS, C::COLUMNS>(p);
  A a;
  a.x0 = x0, a.x1 = x1, a.x2 = x2, a.x3 = x3;
  a.open(s, p.m, at.m0, at.k1);
  B b;
  b.open(w, p.ldb, p.n, at.n0, at.k1);
  C::run(a, b, p, r, s, at);
}

// One tile of a convolution's gradient of the weight: rows are channels of dy, columns taps and channels of x, k the cells of dy.
template <class C, class A, class B, class T>
DEV void weight_gradient(const T* dy, const T* x, const Maps& s, const Product& p, const Result& r) {
  Part at = part_of<C::ROWS, C::COLUMNS>(p);
  A a;
  a.open(dy, p.lda, p.m, at.m0, at.k1);
  B b;
  b.open(x, s, p.n, at.n0, at.k1);
  C::run(a, b, p, r, s, at);
}

// The parameters that all kernels of products end with.
#define RESULT_PARAMETERS                                                                                            \
  float *c32, bf16 *c16, const float *bias32, const bf16 *bias16, const float *residual32, const bf16 *residual16,    \
      const float *before, float *partial
#define RESULT Result{c32, c16, bias32, bias16, residual32, residual16, before, partial}
