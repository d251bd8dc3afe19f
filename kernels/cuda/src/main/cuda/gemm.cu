// Matrix products of bf16 by tensor cores, sums in f32; what all products share is in products.cuh.
//
//   C = f(A B + bias) + residual (+ C)      A (m, k), B (k, n), each dense along k or along rows: a transpose is an order
//
//   gemm_ORDER_bf16_TILE   ORDER: kk = both dense along k (y = x W^T), kr = B dense along n (dx = dy W), rr = A along m too
//                          (dW = dy^T x). TILE 128: a block of 8 warps has 128 x 128; 64: of 4 warps, 64 x 64
//
// Bytes: a block reads (BM + BN) k elements and writes its tile once; operands come from L2 as often as there are tiles across.
// FLOPs: 2 m n k.
#include "device.cuh"
#include "products.cuh"

#define GEMM(order, tile, WM, WN, STAGES, BLOCKS, A, B)                                                             \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, gemm_##order##_bf16_##tile, const bf16* a, const bf16* b,     \
                RESULT_PARAMETERS, Product p) {                                                                     \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef A<bf16, tile, THREADS> LoadA;                                                                           \
    typedef B<bf16, tile, THREADS> LoadB;                                                                           \
    typedef TensorCores<bf16, tile, tile, WM, WN, LoadA::ALONG_K, LoadB::ALONG_K> M;                                \
    gemm<ByWarps<bf16, M, tile, tile, WM, WN, STAGES>, LoadA, LoadB>(a, b, p, RESULT);                              \
  }

GEMM(kk, 128, 64, 32, 3, 2, AlongK, AlongK)
GEMM(kr, 128, 64, 32, 3, 2, AlongK, AlongRows)
GEMM(rr, 128, 64, 32, 3, 2, AlongRows, AlongRows)
GEMM(kk, 64, 32, 32, 4, 3, AlongK, AlongK)
GEMM(kr, 64, 32, 32, 4, 3, AlongK, AlongRows)
GEMM(rr, 64, 32, 32, 4, 3, AlongRows, AlongRows)
