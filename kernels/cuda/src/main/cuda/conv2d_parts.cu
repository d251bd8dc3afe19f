// What goes before and after the products of conv2d*.cu, and convolutions in groups.
//
//   conv_arrange_weight   (out, in, taps) as (out, tap, channel), or with in and out exchanged, rounded, channels padded with zeros
//   conv_add_weight       dW (out, in, taps) += the partial sums (splits, out, tap, channel), in their order
//   conv_bias_sums        partial sums of dy's columns; conv_add_sums adds them to the gradient, in their order
//   conv_grouped_...      each output channel sees the channels of its group only; a thread an element, directly from memory
//
// Bytes: each array once, the partial sums of splits too; in groups an element of x is read taps * out / groups times, from the
// caches but for the first. FLOPs: in groups 2 cells out taps in / groups.
#include "device.cuh"
#include "products.cuh"

// y (rows, taps, padded): rows are out and channels in, or the reverse. A thread has one row and channel, all taps.
template <class Y, class W>
DEV void arrange_weight(Y* y, const W* w, int rows, int channels, int padded, int taps, i64 row_stride, i64 channel_stride) {
  i64 all = (i64)rows * padded;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    i64 row = i / padded;
    int c = (int)(i - row * padded);
    const W* from = w + row * row_stride + c * channel_stride;
    for (int t = 0; t < taps; t++) store(y + (row * taps + t) * padded + c, c < channels ? load(from + t) : 0.f);
  }
}
#define ARRANGE_WEIGHT(to, from, Y, W)                                                                              \
  KERNEL(conv_arrange_weight_##to##_##from, Y* y, const W* w, int rows, int channels, int padded, int taps,          \
         i64 row_stride, i64 channel_stride) {                                                                      \
    arrange_weight(y, w, rows, channels, padded, taps, row_stride, channel_stride);                                 \
  }
ARRANGE_WEIGHT(f32, f32, float, float)
ARRANGE_WEIGHT(bf16, f32, bf16, float)
ARRANGE_WEIGHT(bf16, bf16, bf16, bf16)

template <class W>
DEV void add_weight(W* d, const float* sums, int splits, int out, int in, int padded, int taps) {
  i64 all = (i64)out * in, apart = (i64)out * taps * padded;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    i64 o = i / in;
    int c = (int)(i - o * in);
    for (int t = 0; t < taps; t++) {
      float v = 0.f;
      for (int s = 0; s < splits; s++) v += sums[s * apart + (o * taps + t) * padded + c];
      store(d + i * taps + t, load(d + i * taps + t) + v);
    }
  }
}
KERNEL(conv_add_weight_f32, float* d, const float* sums, int splits, int out, int in, int padded, int taps) {
  add_weight(d, sums, splits, out, in, padded, taps);
}
KERNEL(conv_add_weight_bf16, bf16* d, const float* sums, int splits, int out, int in, int padded, int taps) {
  add_weight(d, sums, splits, out, in, padded, taps);
}

// d[i] += the sum of sums[s * n + i] over s.
template <class W>
DEV void add_sums(W* d, const float* sums, int splits, int n) {
  for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) {
    float v = 0.f;
    for (int s = 0; s < splits; s++) v += sums[(i64)s * n + i];
    store(d + i, load(d + i) + v);
  }
}
KERNEL(conv_add_sums_f32, float* d, const float* sums, int splits, int n) { add_sums(d, sums, splits, n); }
KERNEL(conv_add_sums_bf16, bf16* d, const float* sums, int splits, int n) { add_sums(d, sums, splits, n); }

// Eight warps of 32 neighbouring channels each take every eighth cell of a split; their sums are added in order.
constexpr int TOGETHER = 8;

DEV void put_warp_sums(float v, float* to, bool ok) {
  SHARED float all[TOGETHER][32];
  int low = threadIdx.x & 31, high = threadIdx.x >> 5;
  all[high][low] = v;
  __syncthreads();
  if (high == 0 && ok) {
    for (int q = 1; q < TOGETHER; q++) v += all[q][low];
    *to = v;
  }
}

// sums (splits, channels); blockIdx.x counts 32 channels, blockIdx.y the splits of `length` cells.
template <class X>
DEV void bias_sums(float* sums, const X* dy, int cells, int channels, int length) {
  int o = blockIdx.x * 32 + (threadIdx.x & 31), first = blockIdx.y * length;
  int end = cells - first < length ? cells : first + length;
  bool ok = o < channels;
  float v = 0.f;
  if (ok)
    for (int i = first + (threadIdx.x >> 5); i < end; i += TOGETHER) v += load(dy + (i64)i * channels + o);
  put_warp_sums(v, sums + (i64)blockIdx.y * channels + o, ok);
}
KERNEL(conv_bias_sums_f32, float* sums, const float* dy, int cells, int channels, int length) {
  bias_sums(sums, dy, cells, channels, length);
}
KERNEL(conv_bias_sums_bf16, float* sums, const bf16* dy, int cells, int channels, int length) {
  bias_sums(sums, dy, cells, channels, length);
}

// ---- in groups

struct Grouped {
  int batch, height, width, in, out_height, out_width, out;
  int kernel, stride, padding, dilation;
  int group_in, group_out, activation;
};

template <class X, class W>
DEV void grouped_forward(X* y, const X* x, const W* w, const W* bias, const Grouped& g) {
  i64 all = (i64)g.batch * g.out_height * g.out_width * g.out;
  int taps = g.kernel * g.kernel;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    i64 cell = i / g.out;
    int o = (int)(i - cell * g.out), ox = (int)(cell % g.out_width), oy = (int)(cell / g.out_width % g.out_height);
    i64 map = cell / g.out_width / g.out_height * g.height;
    const W* weight = w + (i64)o * g.group_in * taps;
    float v = bias ? load(bias + o) : 0.f;
    for (int t = 0; t < taps; t++) {
      int iy = oy * g.stride + t / g.kernel * g.dilation - g.padding;
      int ix = ox * g.stride + t % g.kernel * g.dilation - g.padding;
      if ((unsigned)iy >= (unsigned)g.height || (unsigned)ix >= (unsigned)g.width) continue;
      const X* from = x + ((map + iy) * g.width + ix) * g.in + o / g.group_out * g.group_in;
      for (int c = 0; c < g.group_in; c++) v += load(from + c) * load(weight + c * taps + t);
    }
    store(y + i, activate(g.activation, v));
  }
}

template <class X, class W>
DEV void grouped_input(X* dx, const X* dy, const W* w, const Grouped& g) {
  i64 all = (i64)g.batch * g.height * g.width * g.in;
  int taps = g.kernel * g.kernel;
  for (i64 i = blockIdx.x * (i64)blockDim.x + threadIdx.x; i < all; i += (i64)gridDim.x * blockDim.x) {
    i64 cell = i / g.in;
    int c = (int)(i - cell * g.in), ix = (int)(cell % g.width), iy = (int)(cell / g.width % g.height);
    i64 map = cell / g.width / g.height * g.out_height;
    int first = c / g.group_in * g.group_out;
    const W* weight = w + ((i64)first * g.group_in + c % g.group_in) * taps;
    float v = 0.f;
    for (int t = 0; t < taps; t++) {
      int ty = iy + g.padding - t / g.kernel * g.dilation, tx = ix + g.padding - t % g.kernel * g.dilation;
      int oy = ty / g.stride, ox = tx / g.stride;
      if (ty < 0 || tx < 0 || oy * g.stride != ty || ox * g.stride != tx || oy >= g.out_height || ox >= g.out_width)
        continue;
      const X* from = dy + ((map + oy) * g.out_width + ox) * g.out + first;
      for (int o = 0; o < g.group_out; o++) v += load(from + o) * load(weight + (i64)o * g.group_in * taps + t);
    }
    store(dx + i, v);
  }
}

// sums (splits, out, group_in, taps); blockIdx.x counts 32 output channels, y channel and tap, z the splits of `length` cells.
template <class X>
DEV void grouped_weight(float* sums, const X* dy, const X* x, int length, const Grouped& g) {
  int o = blockIdx.x * 32 + (threadIdx.x & 31), taps = g.kernel * g.kernel, c = blockIdx.y / taps, t = blockIdx.y % taps;
  int cells = g.batch * g.out_height * g.out_width, first = blockIdx.z * length;
  int end = cells - first < length ? cells : first + length;
  bool ok = o < g.out;
  float v = 0.f;
  if (ok)
    for (int i = first + (threadIdx.x >> 5); i < end; i += TOGETHER) {
      int ix = i % g.out_width * g.stride + t % g.kernel * g.dilation - g.padding;
      int iy = i / g.out_width % g.out_height * g.stride + t / g.kernel * g.dilation - g.padding;
      if ((unsigned)iy >= (unsigned)g.height || (unsigned)ix >= (unsigned)g.width) continue;
      i64 cell = ((i64)(i / g.out_width / g.out_height) * g.height + iy) * g.width + ix;
      v += load(dy + (i64)i * g.out + o) * load(x + cell * g.in + o / g.group_out * g.group_in + c);
    }
  put_warp_sums(v, sums + (((i64)blockIdx.z * g.out + o) * g.group_in + c) * taps + t, ok);
}

#define GROUPED(types, X, W)                                                                                        \
  KERNEL(conv_grouped_forward_##types, X* y, const X* x, const W* w, const W* bias, Grouped g) {                    \
    grouped_forward(y, x, w, bias, g);                                                                              \
  }                                                                                                                 \
  KERNEL(conv_grouped_input_##types, X* dx, const X* dy, const W* w, Grouped g) { grouped_input(dx, dy, w, g); }
GROUPED(f32, float, float)
GROUPED(bf16, bf16, bf16)
GROUPED(bf16_f32, bf16, float)
KERNEL(conv_grouped_weight_f32, float* sums, const float* dy, const float* x, int length, Grouped g) {
  grouped_weight(sums, dy, x, length, g);
}
KERNEL(conv_grouped_weight_bf16, float* sums, const bf16* dy, const bf16* x, int length, Grouped g) {
  grouped_weight(sums, dy, x, length, g);
}
