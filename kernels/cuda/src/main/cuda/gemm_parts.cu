// What goes before and after the products of gemm.cu, gemm_f32.cu and gemm_tf32.cu.
//
//   gemm_finish            C from the partial sums (splits, m, n), added in their order. A thread takes eight columns of a row.
//                          Bytes: the partial sums once, C once. FLOPs: splits a element
//   gemm_activate          C = f(C) behind a product of cuBLASLt, which has not all functions. Bytes: C in and out
//   gemm_arrange_TO_FROM   an operand of any strides made dense and padded with zeros to whole pieces of 16 bytes, through a
//                          32 x 32 tile in shared memory, read along its smaller stride. Bytes: one read, one write
//   gemm_small_TYPE        a batch of products too small for tiles, in one launch: a thread an element, or a warp where sums are
//                          long. Bytes: A, B from the caches, C once. FLOPs: 2 k an element
#include "device.cuh"
#include "products.cuh"

KERNEL(gemm_finish, const float* sums, int splits, float* c32, bf16* c16, const float* bias32, const bf16* bias16,
       const float* residual32, const bf16* residual16, const float* before, Product p) {
  Result r{c32, c16, bias32, bias16, residual32, residual16, before, nullptr};
  i64 pieces = (p.n + 7) / 8, all = p.m * pieces, apart = (i64)p.m * p.n;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    int row = (int)(i / pieces), column = (int)(i % pieces) * 8, left = p.n - column, count = left < 8 ? left : 8;
    float v[8] = {0.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f, 0.f}, f[8];
    for (int s = 0; s < splits; s++) {
      const float* q = sums + s * apart + (i64)row * p.n + column;
      fetch8(q, count == 8 && pieces_aligned(q, 0), count, f), add8(v, f);
    }
    finish(p, r, row, column, count, v);
  }
}

template <class T>
DEV void activate_all(T* c, int m, int n, i64 ld, int f) {
  i64 pieces = (n + 7) / 8, all = m * pieces;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    i64 row = i / pieces;
    int column = (int)(i - row * pieces) * 8, left = n - column, count = left < 8 ? left : 8;
    T* q = c + row * ld + column;
    float v[8];
    bool together = count == 8 && pieces_aligned(q, 0);
    fetch8(q, together, count, v);
    activate8(f, v);
    put8(q, together, count, v);
  }
}
KERNEL(gemm_activate_f32, float* c, int m, int n, i64 ld, int f) { activate_all(c, m, n, ld, f); }
KERNEL(gemm_activate_bf16, bf16* c, int m, int n, i64 ld, int f) { activate_all(c, m, n, ld, f); }

// y[i * ld + j] = x[i * row_stride + j * column_stride] for i < rows, j < columns, and 0 for j up to width.
template <class Y, class X>
DEV void arrange(Y* y, i64 ld, const X* x, i64 row_stride, i64 column_stride, int rows, int columns, int width) {
  SHARED float tile[32][33];
  int low = threadIdx.x & 31, high = threadIdx.x >> 5, across = (width + 31) / 32;
  int i0 = blockIdx.x / across * 32, j0 = blockIdx.x % across * 32;
  bool along = column_stride <= row_stride;
  for (int q = high; q < 32; q += 8) {
    int i = along ? q : low, j = along ? low : q;
    bool ok = i0 + i < rows && j0 + j < columns;
    tile[i][j] = ok ? load(x + (i0 + i) * row_stride + (j0 + j) * column_stride) : 0.f;
  }
  __syncthreads();
  for (int i = high; i < 32; i += 8)
    if (i0 + i < rows && j0 + low < width) store(y + (i0 + i) * ld + j0 + low, tile[i][low]);
}

#define ARRANGE(to, from, Y, X)                                                                                     \
  KERNEL(gemm_arrange_##to##_##from, Y* y, const X* x, i64 ld, i64 row_stride, i64 column_stride, int rows,          \
         int columns, int width) {                                                                                  \
    arrange(y, ld, x, row_stride, column_stride, rows, columns, width);                                             \
  }

ARRANGE(f32, f32, float, float)
ARRANGE(bf16, f32, bf16, float)
ARRANGE(bf16, bf16, bf16, bf16)

// Matrices of a batch: the strides between its matrices, their rows and their columns.
struct Strided {
  i64 each, row, column;
};

// C = A B, or C += A B, for each of `count` products (m, k) by (k, n). WARP: the lanes of a warp share a sum.
template <bool WARP, class T>
DEV void small_products(T* c, const T* a, const T* b, Strided sc, Strided sa, Strided sb, int count, int m, int n, int k,
                        int accumulate) {
  constexpr int LANES = WARP ? 32 : 1;
  i64 all = (i64)count * m * n, step = grid_threads() / LANES;
  int lane = WARP ? threadIdx.x & 31 : 0;
  for (i64 e = grid_thread() / LANES; e < all; e += step) {
    i64 column = e % n, row = e / n % m, i = e / ((i64)n * m);
    const T *x = a + i * sa.each + row * sa.row, *y = b + i * sb.each + column * sb.column;
    float sum = 0.f;
#pragma unroll 4
    for (int j = lane; j < k; j += LANES) sum += load(x + j * sa.column) * load(y + j * sb.row);
    if (WARP) sum = warp_sum(sum);
    T* to = c + i * sc.each + row * sc.row + column * sc.column;
    if (lane == 0) store(to, accumulate ? load(to) + sum : sum);
  }
}

#define SMALL(type, T)                                                                                                \
  KERNEL(gemm_small_##type, T* c, const T* a, const T* b, Strided sc, Strided sa, Strided sb, int count, int m, int n, \
         int k, int accumulate) {                                                                                     \
    if (k < 64) {                                                                                                     \
      small_products<false>(c, a, b, sc, sa, sb, count, m, n, k, accumulate);                                         \
    } else {                                                                                                          \
      small_products<true>(c, a, b, sc, sa, sb, count, m, n, k, accumulate);                                          \
    }                                                                                                                 \
  }

SMALL(f32, float)
SMALL(bf16, bf16)
