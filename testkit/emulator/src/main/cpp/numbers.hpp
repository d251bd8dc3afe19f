// Elements of f32 and bf16 in memory, as the pretended libraries of products and of convolutions read and write them.
#pragma once
#include <stdint.h>
#include <string.h>

static inline float widen(const void* p, bool f32, int64_t i) {
  if (f32) return ((const float*)p)[i];
  uint32_t u = (uint32_t)((const uint16_t*)p)[i] << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}
static inline void put(void* p, bool f32, int64_t i, float v) {
  if (f32) {
    ((float*)p)[i] = v;
    return;
  }
  uint32_t u;
  memcpy(&u, &v, 4);
  ((uint16_t*)p)[i] = v != v ? 0x7fff : (uint16_t)((u + 0x7fff + (u >> 16 & 1)) >> 16);
}
