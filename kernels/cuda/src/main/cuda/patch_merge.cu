// Each 2x2 patch of a channels-last map as one cell of 4C channels, in the order (row, column) (0,0), (1,0), (0,1), (1,1);
// odd sides count as padded by zeros.
//
//   forward    y[b, i, j, (2q + p) C + c] = x[b, 2i + p, 2j + q, c], or 0 outside
//   backward   dx = dy of the same place
//
// Elements are moved as they are, so a thread takes a unit of 1 to 16 bytes, the largest that C and the addresses allow, and
// C is counted in units. Bytes: one read and one write of each element. FLOPs: none.
#include "device.cuh"

// Which unit of the small map unit i of the merged one is, or -1.
DEV i64 original(i64 i, int height, int width, int channels) {
  i64 part = quotient(i, channels);
  int c = (int)(i - part * channels), p = (int)(part & 3);
  int rows = (height + 1) / 2, columns = (width + 1) / 2;
  i64 cell = part >> 2, line = quotient(cell, columns), b = quotient(line, rows);
  int iy = (int)(line - b * rows) * 2 + (p & 1), ix = (int)(cell - line * columns) * 2 + (p >> 1);
  return iy < height && ix < width ? ((b * height + iy) * width + ix) * channels + c : -1;
}

template <class T>
DEV void forward(T* y, const T* x, i64 n, int height, int width, int channels) {
  for (i64 i = grid_thread(); i < n; i += grid_threads()) {
    i64 from = original(i, height, width, channels);
    y[i] = from < 0 ? T{} : x[from];
  }
}

template <class T>
DEV void backward(T* dx, const T* dy, i64 n, int height, int width, int channels) {
  for (i64 i = grid_thread(); i < n; i += grid_threads()) {
    i64 to = original(i, height, width, channels);
    if (to >= 0) dx[to] = dy[i];
  }
}

// n: units of the merged map.
#define PATCH_MERGE(bytes, T)                                                                              \
  KERNEL(patch_merge_forward_##bytes, T* y, const T* x, i64 n, int height, int width, int channels) {      \
    forward(y, x, n, height, width, channels);                                                             \
  }                                                                                                        \
  KERNEL(patch_merge_backward_##bytes, T* dx, const T* dy, i64 n, int height, int width, int channels) {   \
    backward(dx, dy, n, height, width, channels);                                                          \
  }

PATCH_MERGE(2, unsigned short)
PATCH_MERGE(4, unsigned)
PATCH_MERGE(8, u64)
PATCH_MERGE(16, uint4)
