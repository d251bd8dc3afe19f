// Random masks of dropout.
//
//   y[i] = 0 where word i of the draw is below the threshold, else scale
//
// Word i is word i % 4 of Philox 4x32-10 with the seed as key and (i / 4, draw) as counter (dev.swath.kernels.Philox, whose
// bits these are). A thread makes four elements. Bytes: one write of each element. FLOPs: none; about 25 integer instructions
// an element.
#include "device.cuh"

DEV void philox(u64 seed, u64 draw, u64 block, unsigned (&word)[4]) {
  unsigned c0 = (unsigned)block, c1 = (unsigned)(block >> 32), c2 = (unsigned)draw, c3 = (unsigned)(draw >> 32);
  unsigned k0 = (unsigned)seed, k1 = (unsigned)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    u64 p0 = (u64)0xD2511F53u * c0, p1 = (u64)0xCD9E8D57u * c2;
    c0 = (unsigned)(p1 >> 32) ^ c1 ^ k0, c1 = (unsigned)p1;
    c2 = (unsigned)(p0 >> 32) ^ c3 ^ k1, c3 = (unsigned)p0;
    k0 += 0x9E3779B9u, k1 += 0xBB67AE85u;
  }
  word[0] = c0, word[1] = c1, word[2] = c2, word[3] = c3;
}

// state: the seed, and the number of the pass's first draw.
template <class T>
DEV void mask(T* y, const i64* state, i64 draw, i64 threshold, float scale, i64 n) {
  const u64 seed = (u64)state[0], number = (u64)(state[1] + draw);
  for (i64 i = grid_thread() * 4; i < n; i += grid_threads() * 4) {
    unsigned word[4];
    philox(seed, number, (u64)i / 4, word);
#pragma unroll
    for (int e = 0; e < 4; e++) {
      if (i + e < n) store(y + i + e, (i64)word[e] < threshold ? 0.f : scale);
    }
  }
}

KERNEL(dropout_mask_f32, float* y, const i64* state, i64 draw, i64 threshold, float scale, i64 n) {
  mask(y, state, draw, threshold, scale, n);
}
KERNEL(dropout_mask_bf16, bf16* y, const i64* state, i64 draw, i64 threshold, float scale, i64 n) {
  mask(y, state, draw, threshold, scale, n);
}
