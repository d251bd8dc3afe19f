// Softmax and log-softmax of rows.
//
//   forward    y = exp(x - max) / sum exp(x - max), or x - max - log of that sum
//   backward   dx = y (dy - sum(dy y)), or dy - exp(y) sum(dy)
//
// A team takes a row: one thread (up to 8 columns), a warp (up to 2048) or the block. The row is read three times (backward
// twice), from the first-level cache after the first. y may be x: a thread writes what only it reads, after all sums.
// Bytes: forward one read and one write of each element, backward two reads and one write. FLOPs: about 15, with one or two
// exponentials.
#include "device.cuh"

constexpr int THREADS = 256;

template <int LANES, class T>
DEV void forward(T* y, const T* x, int log, i64 rows, int columns, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;  // whole warps, or teams of one thread that exchange nothing
  const int lane = threadIdx.x % TEAM;
  x += r * columns, y += r * columns;
  float most = -infinity(), sum = 0.f;
  for (int c = lane; c < columns; c += TEAM) most = fmaxf(most, load(x + c));
  most = team_max<LANES>(most, scratch);
  for (int c = lane; c < columns; c += TEAM) sum += expf(load(x + c) - most);
  sum = team_sum<LANES>(sum, scratch);
  const float scale = 1.f / sum, logarithm = logf(sum);
  for (int c = lane; c < columns; c += TEAM) {
    float v = load(x + c) - most;
    store(y + c, log ? v - logarithm : expf(v) * scale);
  }
}

template <int LANES, class T>
DEV void backward(T* dx, const T* dy, const T* y, int log, i64 rows, int columns, float* scratch) {
  constexpr int TEAM = LANES == 0 ? THREADS : LANES;
  const i64 r = grid_thread() / TEAM;
  if (r >= rows) return;
  const int lane = threadIdx.x % TEAM;
  dx += r * columns, dy += r * columns, y += r * columns;
  float sum = 0.f;
  for (int c = lane; c < columns; c += TEAM) sum += log ? load(dy + c) : load(dy + c) * load(y + c);
  sum = team_sum<LANES>(sum, scratch);
  for (int c = lane; c < columns; c += TEAM) {
    float v = load(y + c), g = load(dy + c);
    store(dx + c, log ? g - expf(v) * sum : v * (g - sum));
  }
}

#define FORWARD(name, LANES, T)                                                \
  KERNEL(name, T* y, const T* x, int log, i64 rows, int columns) {             \
    SHARED float scratch[32];                                                  \
    forward<LANES>(y, x, log, rows, columns, scratch);                         \
  }
#define BACKWARD(name, LANES, T)                                               \
  KERNEL(name, T* dx, const T* dy, const T* y, int log, i64 rows, int columns) { \
    SHARED float scratch[32];                                                  \
    backward<LANES>(dx, dy, y, log, rows, columns, scratch);                   \
  }

FORWARD(softmax_forward_thread_f32, 1, float)
FORWARD(softmax_forward_warp_f32, 32, float)
FORWARD(softmax_forward_block_f32, 0, float)
FORWARD(softmax_forward_thread_bf16, 1, bf16)
FORWARD(softmax_forward_warp_bf16, 32, bf16)
FORWARD(softmax_forward_block_bf16, 0, bf16)
BACKWARD(softmax_backward_thread_f32, 1, float)
BACKWARD(softmax_backward_warp_f32, 32, float)
BACKWARD(softmax_backward_block_f32, 0, float)
BACKWARD(softmax_backward_thread_bf16, 1, bf16)
BACKWARD(softmax_backward_warp_bf16, 32, bf16)
BACKWARD(softmax_backward_block_bf16, 0, bf16)
