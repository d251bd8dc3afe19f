// Strided copies and fills: permute, slice, concatenate, pad and roll are made of them.
//
//   copy        y[i] = x[i]        over extents of up to eight axes, each side at its own strides
//   transpose   the same where y is dense along one axis and x along another
//   add         y[i] += x[i]
//   fill        y[i] = value
//   fill_all    the same for many tensors in one launch, which a table in device memory cuts into chunks
//
// The launcher orders the axes as they lie in y, joins those that lie together, and takes the largest unit of up to 16 bytes
// that runs and addresses allow, so a slice of channels or a concatenation is copied 16 bytes at a time. A thread takes one
// unit at a time, numbered in the order of y, so that neighbouring threads write neighbouring units. A transpose goes through
// shared memory in tiles of 32 x 32, so that both sides are read and written along their dense axis; a column more keeps the
// 32 banks apart. Bytes: one read and one write of each element (add: two reads). FLOPs: none (add: 1).
#include "device.cuh"

constexpr int AXES = 8;
constexpr int THREADS = 256;
constexpr int TILE = 32;

// Extents and strides in elements or units, outermost first; passed by value.
struct Strided {
  int rank;
  int extent[AXES];
  i64 y[AXES];
  i64 x[AXES];
};

// Where number i of the walk lies on both sides.
DEV void place(i64 i, const Strided& s, i64& y, i64& x) {
  y = 0, x = 0;
  for (int a = s.rank - 1; a > 0; a--) {
    i64 next = quotient(i, s.extent[a]), k = i - next * s.extent[a];
    y += k * s.y[a], x += k * s.x[a];
    i = next;
  }
  y += i * s.y[0], x += i * s.x[0];
}

template <class T>
DEV void copy(T* y, const T* x, const Strided& s, i64 n) {
  for (i64 i = grid_thread(); i < n; i += grid_threads()) {
    i64 to, from;
    place(i, s, to, from);
    y[to] = x[from];
  }
}

KERNEL(copy_1, unsigned char* y, const unsigned char* x, Strided s, i64 n) { copy(y, x, s, n); }
KERNEL(copy_2, unsigned short* y, const unsigned short* x, Strided s, i64 n) { copy(y, x, s, n); }
KERNEL(copy_4, unsigned* y, const unsigned* x, Strided s, i64 n) { copy(y, x, s, n); }
KERNEL(copy_8, u64* y, const u64* x, Strided s, i64 n) { copy(y, x, s, n); }
KERNEL(copy_16, uint4* y, const uint4* x, Strided s, i64 n) { copy(y, x, s, n); }

// s: the axes besides the two, `batches` in all. The tile's rows run along x's dense axis (`across`, whose stride in y is
// yAcross), its columns along y's (`down`, whose stride in x is xDown).
template <class T>
DEV void transpose(T* y, const T* x, const Strided& s, i64 down, i64 across, i64 xDown, i64 yAcross, T (*tile)[TILE + 1]) {
  const i64 tilesDown = (down + TILE - 1) / TILE, tilesAcross = (across + TILE - 1) / TILE;
  const i64 batch = blockIdx.x / (tilesDown * tilesAcross), rest = blockIdx.x - batch * tilesDown * tilesAcross;
  const i64 d0 = rest / tilesAcross * TILE, a0 = rest % tilesAcross * TILE;
  const int column = threadIdx.x % TILE, row = threadIdx.x / TILE;
  i64 to, from;
  place(batch, s, to, from);
  for (int k = row; k < TILE; k += THREADS / TILE) {
    if (d0 + k < down && a0 + column < across) tile[k][column] = x[from + (d0 + k) * xDown + a0 + column];
  }
  __syncthreads();
  for (int k = row; k < TILE; k += THREADS / TILE) {
    if (a0 + k < across && d0 + column < down) y[to + (a0 + k) * yAcross + d0 + column] = tile[column][k];
  }
}

#define TRANSPOSE(bytes, T)                                                                                             \
  KERNEL(transpose_##bytes, T* y, const T* x, Strided s, i64 down, i64 across, i64 xDown, i64 yAcross) {                \
    SHARED T tile[TILE][TILE + 1];                                                                                      \
    transpose(y, x, s, down, across, xDown, yAcross, tile);                                                             \
  }
TRANSPOSE(1, unsigned char)
TRANSPOSE(2, unsigned short)
TRANSPOSE(4, unsigned)
TRANSPOSE(8, u64)

// N elements along the last axis, whose strides are 1 where N is more than 1; extents and strides are in elements.
template <int N, class T>
DEV void add(T* y, const T* x, const Strided& s, i64 n) {
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    i64 to, from;
    place(i * N, s, to, from);
    float f[N], g[N];
    load_n(y + to, f), load_n(x + from, g);
#pragma unroll
    for (int e = 0; e < N; e++) f[e] += g[e];
    store_n(y + to, f);
  }
}

KERNEL(add_f32, float* y, const float* x, Strided s, int wide, i64 n) {
  if (wide) add<WIDE<float>>(y, x, s, n);
  else add<1>(y, x, s, n);
}
KERNEL(add_bf16, bf16* y, const bf16* x, Strided s, int wide, i64 n) {
  if (wide) add<WIDE<bf16>>(y, x, s, n);
  else add<1>(y, x, s, n);
}

KERNEL(add_f64, double* y, const double* x, Strided s, int wide, i64 n) {
  for (i64 i = grid_thread(); i < n; i += grid_threads()) {
    i64 to, from;
    place(i, s, to, from);
    y[to] += x[from];
  }
}

// PER elements fill 16 bytes. This thread is number `first` of `threads`.
template <int PER, class T>
DEV void fill(T* y, T value, uint4 sixteen, i64 n, i64 first, i64 threads) {
  const i64 whole = aligned16(y) ? n / PER : 0;
  for (i64 i = first; i < whole; i += threads) store16(y + i * PER, sixteen);
  for (i64 i = whole * PER + first; i < n; i += threads) y[i] = value;
}

// Some elements of one of many tensors.
struct Chunk {
  void* y;
  i64 count;
};

// The value as the bits of an element of that many bytes, repeated over all eight. fill_all: a block a chunk.
#define FILL(bytes, T)                                                                                                \
  KERNEL(fill_##bytes, T* y, i64 bits, i64 n) {                                                                       \
    unsigned lo = (unsigned)bits, hi = (unsigned)((u64)bits >> 32);                                                   \
    fill<16 / sizeof(T)>(y, (T)bits, uint4{lo, hi, lo, hi}, n, grid_thread(), grid_threads());                            \
  }                                                                                                                   \
  KERNEL(fill_all_##bytes, const Chunk* table, i64 bits) {                                                            \
    unsigned lo = (unsigned)bits, hi = (unsigned)((u64)bits >> 32);                                                   \
    const Chunk c = table[blockIdx.x];                                                                                \
    fill<16 / sizeof(T)>((T*)c.y, (T)bits, uint4{lo, hi, lo, hi}, c.count, threadIdx.x, blockDim.x);                      \
  }
FILL(1, unsigned char)
FILL(2, unsigned short)
FILL(4, unsigned)
FILL(8, u64)
