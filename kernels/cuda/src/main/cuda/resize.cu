// Bilinear resize of channels-last maps, also into a slice of channels of a larger map.
//
//   forward    y[b, oy, ox, c] = sum over the 2x2 cells around the source of oy, ox of their weights times x
//   backward   dx[b, iy, ix, c] = sum of weight dy over the output cells whose source touches iy, ix, in their order
//   source     aligned corners: i (in-1)/(out-1); else max(0, (i + 1/2) in/out - 1/2)
//
// The source is a fraction of whole numbers, so the cell before it is exact and the weight has one rounding. A thread takes N
// channels (16 bytes, or one) of one cell. The backward pass gathers: output cells that touch an input cell lie together, so
// no two threads write one element. Rows of y may be longer than C (`stride`), which is how a concatenation is filled without
// a copy. Bytes: y once, x about once (its neighbours come from the cache). FLOPs: 8 an output element, backward 4 out/in.
#include "device.cuh"

struct Resize {
  int height, width, channels, outHeight, outWidth, aligned;
  i64 stride;  // of a cell of y, in elements
};

template <int N, class T>
DEV void forward(T* y, const T* x, const Resize& g, i64 n) {
  const int units = g.channels / N;
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    const i64 cell = quotient(i, units), line = quotient(cell, g.outWidth), b = quotient(line, g.outHeight);
    const int c = (int)(i - cell * units) * N;
    const Source v = source((int)(line - b * g.outHeight), g.height, g.outHeight, g.aligned);
    const Source h = source((int)(cell - line * g.outWidth), g.width, g.outWidth, g.aligned);
    const T* top = x + (b * g.height + v.low) * g.width * g.channels + c;
    const T* bottom = x + (b * g.height + v.high) * g.width * g.channels + c;
    float p[N], q[N], r[N], s[N];
    load_n(top + (i64)h.low * g.channels, p), load_n(top + (i64)h.high * g.channels, q);
    load_n(bottom + (i64)h.low * g.channels, r), load_n(bottom + (i64)h.high * g.channels, s);
    const float w0 = (1.f - v.fraction) * (1.f - h.fraction), w1 = (1.f - v.fraction) * h.fraction;
    const float w2 = v.fraction * (1.f - h.fraction), w3 = v.fraction * h.fraction;
#pragma unroll
    for (int e = 0; e < N; e++) p[e] = w0 * p[e] + w1 * q[e] + w2 * r[e] + w3 * s[e];
    store_n(y + cell * g.stride + c, p);
  }
}

template <int N, class T>
DEV void backward(T* dx, const T* dy, const Resize& g, i64 n) {
  const int units = g.channels / N;
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    const i64 cell = quotient(i, units), line = quotient(cell, g.width), b = quotient(line, g.height);
    const int c = (int)(i - cell * units) * N, iy = (int)(line - b * g.height), ix = (int)(cell - line * g.width);
    const int top = reaches(iy - 1, g.height, g.outHeight, g.aligned), bottom = reaches(iy + 1, g.height, g.outHeight, g.aligned);
    const int left = reaches(ix - 1, g.width, g.outWidth, g.aligned), right = reaches(ix + 1, g.width, g.outWidth, g.aligned);
    float sum[N] = {};
    for (int oy = top; oy < bottom; oy++) {
      const float down = weight(source(oy, g.height, g.outHeight, g.aligned), iy);
      if (down == 0.f) continue;
      const T* row = dy + (b * g.outHeight + oy) * g.outWidth * g.stride + c;
      for (int ox = left; ox < right; ox++) {
        const float w = down * weight(source(ox, g.width, g.outWidth, g.aligned), ix);
        if (w == 0.f) continue;
        float f[N];
        load_n(row + ox * g.stride, f);
#pragma unroll
        for (int e = 0; e < N; e++) sum[e] += w * f[e];
      }
    }
    store_n(dx + cell * g.channels + c, sum);
  }
}

// n: elements of y (B, outH, outW, C) forward, of dx (B, H, W, C) backward.
#define RESIZE(types, T)                                                                \
  KERNEL(resize_forward_##types, T* y, const T* x, Resize g, int wide, i64 n) {         \
    if (wide) forward<WIDE<T>>(y, x, g, n);                                             \
    else forward<1>(y, x, g, n);                                                        \
  }                                                                                     \
  KERNEL(resize_backward_##types, T* dx, const T* dy, Resize g, int wide, i64 n) {      \
    if (wide) backward<WIDE<T>>(dx, dy, g, n);                                          \
    else backward<1>(dx, dy, g, n);                                                     \
  }
RESIZE(f32, float)
RESIZE(bf16, bf16)
