// Matrix products of f32 by tensor cores: operands are rounded to tf32 (10 bits of mantissa), sums are f32. Only where the
// precision tf32 is chosen; f32 otherwise means gemm_f32.cu.
//
//   C = f(A B + bias) + residual (+ C)      A (m, k), B (k, n), each dense along k or along rows, named as in gemm.cu
//
// Bytes: a block reads (BM + BN) k elements and writes its tile once. FLOPs: 2 m n k.
#include "device.cuh"
#include "products.cuh"

#define GEMM(order, tile, WM, WN, STAGES, BLOCKS, A, B)                                                             \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, gemm_##order##_tf32_##tile, const float* a, const float* b,   \
                RESULT_PARAMETERS, Product p) {                                                                     \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef A<float, tile, THREADS> LoadA;                                                                          \
    typedef B<float, tile, THREADS> LoadB;                                                                          \
    typedef TensorCores<float, tile, tile, WM, WN, LoadA::ALONG_K, LoadB::ALONG_K> M;                               \
    gemm<ByWarps<float, M, tile, tile, WM, WN, STAGES>, LoadA, LoadB>(a, b, p, RESULT);                             \
  }

GEMM(kk, 128, 64, 32, 3, 2, AlongK, AlongK)
GEMM(kr, 128, 64, 32, 3, 2, AlongK, AlongRows)
GEMM(rr, 128, 64, 32, 3, 2, AlongRows, AlongRows)
GEMM(kk, 64, 32, 32, 4, 3, AlongK, AlongK)
GEMM(kr, 64, 32, 32, 4, 3, AlongK, AlongRows)
GEMM(rr, 64, 32, 32, 4, 3, AlongRows, AlongRows)
