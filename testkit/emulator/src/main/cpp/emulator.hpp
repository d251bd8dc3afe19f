// The words of device.cuh for a C++ compiler: a kernel file is run on the CPU, one fibre a CUDA thread, bit for bit the same source.
//
// A kernel file is compiled as
//
//   #define EMULATED_UNIT softmax
//   #include "emulator.hpp"
//   namespace {
//   #include "softmax.cu"
//   }
//
// (so that the files of one library cannot clash) and linked with emulator.cpp; build.sh does it. KERNEL registers the kernel by its name; it
// is then run by emulator::run(name, grid, block, bytes, arguments...), which gives false and leaves the reason in
// emulator::error(). What is looked at while it runs:
//
//   barriers   meet at one line for the whole block; warp operations at one line for the whole warp; a deadlock is reported
//   memory     shared memory is 0xFF (NaN) before each block; dynamic shared memory has guard bytes; a wild address ends the
//              launch and not the process
//   copies     an asynchronous copy makes its destination 0xFF at once, and arrives at the wait only
//   fragments  mma and ldmatrix take every register from the lane that PTX names
//   schedules  emulator::schedule(0) threads and blocks in order, 1 in reverse, others at random by that seed
#pragma once

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <string>
#include <vector>

#ifndef EMULATED_UNIT
#define EMULATED_UNIT kernels
#endif

#define EMULATED_PASTE_(a, b) a##b
#define EMULATED_PASTE(a, b) EMULATED_PASTE_(a, b)

// Where build.sh puts the static shared memory of this file; absent if it has none.
extern unsigned char EMULATED_PASTE(__start_shared_, EMULATED_UNIT)[] __attribute__((weak, visibility("hidden")));
extern unsigned char EMULATED_PASTE(__stop_shared_, EMULATED_UNIT)[] __attribute__((weak, visibility("hidden")));

typedef long long i64;
typedef unsigned long long u64;

struct bf16 {
  unsigned short u;
};
struct uint3 {
  unsigned x, y, z;
};
struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(8) float2 {
  float x, y;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};

namespace emulator {

// Errors as the driver numbers them.
constexpr int INVALID_VALUE = 1, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700, MISALIGNED = 716, LAUNCH_FAILED = 719;

struct Thread {
  uint3 index;
  unsigned lane;
};

extern Thread* current;
extern uint3 block_index;
extern dim3 grid_extent, block_extent;
extern unsigned char* dynamic_memory;

// Ends the launch with this error; to be called by a kernel only.
[[noreturn]] void fail(int code, const char* format, ...) __attribute__((format(printf, 2, 3)));

void block_barrier(int line);
void warp_barrier(int line);
typedef const unsigned char (*Table)[32];
// Publishes n bytes, waits for the warp, and gives what all lanes published; good until this lane's next exchange.
Table exchange(const char* operation, const void* value, size_t n, int line);
void copy_async(void* shared, const void* global, bool ok);
void copy_commit();
void copy_wait(int groups);
void load_matrix(unsigned (&r)[4], const void* p, bool transposed, int line);
void mma_bf16(float (&d)[4], const unsigned (&ab)[6], int line);
void mma_tf32(float (&d)[4], const unsigned (&ab)[6], int line);
unsigned shared_offset(const void* p);

inline void require_aligned(const void* p, size_t n) {
  if ((uintptr_t)p % n) fail(MISALIGNED, "address %p is no multiple of %zu", p, n);
}

// ---- registration and launches

template <class T>
struct Name {
  static std::string text() { return "{" + std::to_string(sizeof(T)) + "}"; }
};
#define EMULATED_NAME(T, s) \
  template <>               \
  struct Name<T> {          \
    static std::string text() { return s; } \
  };
EMULATED_NAME(void, "")
EMULATED_NAME(float, "f32")
EMULATED_NAME(double, "f64")
EMULATED_NAME(bf16, "bf16")
EMULATED_NAME(bool, "bool")
EMULATED_NAME(char, "i8")
EMULATED_NAME(signed char, "i8")
EMULATED_NAME(unsigned char, "u8")
EMULATED_NAME(short, "i16")
EMULATED_NAME(unsigned short, "u16")
EMULATED_NAME(int, "i32")
EMULATED_NAME(unsigned, "u32")
EMULATED_NAME(long, "i64")
EMULATED_NAME(unsigned long, "u64")
EMULATED_NAME(long long, "i64")
EMULATED_NAME(unsigned long long, "u64")
#undef EMULATED_NAME
template <class T>
struct Name<const T> : Name<T> {};
template <class T>
struct Name<T*> {
  static std::string text() { return "*" + Name<T>::text(); }
};

// The types of arguments, "*f32,*bf16,i32,{72}"; *u16 stands for anything of that width.
template <class... A>
std::string signature() {
  std::string s;
  ((s += (s.empty() ? "" : ",") + Name<A>::text()), ...);
  return s;
}

struct Kernel {
  std::string file, name, signature;
  int most_threads;
  std::vector<size_t> sizes, offsets;  // of each argument in the argument block
  std::vector<bool> pointers;
  size_t bytes;  // of the argument block
  unsigned char *shared, *shared_end;
  void (*function)();
  void (*invoke)(void (*)(), const unsigned char* block, const size_t* offsets);
};

void add(Kernel k);
// The kernel of that name in a file (softmax for softmax.cu), or in any where the file is null; null if there is none.
const Kernel* find(const char* file, const char* name);
// All kernels, a line each: file, name and signature.
std::string list();
// 0, or an error where no device could launch it so; error() then says more.
int refuse(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic);
// Runs a kernel whose arguments lie one after another as the offsets say; gives 0 or an error, and error() then says more.
int launch(const Kernel& kernel, dim3 grid, dim3 block, size_t dynamic, const unsigned char* arguments);
const std::string& error();
void schedule(unsigned seed);
// What is known of an address that a kernel may not touch; the driver sets it.
extern std::string (*describe)(const void* address);

template <class T>
struct IsPointer {
  static constexpr bool value = false;
};
template <class T>
struct IsPointer<T*> {
  static constexpr bool value = true;
};

template <class... A, size_t... I>
void call(void (*f)(), const unsigned char* block, const size_t* offsets, std::index_sequence<I...>) {
  ((void (*)(A...))f)(*(const A*)(block + offsets[I])...);
}
template <class... A>
void invoke(void (*f)(), const unsigned char* block, const size_t* offsets) {
  call<A...>(f, block, offsets, std::index_sequence_for<A...>());
}

struct Registration {
  template <class... A>
  Registration(const char* file, const char* name, int most_threads, unsigned char* shared, unsigned char* shared_end, void (*f)(A...)) {
    Kernel k;
    std::string path = file;
    path = path.substr(path.find_last_of('/') + 1);
    k.file = path.substr(0, path.find_last_of('.')), k.name = name, k.signature = signature<A...>(), k.most_threads = most_threads;
    k.bytes = 0;
    auto argument = [&k](size_t size, size_t alignment, bool pointer) {
      size_t at = (k.bytes + alignment - 1) / alignment * alignment;
      k.sizes.push_back(size), k.offsets.push_back(at), k.pointers.push_back(pointer), k.bytes = at + size;
    };
    (argument(sizeof(A), alignof(A), IsPointer<A>::value), ...);
    k.shared = shared, k.shared_end = shared_end, k.function = (void (*)())f, k.invoke = &invoke<A...>;
    add(k);
  }
};

int launch_named(const char* name, dim3 grid, dim3 block, size_t dynamic, const std::string& signature, void** arguments);

// Runs a kernel by its name with arguments of exactly its types, const aside.
template <class... A>
bool run(const char* name, dim3 grid, dim3 block, size_t dynamic, A... arguments) {
  void* p[sizeof...(A) + 1] = {(void*)&arguments...};
  return launch_named(name, grid, block, dynamic, signature<A...>(), p) == 0;
}

}  // namespace emulator

#define DEV inline
#define KERNEL(name, ...) KERNEL_BOUNDS(1024, 1, name, __VA_ARGS__)
#define KERNEL_BOUNDS(threads, blocks, name, ...)                                                       \
  static void name(__VA_ARGS__);                                                                        \
  static const emulator::Registration registration_of_##name(__FILE__, #name, threads,                  \
                                                             EMULATED_PASTE(__start_shared_, EMULATED_UNIT), \
                                                             EMULATED_PASTE(__stop_shared_, EMULATED_UNIT), name); \
  static void name(__VA_ARGS__)
// build.sh gathers what is static within functions in one section for each file: device code has nothing else that is.
#define SHARED static
#define DYNAMIC_SHARED(T, p) T* p = reinterpret_cast<T*>(emulator::dynamic_memory)

#define threadIdx (emulator::current->index)
#define blockIdx (emulator::block_index)
#define blockDim (emulator::block_extent)
#define gridDim (emulator::grid_extent)
#define __syncthreads() emulator::block_barrier(__LINE__)

inline unsigned shared_address(const void* p) { return emulator::shared_offset(p); }
inline float bits_to_float(unsigned u) {
  float f;
  memcpy(&f, &u, 4);
  return f;
}
inline unsigned float_to_bits(float f) {
  unsigned u;
  memcpy(&u, &f, 4);
  return u;
}

namespace emulator {
// The nearest bf16, ties to even; every NaN becomes 0x7fff as cvt.rn has it.
inline unsigned round_bf16(float f) {
  unsigned u = float_to_bits(f);
  if ((u & 0x7fffffffu) > 0x7f800000u) return 0x7fffu;
  return (u + 0x7fffu + ((u >> 16) & 1u)) >> 16;
}
}  // namespace emulator

inline unsigned pack2(float lo, float hi) { return emulator::round_bf16(lo) | emulator::round_bf16(hi) << 16; }
// The nearest tf32, ties away from zero.
inline unsigned to_tf32(float f) {
  unsigned u = float_to_bits(f);
  if ((u & 0x7f800000u) == 0x7f800000u) return u;
  return (u + 0x1000u) & 0xffffe000u;
}

inline uint4 load16(const void* p) {
  emulator::require_aligned(p, 16);
  return *(const uint4*)p;
}
inline void store16(void* p, uint4 v) {
  emulator::require_aligned(p, 16);
  *(uint4*)p = v;
}

inline void copy16_async(void* shared, const void* global) { emulator::copy_async(shared, global, true); }
inline void copy16_async(void* shared, const void* global, bool ok) { emulator::copy_async(shared, global, ok); }
inline void copy_commit() { emulator::copy_commit(); }
template <int N>
inline void copy_wait() {
  emulator::copy_wait(N);
}

inline void load_matrix4(unsigned (&r)[4], const void* p, int line = __builtin_LINE()) { emulator::load_matrix(r, p, false, line); }
inline void load_matrix4_transposed(unsigned (&r)[4], const void* p, int line = __builtin_LINE()) {
  emulator::load_matrix(r, p, true, line);
}
inline void mma16816(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1,
                     int line = __builtin_LINE()) {
  emulator::mma_bf16(d, {a0, a1, a2, a3, b0, b1}, line);
}
inline void mma1688_tf32(float (&d)[4], unsigned a0, unsigned a1, unsigned a2, unsigned a3, unsigned b0, unsigned b1,
                         int line = __builtin_LINE()) {
  emulator::mma_tf32(d, {a0, a1, a2, a3, b0, b1}, line);
}

inline float fast_exp2(float x) { return exp2f(x); }
inline float fast_log2(float x) { return log2f(x); }

template <class T>
inline T shuffle_xor(T v, int mask, int line = __builtin_LINE()) {
  emulator::Table all = emulator::exchange("shuffle_xor", &v, sizeof v, line);
  memcpy(&v, all[(emulator::current->lane ^ (unsigned)mask) % 32], sizeof v);
  return v;
}
template <class T>
inline T shuffle(T v, int lane, int line = __builtin_LINE()) {
  emulator::Table all = emulator::exchange("shuffle", &v, sizeof v, line);
  memcpy(&v, all[(unsigned)lane % 32], sizeof v);
  return v;
}
inline bool warp_any(bool p, int line = __builtin_LINE()) {
  emulator::Table all = emulator::exchange("warp_any", &p, sizeof p, line);
  bool any = false;
  for (int i = 0; i < 32; i++) any |= all[i][0] == 1;
  return any;
}
inline void warp_barrier(int line = __builtin_LINE()) { emulator::warp_barrier(line); }

inline void opaque(int&) {}
inline void device_fence() {}
inline unsigned ticket(unsigned* p) { return (*p)++; }

inline int min(int a, int b) { return a < b ? a : b; }
inline int max(int a, int b) { return a > b ? a : b; }
inline unsigned min(unsigned a, unsigned b) { return a < b ? a : b; }
inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }
inline i64 min(i64 a, i64 b) { return a < b ? a : b; }
inline i64 max(i64 a, i64 b) { return a > b ? a : b; }
inline float min(float a, float b) { return fminf(a, b); }
inline float max(float a, float b) { return fmaxf(a, b); }
inline double min(double a, double b) { return fmin(a, b); }
inline double max(double a, double b) { return fmax(a, b); }
