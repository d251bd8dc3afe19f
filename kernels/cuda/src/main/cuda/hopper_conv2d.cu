// Convolutions of channels-last maps of bf16 on compute capability 9.0: as conv2d.cu, whose loaders pick the patches
// (products.cuh), with the multiplications of whole groups of warps of hopper.cuh.
//
//   hopper_conv_maps_TILE     y = f(conv(x, w) + bias), and the gradient of the input
//   hopper_conv_weight_TILE   partial sums of dW (out, tap, channel)
//
// A block of two groups has 128 rows; TILE is 256, 128 or 64 columns, see hopper_gemm.cu.
//
// Bytes: a block reads (128 + TILE) k elements, most of them from L2. FLOPs: 2 cells out taps in.
#include "device.cuh"
#include "products.cuh"
#include "hopper.cuh"

#define MAPS(BN, STAGES, BLOCKS)                                                                                    \
  KERNEL_BOUNDS(256, BLOCKS, hopper_conv_maps_##BN, const bf16* x0, const bf16* x1, const bf16* x2, const bf16* x3, \
                const bf16* w, RESULT_PARAMETERS, Maps s, Product p) {                                              \
    convolution<ByGroups<128, BN, STAGES>, MapAlongK<bf16, 128, 256>, AlongK<bf16, BN, 256>>(                       \
        x0, x1, x2, x3, w, s, p, RESULT);                                                                           \
  }

#define WEIGHT(BN, STAGES, BLOCKS)                                                                                  \
  KERNEL_BOUNDS(256, BLOCKS, hopper_conv_weight_##BN, const bf16* dy, const bf16* x, RESULT_PARAMETERS, Maps s,     \
                Product p) {                                                                                        \
    weight_gradient<ByGroups<128, BN, STAGES>, AlongRows<bf16, 128, 256>, MapAlongRows<bf16, BN, 256>>(             \
        dy, x, s, p, RESULT);                                                                                       \
  }

MAPS(256, 4, 1)
MAPS(128, 3, 2)
MAPS(64, 4, 2)
WEIGHT(256, 4, 1)
WEIGHT(128, 3, 2)
WEIGHT(64, 4, 2)
