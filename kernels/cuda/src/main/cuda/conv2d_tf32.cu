// Convolutions of channels-last maps of f32 by tensor cores, operands rounded to tf32: only where the precision tf32 is chosen.
// The same kernels as conv2d.cu.
//
// Bytes: as there, twice as many. FLOPs: 2 cells out taps in.
#include "device.cuh"
#include "products.cuh"

#define MAPS(tile, WM, WN, STAGES, BLOCKS)                                                                          \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, conv_maps_tf32_##tile, const float* x0, const float* x1, const float* x2, const float* x3, const float* w,\
                RESULT_PARAMETERS, Maps s, Product p) {                                                             \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef ByWarps<float, TensorCores<float, tile, tile, WM, WN, true, true>, tile, tile, WM, WN, STAGES> Tile;    \
    convolution<Tile, MapAlongK<float, tile, THREADS>, AlongK<float, tile, THREADS>>(x0, x1, x2, x3, w, s, p, RESULT);\
  }

#define WEIGHT(tile, WM, WN, STAGES, BLOCKS)                                                                        \
  KERNEL_BOUNDS(tile / WM * (tile / WN) * 32, BLOCKS, conv_weight_tf32_##tile, const float* dy, const float* x,     \
                RESULT_PARAMETERS, Maps s, Product p) {                                                             \
    constexpr int THREADS = tile / WM * (tile / WN) * 32;                                                           \
    typedef ByWarps<float, TensorCores<float, tile, tile, WM, WN, false, false>, tile, tile, WM, WN, STAGES> Tile;  \
    weight_gradient<Tile, AlongRows<float, tile, THREADS>, MapAlongRows<float, tile, THREADS>>(dy, x, s, p, RESULT);\
  }

MAPS(128, 64, 32, 3, 2)
MAPS(64, 32, 32, 4, 3)
WEIGHT(128, 64, 32, 3, 2)
WEIGHT(64, 32, 32, 4, 3)
