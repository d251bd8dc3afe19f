// The words that kernels are written in, and the only header they include: nothing of NVIDIA's is needed, so NVRTC takes a
// kernel file as it is, and a C++ compiler takes the same file for the emulator of the tests.
//
// A kernel is declared by KERNEL(name, parameters...), or KERNEL_BOUNDS(threads, blocks, name, parameters...) where its
// registers must leave room for that many blocks of that many threads on a multiprocessor. Its dynamic shared memory is
// DYNAMIC_SHARED(T, pointer), its static shared memory SHARED T name[N]. Elements are read by load(pointer) and written by
// store(pointer, float), which round where T is bf16; sums are f32 whatever T is.
#pragma once

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)

#define DEV __device__ __forceinline__
#define KERNEL(name, ...) extern "C" __global__ void name(__VA_ARGS__)
#define KERNEL_BOUNDS(threads, blocks, name, ...) \
  extern "C" __global__ void __launch_bounds__(threads, blocks) name(__VA_ARGS__)
#define SHARED __shared__
#define DYNAMIC_SHARED(T, p)                                      \
  extern __shared__ __align__(128) unsigned char dynamic_shared_[]; \
  T* p = reinterpret_cast<T*>(dynamic_shared_)

typedef long long i64;
typedef unsigned long long u64;

struct bf16 {
  unsigned short u;
};

DEV unsigned shared_address(const void* p) { return (unsigned)__cvta_generic_to_shared(p); }
DEV float bits_to_float(unsigned u) { return __uint_as_float(u); }
DEV unsigned float_to_bits(float f) { return __float_as_uint(f); }

// Two floats as bf16, the first in the lower half.
DEV unsigned pack2(float lo, float hi) {
  unsigned r;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(r) : "f"(hi), "f"(lo));
  return r;
}

// 16 bytes at an address that is a multiple of 16.
DEV uint4 load16(const void* p) { return *(const uint4*)p; }
DEV void store16(void* p, uint4 v) { *(uint4*)p = v; }

// Copies of 16 bytes from global to shared memory that run on while the thread goes on; a group is what was begun between
// two commits, and copy_wait<N> returns when at most the last N groups are not done.
DEV void copy16_async(void* shared, const void* global) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(shared)), "l"(global));
}
// The same, or 16 zero bytes if not ok (global is not read then).
DEV void copy16_async(void* shared, const void* global, bool ok) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(shared_address(shared)), "l"(global), "r"(ok ? 16 : 0));
}
DEV void copy_commit() { asm volatile("cp.async.commit_group;"); }
template <int N>
DEV void copy_wait() {
  asm volatile("cp.async.wait_group %0;" ::"n"(N) : "memory");
}

// Four 8x8 matrices of bf16 out of shared memory in the order of mma's fragments; lane i gives the address of row i % 8 of
// matrix i / 8.
DEV void load_matrix4(unsigned (&r)[4], const void* p) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(p)));
}
DEV void load_matrix4_transposed(unsigned (&r)[4], const void* p) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
               : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
               : "r"(shared_address(p)));
}
// D += A B with A (16, 16) and B (16, 8) of bf16 and D (16, 8) of f32, spread over the warp as PTX defines it.
DEV void mma16816(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// D += A B with A (16, 8) and B (8, 8) of tf32 (f32 bits whose lower 13 bits are not looked at) and D (16, 8) of f32.
DEV void mma1688_tf32(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// The bits of a float rounded to tf32.
DEV unsigned to_tf32(float f) {
  unsigned r;
  asm("cvt.rna.tf32.f32 %0, %1;" : "=r"(r) : "f"(f));
  return r;
}

// 2^x and log2(x) of the special function unit: 2 units in the last place, fine for softmax.
DEV float fast_exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
DEV float fast_log2(float x) {
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

// Exchanges over all 32 lanes of a warp.
template <class T>
DEV T shuffle_xor(T v, int mask) {
  return __shfl_xor_sync(0xffffffffu, v, mask);
}
template <class T>
DEV T shuffle(T v, int lane) {
  return __shfl_sync(0xffffffffu, v, lane);
}
DEV bool warp_any(bool p) { return __any_sync(0xffffffffu, p); }
DEV void warp_barrier() { __syncwarp(); }

// What follows from x is computed again where it is needed, instead of kept in registers from before.
DEV void opaque(int& x) { asm volatile("" : "+r"(x)); }

// What this thread wrote is seen by others on the device before what it writes next.
DEV void device_fence() { __threadfence(); }
// Adds 1 to a counter in global memory and gives what stood there.
DEV unsigned ticket(unsigned* p) { return atomicAdd(p, 1u); }

#else
#include "emulator.hpp"
#endif

DEV float lower_half(unsigned two) { return bits_to_float(two << 16); }
DEV float upper_half(unsigned two) { return bits_to_float(two & 0xffff0000u); }

DEV float load(const float* p) { return *p; }
DEV float load(const bf16* p) { return bits_to_float((unsigned)p->u << 16); }
DEV void store(float* p, float v) { *p = v; }
DEV void store(bf16* p, float v) { p->u = (unsigned short)pack2(v, 0.f); }

// Eight elements at an address that is a multiple of 16 (bf16) or 32 bytes as two loads (f32).
DEV void load8(const bf16* p, float (&f)[8]) {
  uint4 v = load16(p);
  f[0] = lower_half(v.x), f[1] = upper_half(v.x), f[2] = lower_half(v.y), f[3] = upper_half(v.y);
  f[4] = lower_half(v.z), f[5] = upper_half(v.z), f[6] = lower_half(v.w), f[7] = upper_half(v.w);
}
DEV void store8(bf16* p, const float (&f)[8]) {
  uint4 v;
  v.x = pack2(f[0], f[1]), v.y = pack2(f[2], f[3]), v.z = pack2(f[4], f[5]), v.w = pack2(f[6], f[7]);
  store16(p, v);
}
DEV void load8(const float* p, float (&f)[8]) {
  uint4 v = load16(p), w = load16(p + 4);
  f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
  f[4] = bits_to_float(w.x), f[5] = bits_to_float(w.y), f[6] = bits_to_float(w.z), f[7] = bits_to_float(w.w);
}
DEV void store8(float* p, const float (&f)[8]) {
  uint4 v, w;
  v.x = float_to_bits(f[0]), v.y = float_to_bits(f[1]), v.z = float_to_bits(f[2]), v.w = float_to_bits(f[3]);
  w.x = float_to_bits(f[4]), w.y = float_to_bits(f[5]), w.z = float_to_bits(f[6]), w.w = float_to_bits(f[7]);
  store16(p, v), store16(p + 4, w);
}

// Sum, maximum over the lanes of a warp; every lane gets it, always in the same order.
DEV float warp_sum(float v) {
  for (int m = 16; m > 0; m >>= 1) v += shuffle_xor(v, m);
  return v;
}
DEV double warp_sum(double v) {
  for (int m = 16; m > 0; m >>= 1) v += shuffle_xor(v, m);
  return v;
}
DEV float warp_max(float v) {
  for (int m = 16; m > 0; m >>= 1) v = fmaxf(v, shuffle_xor(v, m));
  return v;
}

// ---- for kernels that read and write each element about once

DEV float infinity() { return bits_to_float(0x7f800000u); }
DEV bool aligned16(const void* p) { return ((u64)p & 15) == 0; }

// a / b for a not negative; in 32 bits where that is enough, for 64 take five times as long.
DEV i64 quotient(i64 a, int b) { return a >> 31 ? a / b : (i64)((unsigned)a / (unsigned)b); }

// Elements in 16 bytes.
template <class T>
constexpr int WIDE = 16 / (int)sizeof(T);

// N elements: one, or some that fill multiples of 16 bytes, at an address that is a multiple of 16.
template <int N, class T>
DEV void load_n(const T* p, float (&f)[N]) {
  static_assert(N == 1 || N * sizeof(T) % 16 == 0, "a whole number of 16 bytes");
  if constexpr (N == 1) {
    f[0] = load(p);
  } else if constexpr (N == 8) {
    load8(p, f);
  } else {
    uint4 v = load16(p);
    f[0] = bits_to_float(v.x), f[1] = bits_to_float(v.y), f[2] = bits_to_float(v.z), f[3] = bits_to_float(v.w);
  }
}
template <int N, class T>
DEV void store_n(T* p, const float (&f)[N]) {
  static_assert(N == 1 || N * sizeof(T) % 16 == 0, "a whole number of 16 bytes");
  if constexpr (N == 1) {
    store(p, f[0]);
  } else if constexpr (N == 8) {
    store8(p, f);
  } else {
    uint4 v;
    v.x = float_to_bits(f[0]), v.y = float_to_bits(f[1]), v.z = float_to_bits(f[2]), v.w = float_to_bits(f[3]);
    store16(p, v);
  }
}

// This thread's number in the whole grid, and how many threads the grid has.
DEV i64 grid_thread() { return blockIdx.x * (i64)blockDim.x + threadIdx.x; }
DEV i64 grid_threads() { return gridDim.x * (i64)blockDim.x; }

// Sum, maximum over all threads of a block of whole warps; every thread gets it, always in the same order. scratch: 32
// elements of shared memory.
template <class F>
DEV F block_sum(F v, F* scratch) {
  v = warp_sum(v);
  __syncthreads();
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = v;
  __syncthreads();
  v = scratch[0];
  for (unsigned w = 1; w < blockDim.x / 32; w++) v += scratch[w];
  return v;
}
DEV float block_max(float v, float* scratch) {
  v = warp_max(v);
  __syncthreads();
  if (threadIdx.x % 32 == 0) scratch[threadIdx.x / 32] = v;
  __syncthreads();
  v = scratch[0];
  for (unsigned w = 1; w < blockDim.x / 32; w++) v = fmaxf(v, scratch[w]);
  return v;
}

// The same over a team: one thread, LANES lanes of a warp that lie together, or (0) the block. All of a warp must call it.
template <int LANES>
DEV float team_sum(float v, float* scratch) {
  if constexpr (LANES == 0) {
    return block_sum(v, scratch);
  } else {
    for (int m = LANES / 2; m > 0; m >>= 1) v += shuffle_xor(v, m);
    return v;
  }
}
template <int LANES>
DEV float team_max(float v, float* scratch) {
  if constexpr (LANES == 0) {
    return block_max(v, scratch);
  } else {
    for (int m = LANES / 2; m > 0; m >>= 1) v = fmaxf(v, shuffle_xor(v, m));
    return v;
  }
}

// The distribution of the standard normal at x, and exp(-x^2 / 2) beside it. Below 0 it is exp(-x^2 / 2) times a polynomial in
// 1 / (1 + p |x|), fitted to 1e-7 of the value, so that no digits are lost however far down; above 0 it is 1 less that.
DEV float normal_distribution(float x, float& bell) {
  const float t = 1.f / (1.f + 0.305f * fabsf(x));
  bell = fast_exp2(-0.72134752f * x * x);
  float p = 0.036701076f;
  p = p * t - 0.152995900f, p = p * t + 0.185729604f, p = p * t - 0.037988063f, p = p * t + 0.121027348f;
  p = p * t + 0.103419244f, p = p * t + 0.122467059f, p = p * t + 0.121639718f;
  p *= t * bell;
  return x < 0.f ? p : 1.f - p;
}

// ---- bilinear sources (resize.cu and segmentation_loss.cu)

// Between which two cells an output cell lies, and how far it is from the first.
struct Source {
  int low, high;
  float fraction;
};

DEV Source source(int i, int in, int out, int aligned) {
  i64 above, below;
  if (aligned) {
    above = out == 1 ? 0 : (i64)i * (in - 1), below = out == 1 ? 1 : out - 1;
  } else {
    above = (2LL * i + 1) * in - out, below = 2LL * out;
    if (above < 0) above = 0;
  }
  i64 cell = above >> 31 || below >> 31 ? above / below : (i64)((unsigned)above / (unsigned)below);
  Source s;
  s.low = cell < in - 1 ? (int)cell : in - 1;
  s.high = s.low + 1 < in ? s.low + 1 : in - 1;
  s.fraction = (float)(above - (i64)s.low * below) / (float)below;
  return s;
}

// The first output cell whose source is not before cell k; out if there is none.
DEV int reaches(i64 k, int in, int out, int aligned) {
  if (k <= 0) return 0;
  if (k > in - 1) return out;
  i64 i;
  if (aligned) {
    i = in == 1 || out == 1 ? out : (k * (out - 1) + in - 2) / (in - 1);
  } else {
    i64 above = (2 * k + 1) * out - in;
    i = above <= 0 ? 0 : (above + 2LL * in - 1) / (2LL * in);
  }
  return i < out ? (int)i : out;
}

DEV float weight(const Source& s, int cell) { return (s.low == cell ? 1.f - s.fraction : 0.f) + (s.high == cell ? s.fraction : 0.f); }
