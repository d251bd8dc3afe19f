// Matrix products of f32 in full f32, by fused multiply-adds; what all products share is in products.cuh.
//
//   C = f(A B + bias) + residual (+ C)      A (m, k), B (k, n), each dense along k or along rows, named as in gemm.cu
//
// A thread of a 128 x 128 tile has 8 x 8 elements: 64 multiply-adds for 4 loads of 16 bytes from shared memory. Sums run along k
// in order; the launcher cuts a long k, so that the error grows with the length of a cut only.
//
// Bytes: a block reads (BM + BN) k elements and writes its tile once. FLOPs: 2 m n k.
#include "device.cuh"
#include "products.cuh"

#define GEMM(order, tile, WM, WN, STAGES, BLOCKS, A, B)                                                             \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, gemm_##order##_f32_##tile, const float* a, const float* b,    \
                RESULT_PARAMETERS, Product p) {                                                                     \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef A<float, tile, THREADS> LoadA;                                                                          \
    typedef B<float, tile, THREADS> LoadB;                                                                          \
    typedef Plain<tile, tile, WM, WN, LoadA::ALONG_K, LoadB::ALONG_K> M;                                            \
    gemm<ByWarps<float, M, tile, tile, WM, WN, STAGES>, LoadA, LoadB>(a, b, p, RESULT);                             \
  }

GEMM(kk, 128, 32, 64, 3, 2, AlongK, AlongK)
GEMM(kr, 128, 32, 64, 3, 2, AlongK, AlongRows)
GEMM(rr, 128, 32, 64, 3, 2, AlongRows, AlongRows)
GEMM(kk, 64, 32, 32, 4, 3, AlongK, AlongK)
GEMM(kr, 64, 32, 32, 4, 3, AlongK, AlongRows)
GEMM(rr, 64, 32, 32, 4, 3, AlongRows, AlongRows)
