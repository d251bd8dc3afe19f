// Means over floor(i n / m) .. ceil((i+1) n / m) - 1 for output cell i of m, on channels-last maps.
//
//   forward    y[b, oy, ox, c] = mean of x over the window
//   backward   dx[b, iy, ix, c] = sum of dy / size over the windows that hold iy, ix
//
// Small windows: a thread takes N channels (16 bytes, or one) of one output cell. Large ones: a block takes up to 32 such
// units of one cell, its threads `lanes` units wide, and each row of threads every (256 / lanes)-th cell of the window; the
// rows are added up in order. The backward pass gathers: the windows that hold a cell lie together. Bytes: x and y once.
// FLOPs: 1 an element of each window.
#include "device.cuh"

constexpr int THREADS = 256;

struct Pool {
  int height, width, channels, outHeight, outWidth;
};

DEV int from(int i, int n, int m) { return (int)((i64)i * n / m); }
DEV int to(int i, int n, int m) { return (int)(((i64)(i + 1) * n + m - 1) / m); }

template <int N, class T>
DEV void cells(T* y, const T* x, const Pool& g, i64 n) {
  const int units = g.channels / N;
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    const i64 cell = quotient(i, units), line = quotient(cell, g.outWidth), b = quotient(line, g.outHeight);
    const int c = (int)(i - cell * units) * N, oy = (int)(line - b * g.outHeight), ox = (int)(cell - line * g.outWidth);
    const int top = from(oy, g.height, g.outHeight), bottom = to(oy, g.height, g.outHeight);
    const int left = from(ox, g.width, g.outWidth), right = to(ox, g.width, g.outWidth);
    float sum[N] = {};
    for (int iy = top; iy < bottom; iy++) {
      const T* row = x + (b * g.height + iy) * g.width * g.channels + c;
      for (int ix = left; ix < right; ix++) {
        float f[N];
        load_n(row + (i64)ix * g.channels, f);
#pragma unroll
        for (int e = 0; e < N; e++) sum[e] += f[e];
      }
    }
    const float size = (float)(bottom - top) * (float)(right - left);
#pragma unroll
    for (int e = 0; e < N; e++) sum[e] /= size;
    store_n(y + cell * g.channels + c, sum);
  }
}

template <int N, class T>
DEV void windows(T* y, const T* x, const Pool& g, int lanes, float* shared) {
  const int groups = THREADS / lanes, lane = threadIdx.x % lanes, group = threadIdx.x / lanes, width = lanes * N;
  const int tiles = (g.channels + width - 1) / width;
  const i64 cell = blockIdx.x / tiles, line = quotient(cell, g.outWidth), b = quotient(line, g.outHeight);
  const int first = (int)(blockIdx.x - cell * tiles) * width, c = first + lane * N;
  const int oy = (int)(line - b * g.outHeight), ox = (int)(cell - line * g.outWidth);
  const int top = from(oy, g.height, g.outHeight), bottom = to(oy, g.height, g.outHeight);
  const int left = from(ox, g.width, g.outWidth), right = to(ox, g.width, g.outWidth);
  const int across = right - left, size = (bottom - top) * across;
  float sum[N] = {};
  if (c < g.channels) {
    const T* corner = x + ((b * g.height + top) * g.width + left) * g.channels + c;
#pragma unroll 4
    for (int k = group; k < size; k += groups) {
      const int iy = k / across, ix = k - iy * across;
      float f[N];
      load_n(corner + ((i64)iy * g.width + ix) * g.channels, f);
#pragma unroll
      for (int e = 0; e < N; e++) sum[e] += f[e];
    }
  }
#pragma unroll
  for (int e = 0; e < N; e++) shared[threadIdx.x * N + e] = sum[e];
  __syncthreads();
  const int at = threadIdx.x;
  if (at < width && first + at < g.channels) {
    float s = shared[at];
    for (int k = 1; k < groups; k++) s += shared[k * width + at];
    store(y + cell * g.channels + first + at, s / (float)size);
  }
}

template <int N, class T>
DEV void backward(T* dx, const T* dy, const Pool& g, i64 n) {
  const int units = g.channels / N;
  for (i64 i = grid_thread(); i < n / N; i += grid_threads()) {
    const i64 cell = quotient(i, units), line = quotient(cell, g.width), b = quotient(line, g.height);
    const int c = (int)(i - cell * units) * N, iy = (int)(line - b * g.height), ix = (int)(cell - line * g.width);
    // The first window that ends behind the cell, and the first that begins behind it.
    const int top = (int)((i64)iy * g.outHeight / g.height), bottom = (int)(((iy + 1LL) * g.outHeight + g.height - 1) / g.height);
    const int left = (int)((i64)ix * g.outWidth / g.width), right = (int)(((ix + 1LL) * g.outWidth + g.width - 1) / g.width);
    float sum[N] = {};
    for (int oy = top; oy < bottom; oy++) {
      const float down = (float)(to(oy, g.height, g.outHeight) - from(oy, g.height, g.outHeight));
      for (int ox = left; ox < right; ox++) {
        const float size = down * (float)(to(ox, g.width, g.outWidth) - from(ox, g.width, g.outWidth));
        float f[N];
        load_n(dy + ((b * g.outHeight + oy) * g.outWidth + ox) * g.channels + c, f);
#pragma unroll
        for (int e = 0; e < N; e++) sum[e] += f[e] / size;
      }
    }
    store_n(dx + cell * g.channels + c, sum);
  }
}

// n: elements of y, or of dx.
#define POOL(types, T)                                                                              \
  KERNEL(adaptive_avg_pool_cells_##types, T* y, const T* x, Pool g, int wide, i64 n) {              \
    if (wide) cells<WIDE<T>>(y, x, g, n);                                                           \
    else cells<1>(y, x, g, n);                                                                      \
  }                                                                                                 \
  KERNEL(adaptive_avg_pool_windows_##types, T* y, const T* x, Pool g, int wide, int lanes) {        \
    SHARED float shared[THREADS * WIDE<T>];                                                         \
    if (wide) windows<WIDE<T>>(y, x, g, lanes, shared);                                             \
    else windows<1>(y, x, g, lanes, shared);                                                        \
  }                                                                                                 \
  KERNEL(adaptive_avg_pool_backward_##types, T* dx, const T* dy, Pool g, int wide, i64 n) {         \
    if (wide) backward<WIDE<T>>(dx, dy, g, n);                                                      \
    else backward<1>(dx, dy, g, n);                                                                 \
  }
POOL(f32, float)
POOL(bf16, bf16)
