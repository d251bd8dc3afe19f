// Matrix products of bf16 on compute capability 9.0, by the tensor cores' multiplications of whole groups of warps: as gemm.cu,
// whose loaders and endings these are (products.cuh), with the multiplication of hopper.cuh.
//
//   hopper_gemm_ORDER_TILE   orders kk, kr, rr as gemm.cu names them. A block of two groups has 128 rows; TILE is 256, 128 or 64
//                            columns: 256 for large results (one block a multiprocessor, four stages of 48 KB), the others two
//                            blocks a multiprocessor
//
// Operands are multiplied out of shared memory, so registers hold sums only: 128 columns a thread's 64, and no fragments.
//
// Bytes: a block reads (128 + TILE) k elements and writes its tile once. FLOPs: 2 m n k.
#include "device.cuh"
#include "products.cuh"
#include "hopper.cuh"

#define GEMM(order, BN, STAGES, BLOCKS, A, B)                                                                       \
  KERNEL_BOUNDS(256, BLOCKS, hopper_gemm_##order##_##BN, const bf16* a, const bf16* b, RESULT_PARAMETERS, Product p) {\
    gemm<ByGroups<128, BN, STAGES>, A<bf16, 128, 256>, B<bf16, BN, 256>>(a, b, p, RESULT);                          \
  }

GEMM(kk, 256, 4, 1, AlongK, AlongK)
GEMM(kk, 128, 3, 2, AlongK, AlongK)
GEMM(kk, 64, 4, 2, AlongK, AlongK)
GEMM(kr, 256, 4, 1, AlongK, AlongRows)
GEMM(kr, 128, 3, 2, AlongK, AlongRows)
GEMM(kr, 64, 4, 2, AlongK, AlongRows)
GEMM(rr, 256, 4, 1, AlongRows, AlongRows)
GEMM(rr, 128, 3, 2, AlongRows, AlongRows)
GEMM(rr, 64, 4, 2, AlongRows, AlongRows)
