// Convolutions of channels-last maps of bf16 as matrix products by tensor cores, without the matrix of patches ever being in
// memory: the copies into shared memory pick the patches (products.cuh).
//
//   conv_maps_bf16_TILE     y = f(conv(x, w) + bias): rows are cells of y, k = (tap, channel). x may come in up to four parts. The
//                           gradient of the input is the same kernel over dy, the weight with its channels exchanged, and a
//                           division in place of the stride (struct Maps)
//   conv_weight_bf16_TILE   partial sums of dW (out, tap, channel) = dy^T x, k = cells of dy
//
// The weight is (out, tap, channel), by conv_arrange_weight. A tile of 128 x 128 is a block's of 8 warps, of 64 x 64 of 4 warps.
//
// Bytes: a block reads (BM + BN) k elements, of which neighbouring blocks find most in L2; from memory x and w come about once
// and y goes once. FLOPs: 2 cells out taps in.
#include "device.cuh"
#include "products.cuh"

#define MAPS(tile, WM, WN, STAGES, BLOCKS)                                                                          \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, conv_maps_bf16_##tile, const bf16* x0, const bf16* x1, const bf16* x2, const bf16* x3, const bf16* w,\
                RESULT_PARAMETERS, Maps s, Product p) {                                                             \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef ByWarps<bf16, TensorCores<bf16, tile, tile, WM, WN, true, true>, tile, tile, WM, WN, STAGES> Tile;      \
    convolution<Tile, MapAlongK<bf16, tile, THREADS>, AlongK<bf16, tile, THREADS>>(x0, x1, x2, x3, w, s, p, RESULT);\
  }

#define WEIGHT(tile, WM, WN, STAGES, BLOCKS)                                                                        \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, conv_weight_bf16_##tile, const bf16* dy, const bf16* x,       \
                RESULT_PARAMETERS, Maps s, Product p) {                                                             \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef ByWarps<bf16, TensorCores<bf16, tile, tile, WM, WN, false, false>, tile, tile, WM, WN, STAGES> Tile;    \
    weight_gradient<Tile, AlongRows<bf16, tile, THREADS>, MapAlongRows<bf16, tile, THREADS>>(dy, x, s, p, RESULT);  \
  }

MAPS(128, 64, 32, 3, 2)
MAPS(64, 32, 32, 4, 3)
WEIGHT(128, 64, 32, 3, 2)
WEIGHT(64, 32, 32, 4, 3)
