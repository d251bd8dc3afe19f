// Rows of a table by number.
//
//   forward    y[r] = table[ids[r]]
//   backward   dTable[ids[r]] += dy[r], except for the id of padding
//
// Ids are integers of 1 to 8 bytes, not negative. Forward, a thread takes one element. The backward pass has no atomics: of
// the rows with the same id the first owns it; its block looks for the others among the ids, 256 at a time, and adds their
// gradients to the table in the order of the rows. Bytes: forward one read and one write; backward dy once, two passes over
// the owned rows of dTable, and the ids once a block from the cache. FLOPs: 1 an element.
#include "device.cuh"

constexpr int THREADS = 256;

DEV i64 id_at(const void* ids, int bytes, i64 r) {
  switch (bytes) {
    case 1: return ((const unsigned char*)ids)[r];
    case 2: return ((const unsigned short*)ids)[r];
    case 4: return ((const unsigned*)ids)[r];
    default: return ((const i64*)ids)[r];
  }
}

template <class T, class P>
DEV void forward(T* y, const P* table, const unsigned char* ids, int bytes, i64 rows, int columns) {
  const i64 n = rows * columns;
  for (i64 i = grid_thread(); i < n; i += grid_threads()) {
    const i64 r = quotient(i, columns);
    store(y + i, load(table + id_at(ids, bytes, r) * columns + (i - r * columns)));
  }
}

// A block: one row, 256 columns. same: whether each of 256 rows has the id.
template <class P, class T>
DEV void backward(P* dTable, const T* dy, const unsigned char* ids, int bytes, i64 padding, i64 rows, int columns,
                  unsigned char* same, float* scratch) {
  const int tiles = (columns + THREADS - 1) / THREADS;
  const i64 r = blockIdx.x / tiles, id = id_at(ids, bytes, r);
  const int c = (int)(blockIdx.x - r * tiles) * THREADS + threadIdx.x;
  if (id == padding) return;
  float earlier = 0.f;
  for (i64 k = threadIdx.x; k < r && earlier == 0.f; k += THREADS) earlier = id_at(ids, bytes, k) == id ? 1.f : 0.f;
  if (block_max(earlier, scratch) > 0.f) return;
  float sum = c < columns ? load(dTable + id * columns + c) : 0.f;
  for (i64 from = r; from < rows; from += THREADS) {
    const i64 k = from + threadIdx.x;
    same[threadIdx.x] = k < rows && id_at(ids, bytes, k) == id;
    __syncthreads();
    for (int j = 0; j < THREADS; j += 8) {
      u64 eight = *(const u64*)(same + j);
      for (int e = j; eight != 0; e++, eight >>= 8) {
        if ((eight & 1) && c < columns) sum += load(dy + (from + e) * columns + c);
      }
    }
    __syncthreads();
  }
  if (c < columns) store(dTable + id * columns + c, sum);
}

// The table's type is the second, which is the parameters'.
#define EMBEDDING(types, T, P)                                                                                    \
  KERNEL(embedding_forward_##types, T* y, const P* table, const unsigned char* ids, int bytes, i64 rows, int columns) { \
    forward(y, table, ids, bytes, rows, columns);                                                                 \
  }                                                                                                               \
  KERNEL(embedding_backward_##types, P* dTable, const T* dy, const unsigned char* ids, int bytes, i64 padding, i64 rows, \
         int columns) {                                                                                           \
    SHARED u64 same[THREADS / 8];                                                                                 \
    SHARED float scratch[32];                                                                                     \
    backward(dTable, dy, ids, bytes, padding, rows, columns, (unsigned char*)same, scratch);                       \
  }
EMBEDDING(f32, float, float)
EMBEDDING(bf16, bf16, bf16)
EMBEDDING(bf16_f32, bf16, float)
