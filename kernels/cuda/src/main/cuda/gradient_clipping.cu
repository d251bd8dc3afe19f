// The common Euclidean norm of all gradients, and their scaling by it.
//
//   norm    sqrt(sum of the squares of all elements), in f64
//   scale   gradient *= most / norm where norm is greater
//
// A table in device memory cuts the gradients into chunks; a block takes a chunk. Squares are f32 products added up in f64 by
// each thread, then over the block; a single block adds the chunks up in order. Nothing comes back to the host: the norm that
// scale reads stands in device memory. Bytes: norm one read of each element; scale one read and one write, or nothing where
// the norm is small. FLOPs: 2 and 1 an element.
#include "device.cuh"

constexpr int THREADS = 256;

// Some elements of one gradient.
struct Chunk {
  void* gradient;
  i64 count;
};

template <class T>
DEV void squares(double* part, const Chunk* table, double* scratch) {
  const T* g = (const T*)table[blockIdx.x].gradient;
  const i64 n = table[blockIdx.x].count, whole = aligned16(g) ? n - n % WIDE<T> : 0;
  double sum = 0;
  for (i64 i = threadIdx.x * WIDE<T>; i < whole; i += THREADS * WIDE<T>) {
    float f[WIDE<T>];
    load_n(g + i, f);
    double s = 0;
#pragma unroll
    for (int e = 0; e < WIDE<T>; e++) s += (double)f[e] * f[e];
    sum += s;
  }
  for (i64 i = whole + threadIdx.x; i < n; i += THREADS) {
    double v = load(g + i);
    sum += v * v;
  }
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) part[blockIdx.x] = sum;
}

KERNEL(gradient_clipping_squares_f32, double* part, const Chunk* table) {
  SHARED double scratch[32];
  squares<float>(part, table, scratch);
}
KERNEL(gradient_clipping_squares_bf16, double* part, const Chunk* table) {
  SHARED double scratch[32];
  squares<bf16>(part, table, scratch);
}

// One block.
KERNEL(gradient_clipping_norm, double* norm, const double* part, i64 parts) {
  SHARED double scratch[32];
  double sum = 0;
  for (i64 i = threadIdx.x; i < parts; i += blockDim.x) sum += part[i];
  sum = block_sum(sum, scratch);
  if (threadIdx.x == 0) norm[0] = sqrt(sum);
}

template <class T>
DEV void scale(const Chunk* table, const double* norm, double most) {
  const double is = norm[0];
  if (!(is > most)) return;
  const float factor = (float)(most / is);
  T* g = (T*)table[blockIdx.x].gradient;
  const i64 n = table[blockIdx.x].count, whole = aligned16(g) ? n - n % WIDE<T> : 0;
  for (i64 i = threadIdx.x * WIDE<T>; i < whole; i += THREADS * WIDE<T>) {
    float f[WIDE<T>];
    load_n(g + i, f);
#pragma unroll
    for (int e = 0; e < WIDE<T>; e++) f[e] *= factor;
    store_n(g + i, f);
  }
  for (i64 i = whole + threadIdx.x; i < n; i += THREADS) store(g + i, load(g + i) * factor);
}

KERNEL(gradient_clipping_scale_f32, const Chunk* table, const double* norm, double most) { scale<float>(table, norm, most); }
KERNEL(gradient_clipping_scale_bf16, const Chunk* table, const double* norm, double most) { scale<bf16>(table, norm, most); }
