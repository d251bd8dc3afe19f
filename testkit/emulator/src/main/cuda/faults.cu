// Kernels that are wrong on purpose, one mistake each, and beside them what they should have been: the tests show that each
// mistake is found.
#include "device.cuh"

// y[i] = x[n - 1 - i] through shared memory, in one block of n threads.
template <bool BARRIER>
DEV void reverse(float* y, const float* x) {
  SHARED float row[256];
  row[threadIdx.x] = x[threadIdx.x];
  if (BARRIER) __syncthreads();
  y[threadIdx.x] = row[blockDim.x - 1 - threadIdx.x];
}
KERNEL(fault_none_f32, float* y, const float* x, int n) {
  if (n == (int)blockDim.x) reverse<true>(y, x);
}
KERNEL(fault_no_barrier_f32, float* y, const float* x, int n) {
  if (n == (int)blockDim.x) reverse<false>(y, x);
}

// Half of the block meets another barrier.
KERNEL(fault_two_barriers_f32, float* y, const float* x, int n) {
  SHARED float row[256];
  row[threadIdx.x] = x[threadIdx.x];
  if ((int)threadIdx.x < n / 2) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  y[threadIdx.x] = row[n - 1 - threadIdx.x];
}

// Writes one element too many.
KERNEL(fault_overrun_f32, float* y, const float* x, int n) {
  for (int i = threadIdx.x; i <= n; i += blockDim.x) y[i] = i < n ? x[i] : 0.f;
}
// Reads one row too far.
KERNEL(fault_read_f32, float* y, const float* x, int n) {
  for (int i = threadIdx.x; i < n; i += blockDim.x) y[i] = x[i + 4096];
}
// Writes behind its dynamic shared memory.
KERNEL(fault_shared_f32, float* y, const float* x, int n) {
  DYNAMIC_SHARED(float, row);
  row[threadIdx.x + 1] = x[threadIdx.x];
  __syncthreads();
  y[threadIdx.x] = row[n - threadIdx.x];
}

// Leaves the last element as it was.
KERNEL(fault_short_f32, float* y, const float* x, int n) {
  for (int i = threadIdx.x; i < n - 1; i += blockDim.x) y[i] = x[n - 1 - i];
}

// Only the lower lanes take part in an exchange of all.
KERNEL(fault_lanes_f32, float* y, const float* x, int n) {
  float v = x[threadIdx.x];
  if (threadIdx.x % 32 < 16) v = warp_sum(v);
  __syncthreads();
  if ((int)threadIdx.x < n) y[threadIdx.x] = v;
}

// Reads what is still on its way.
template <bool WAIT>
DEV void through(float* y, const float* x) {
  SHARED uint4 row[64];
  copy16_async(&row[threadIdx.x], x + 4 * threadIdx.x);
  copy_commit();
  if (WAIT) copy_wait<0>();
  __syncthreads();
  store16(y + 4 * threadIdx.x, row[threadIdx.x]);
  if (!WAIT) copy_wait<0>();
}
KERNEL(fault_no_wait_f32, float* y, const float* x, int n) {
  if (n == 4 * (int)blockDim.x) through<false>(y, x);
}
KERNEL(fault_wait_f32, float* y, const float* x, int n) {
  if (n == 4 * (int)blockDim.x) through<true>(y, x);
}
// Ends while copies are on their way.
KERNEL(fault_no_wait_at_all_f32, float* y, const float* x, int n) {
  SHARED uint4 row[64];
  copy16_async(&row[threadIdx.x], x);
  copy_commit();
  if ((int)threadIdx.x < n) y[threadIdx.x] = x[threadIdx.x];
}

// Takes 16 bytes where only 4 are promised.
KERNEL(fault_misaligned_f32, float* y, const float* x, int n) {
  if ((int)threadIdx.x < n / 4) store16(y + 4 * threadIdx.x, load16(x + 4 * threadIdx.x));
}
// The same by a plain load, which a processor forgives; only the sanitizer sees it.
KERNEL(fault_misaligned_pair_f32, float* y, const float* x, int n) {
  if ((int)threadIdx.x < n / 2) ((float2*)y)[threadIdx.x] = ((const float2*)x)[threadIdx.x];
}

// Steps beside an array within a thread.
KERNEL(fault_index_f32, float* y, const float* x, int n) {
  float row[64];
  for (int i = 0; i <= n; i++) row[i] = x[i % n];
  y[threadIdx.x] = row[threadIdx.x];
}

// The wrong lane's part of a product: rows and columns of the second operand are changed.
DEV void product(float* d, const bf16* a, const bf16* b, bool right) {
  SHARED bf16 s[2][256];
  int lane = threadIdx.x;
  copy16_async(&s[0][8 * lane], a + 8 * lane);
  copy16_async(&s[1][8 * lane], b + 8 * lane, lane < 16);
  copy_commit();
  copy_wait<0>();
  __syncthreads();
  unsigned p[4], q[4];
  load_matrix4(p, &s[0][lane % 16 * 16 + lane / 16 * 8]);
  if (right) {
    load_matrix4(q, &s[1][(lane % 8 + lane / 16 * 8) * 16 + lane / 8 % 2 * 8]);
  } else {
    load_matrix4_transposed(q, &s[1][(lane % 8 + lane / 16 * 8) * 16 + lane / 8 % 2 * 8]);
  }
  float c[4] = {0.f, 0.f, 0.f, 0.f};
  mma16816(c, p[0], p[1], p[2], p[3], q[0], q[1]);
  int row = lane / 4, column = lane % 4 * 2;
  d[row * 8 + column] = c[0], d[row * 8 + column + 1] = c[1];
  d[(row + 8) * 8 + column] = c[2], d[(row + 8) * 8 + column + 1] = c[3];
}
KERNEL(fault_fragment_bf16, float* d, const bf16* a, const bf16* b) { product(d, a, b, false); }
KERNEL(fault_no_fragment_bf16, float* d, const bf16* a, const bf16* b) { product(d, a, b, true); }

// D (16, 8) = A (16, 8) B (8, 8) in tf32, each element by the lane that PTX names.
KERNEL(fault_none_tf32, float* d, const float* a, const float* b) {
  int g = threadIdx.x / 4, t = threadIdx.x % 4;
  float c[4] = {0.f, 0.f, 0.f, 0.f};
  mma1688_tf32(c, to_tf32(a[g * 8 + t]), to_tf32(a[(g + 8) * 8 + t]), to_tf32(a[g * 8 + t + 4]), to_tf32(a[(g + 8) * 8 + t + 4]),
               to_tf32(b[t * 8 + g]), to_tf32(b[(t + 4) * 8 + g]));
  d[g * 8 + 2 * t] = c[0], d[g * 8 + 2 * t + 1] = c[1];
  d[(g + 8) * 8 + 2 * t] = c[2], d[(g + 8) * 8 + 2 * t + 1] = c[3];
}

// Adds in the order in which blocks come.
KERNEL(fault_order_f32, float* y, const float* x, int n) {
  if (threadIdx.x == 0) y[0] = y[0] + x[blockIdx.x];
  if ((int)blockIdx.x == n - 1 && threadIdx.x == 0) y[1] = 0.f;
}

// A third extent, of threads and of blocks.
KERNEL_BOUNDS(64, 2, fault_none_3d_f32, float* y, const float* x, int n) {
  int i = (blockIdx.z * gridDim.y + blockIdx.y) * gridDim.x + blockIdx.x;
  int j = (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
  int at = i * blockDim.x * blockDim.y * blockDim.z + j;
  if (at < n) y[at] = x[at];
}
