// Bilinear resize of channels-last maps, also into a slice of channels of a larger map.
//
//   forward    y[b, oy, ox, c] = sum over the 2x2 cells around the source of oy, ox of their weights times x
//   backward   dx[b, iy, ix, c] = sum of weight dy over the output cells whose source touches iy, ix, in their order
//   source     aligned corners: i (in-1)/(out-1); else max(0, (i + 1/2) in/out - 1/2)
//
// The source is a fraction of whole numbers, so the cell before it is exact and the weight has one rounding. A block takes
// a row, or a part of one, a thread N channels (16 bytes, or one) of a cell. The backward pass gathers: output cells that touch an input cell lie together, so
// no two threads write one element. Rows of y may be longer than C (`stride`), which is how a concatenation is filled without
// a copy. Bytes: y once, x about once (its neighbours come from the cache). FLOPs: 8 an output element, backward 4 out/in.
#include "device.cuh"

constexpr int THREADS = 256;
constexpr int TALL = 64;   // rows of dy whose weights a block keeps
constexpr int SOURCES = 64;  // cells of a row whose sources a block keeps

struct Resize {
  int height, width, channels, outHeight, outWidth, aligned;
  i64 stride;  // of a cell of y, in elements
};

// A block: `span` times 256 units of one row of y. Where they are of few cells, their sources are worked out once.
template <int N, class T>
DEV void forward(T* y, const T* x, const Resize& g, int parts, int span, Source* sources) {
  const int units = g.channels / N, wide = g.outWidth * units;
  const i64 line = blockIdx.x / parts, b = quotient(line, g.outHeight);
  const int first = (int)(blockIdx.x - line * parts) * span * THREADS, end = min(first + span * THREADS, wide);
  const int cell0 = (int)((unsigned)first / (unsigned)units), cells = (int)((unsigned)(end - 1) / (unsigned)units) - cell0 + 1;
  const bool kept = cells <= SOURCES;
  for (int k = threadIdx.x; k < cells && kept; k += THREADS) sources[k] = source(cell0 + k, g.width, g.outWidth, g.aligned);
  __syncthreads();
  const Source v = source((int)(line - b * g.outHeight), g.height, g.outHeight, g.aligned);
  const T* top = x + (b * g.height + v.low) * g.width * g.channels;
  const T* bottom = x + (b * g.height + v.high) * g.width * g.channels;
  y += line * g.outWidth * g.stride;
  for (int i = first + threadIdx.x; i < end; i += THREADS) {
    const int ox = (int)((unsigned)i / (unsigned)units), c = (i - ox * units) * N;
    const Source h = kept ? sources[ox - cell0] : source(ox, g.width, g.outWidth, g.aligned);
    const i64 left = (i64)h.low * g.channels + c, right = (i64)h.high * g.channels + c;
    float p[N], q[N], r[N], s[N];
    load_n(top + left, p), load_n(top + right, q), load_n(bottom + left, r), load_n(bottom + right, s);
    const float w0 = (1.f - v.fraction) * (1.f - h.fraction), w1 = (1.f - v.fraction) * h.fraction;
    const float w2 = v.fraction * (1.f - h.fraction), w3 = v.fraction * h.fraction;
#pragma unroll
    for (int e = 0; e < N; e++) p[e] = w0 * p[e] + w1 * q[e] + w2 * r[e] + w3 * s[e];
    store_n(y + ox * g.stride + c, p);
  }
}

// A block: some units of one row of dx. The weights of the rows of dy are worked out once a block, TALL of them at a time.
template <int N, class T>
DEV void backward(T* dx, const T* dy, const Resize& g, int parts, float* down) {
  const int units = g.channels / N, wide = g.width * units;
  const i64 line = blockIdx.x / parts, b = quotient(line, g.height);
  const int iy = (int)(line - b * g.height);
  const int top = reaches(iy - 1, g.height, g.outHeight, g.aligned), bottom = reaches(iy + 1, g.height, g.outHeight, g.aligned);
  dy += b * g.outHeight * g.outWidth * g.stride;
  for (int i0 = (int)(blockIdx.x - line * parts) * THREADS; i0 < wide; i0 += parts * THREADS) {
    const int i = i0 + threadIdx.x, ix = (int)((unsigned)i / (unsigned)units), c = (i - ix * units) * N;
    const int left = i < wide ? reaches(ix - 1, g.width, g.outWidth, g.aligned) : 0;
    const int right = i < wide ? reaches(ix + 1, g.width, g.outWidth, g.aligned) : 0;
    float sum[N] = {};
    for (int from = top; from < bottom; from += TALL) {
      const int rows = bottom - from < TALL ? bottom - from : TALL;
      __syncthreads();
      for (int k = threadIdx.x; k < rows; k += THREADS) down[k] = weight(source(from + k, g.height, g.outHeight, g.aligned), iy);
      __syncthreads();
      for (int ox = left; ox < right; ox++) {
        const float across = weight(source(ox, g.width, g.outWidth, g.aligned), ix);
        if (across == 0.f) continue;
        const T* column = dy + ((i64)from * g.outWidth + ox) * g.stride + c;
        for (int k = 0; k < rows; k++, column += g.outWidth * g.stride) {
          const float w = down[k] * across;
          if (w == 0.f) continue;
          float f[N];
          load_n(column, f);
#pragma unroll
          for (int e = 0; e < N; e++) sum[e] += w * f[e];
        }
      }
    }
    if (i < wide) store_n(dx + (line * g.width + ix) * g.channels + c, sum);
  }
}

// parts: blocks a row; span: units a thread.
#define RESIZE(types, T)                                                                 \
  KERNEL(resize_forward_##types, T* y, const T* x, Resize g, int wide, int parts, int span) { \
    SHARED Source sources[SOURCES];                                                      \
    if (wide) forward<WIDE<T>>(y, x, g, parts, span, sources);                           \
    else forward<1>(y, x, g, parts, span, sources);                                      \
  }                                                                                      \
  KERNEL(resize_backward_##types, T* dx, const T* dy, Resize g, int wide, int parts, int) { \
    SHARED float down[TALL];                                                             \
    if (wide) backward<WIDE<T>>(dx, dy, g, parts, down);                                 \
    else backward<1>(dx, dy, g, parts, down);                                            \
  }
RESIZE(f32, float)
RESIZE(bf16, bf16)
