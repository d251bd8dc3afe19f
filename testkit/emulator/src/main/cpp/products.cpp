// The pretended cuBLASLt: products by loops, in the order of the stream. It knows what Swath asks of the library: bf16 and f32,
// transposed or not, a bias along the rows of the result, ReLU, GELU by tanh, and beta.
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "numbers.hpp"

#define API extern "C" __attribute__((visibility("default"))) int

extern "C" int cuLaunchHostFunc(void* stream, void (*f)(void*), void* data);

enum { SUCCESS = 0, INVALID_VALUE = 7, NOT_SUPPORTED = 15, EXECUTION_FAILED = 13 };
enum { F32 = 0, BF16 = 14, COMPUTE_F32 = 68, COMPUTE_TF32 = 77 };

struct Product {
  int compute = COMPUTE_F32, transposed_a = 0, transposed_b = 0, epilogue = 1, bias_type = -1;
  const void* bias = nullptr;
};
struct Layout {
  int type;
  uint64_t rows, columns;
  int64_t ld;
};
struct Preference {
  uint64_t workspace = 0;
  uint32_t alignment[4] = {256, 256, 256, 256};
};
struct Algorithm {
  uint64_t data[8];
};
struct Heuristic {
  Algorithm algorithm;
  size_t workspace;
  int state;
  float waves;
  int reserved[4];
};

static constexpr uint64_t SIGN = 0x5357415448ull;

API cublasLtCreate(void** out) {
  *out = new int(1);
  return SUCCESS;
}
API cublasLtDestroy(void* handle) {
  delete (int*)handle;
  return SUCCESS;
}
extern "C" __attribute__((visibility("default"))) size_t cublasLtGetVersion() { return 130000; }
extern "C" __attribute__((visibility("default"))) const char* cublasLtGetStatusString(int status) {
  return status == SUCCESS         ? "success"
         : status == INVALID_VALUE ? "invalid value"
         : status == NOT_SUPPORTED ? "not supported"
                                   : "execution failed";
}
API cublasLtMatmulDescCreate(Product** out, int compute, int scale) {
  if (scale != F32 || (compute != COMPUTE_F32 && compute != COMPUTE_TF32)) return INVALID_VALUE;
  *out = new Product();
  (*out)->compute = compute;
  return SUCCESS;
}
API cublasLtMatmulDescDestroy(Product* p) {
  delete p;
  return SUCCESS;
}
API cublasLtMatmulDescSetAttribute(Product* p, int attribute, const void* value, size_t bytes) {
  void* to = attribute == 3    ? (void*)&p->transposed_a
             : attribute == 4  ? (void*)&p->transposed_b
             : attribute == 7  ? (void*)&p->epilogue
             : attribute == 8  ? (void*)&p->bias
             : attribute == 26 ? (void*)&p->bias_type
                               : nullptr;
  if (!to || bytes != (attribute == 8 ? 8 : 4)) return INVALID_VALUE;
  memcpy(to, value, bytes);
  return SUCCESS;
}
API cublasLtMatrixLayoutCreate(Layout** out, int type, uint64_t rows, uint64_t columns, int64_t ld) {
  if ((type != F32 && type != BF16) || ld < (int64_t)rows) return INVALID_VALUE;
  *out = new Layout{type, rows, columns, ld};
  return SUCCESS;
}
API cublasLtMatrixLayoutDestroy(Layout* l) {
  delete l;
  return SUCCESS;
}
API cublasLtMatmulPreferenceCreate(Preference** out) {
  *out = new Preference();
  return SUCCESS;
}
API cublasLtMatmulPreferenceDestroy(Preference* p) {
  delete p;
  return SUCCESS;
}
API cublasLtMatmulPreferenceSetAttribute(Preference* p, int attribute, const void* value, size_t bytes) {
  if (attribute == 1 && bytes == 8) {
    memcpy(&p->workspace, value, 8);
  } else if (attribute >= 5 && attribute <= 8 && bytes == 4) {
    memcpy(&p->alignment[attribute - 5], value, 4);
  } else {
    return INVALID_VALUE;
  }
  return SUCCESS;
}

// Whether the shapes fit each other, as far as the library looks.
static bool fits(const Product* p, const Layout* a, const Layout* b, const Layout* c) {
  uint64_t m = p->transposed_a ? a->columns : a->rows, k = p->transposed_a ? a->rows : a->columns;
  uint64_t n = p->transposed_b ? b->rows : b->columns, k2 = p->transposed_b ? b->columns : b->rows;
  return m == c->rows && n == c->columns && k == k2 && k > 0 && m > 0 && n > 0 && a->type == b->type &&
         (a->type == BF16 || c->type == F32);
}

// Two algorithms, of which the second wants a workspace.
API cublasLtMatmulAlgoGetHeuristic(void*, Product* p, Layout* a, Layout* b, Layout* c, Layout* d, Preference* preference, int wanted,
                                   Heuristic* out, int* found) {
  *found = 0;
  if (!fits(p, a, b, c) || c->type != d->type) return NOT_SUPPORTED;
  for (int i = 0; i < std::min(wanted, 2); i++) {
    if (i == 1 && preference->workspace < 4096) break;
    out[i] = Heuristic{};
    out[i].algorithm.data[0] = SIGN;
    out[i].algorithm.data[1] = preference->alignment[0];
    out[i].algorithm.data[2] = i;
    out[i].workspace = i * 4096;
    *found = i + 1;
  }
  return SUCCESS;
}

static float tf32(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  u = (u + 0x1000) & 0xffffe000u;
  memcpy(&f, &u, 4);
  return f;
}

struct Work {
  Product p;
  Layout la, lb, lc;
  float alpha, beta;
  const void *a, *b, *c;
  void *d, *workspace;
  size_t workspace_bytes;
};

// Never freed: a recorded one is run again whenever the recording is.
static void compute(void* data) {
  const Work& w = *(const Work*)data;
  uint64_t m = w.lc.rows, n = w.lc.columns, k = w.p.transposed_a ? w.la.rows : w.la.columns;
  if (w.workspace) memset(w.workspace, 0xFF, w.workspace_bytes);
  bool rounds = w.p.compute == COMPUTE_TF32 && w.la.type == F32;
  for (uint64_t j = 0; j < n; j++)
    for (uint64_t i = 0; i < m; i++) {
      float sum = 0;
      for (uint64_t l = 0; l < k; l++) {
        float x = widen(w.a, w.la.type == F32, w.p.transposed_a ? l + i * w.la.ld : i + l * w.la.ld);
        float y = widen(w.b, w.lb.type == F32, w.p.transposed_b ? j + l * w.lb.ld : l + j * w.lb.ld);
        sum += rounds ? tf32(x) * tf32(y) : x * y;
      }
      int64_t at = i + j * w.lc.ld;
      float v = w.alpha * sum;
      if (w.beta != 0) v += w.beta * widen(w.c, w.lc.type == F32, at);
      if (w.p.epilogue & 4) v += widen(w.p.bias, (w.p.bias_type < 0 ? w.lc.type : w.p.bias_type) == F32, i);
      if (w.p.epilogue & 2) v = v > 0 ? v : 0;
      if (w.p.epilogue & 32) v = 0.5f * v * (1 + std::tanh(0.7978845608f * (v + 0.044715f * v * v * v)));
      put(w.d, w.lc.type == F32, at, v);
    }
}

static bool aligned(const void* p, uint64_t n) { return (uintptr_t)p % n == 0; }

API cublasLtMatmul(void*, Product* p, const float* alpha, const void* a, Layout* la, const void* b, Layout* lb, const float* beta,
                   const void* c, Layout* lc, void* d, Layout* ld, const Algorithm* algorithm, void* workspace, size_t bytes,
                   void* stream) {
  if (!fits(p, la, lb, lc) || lc->type != ld->type || algorithm->data[0] != SIGN) return NOT_SUPPORTED;
  if (p->epilogue & ~39 || (p->epilogue & 4 && !p->bias)) return NOT_SUPPORTED;
  uint64_t alignment = algorithm->data[1];
  if (!aligned(a, alignment) || !aligned(b, alignment) || !aligned(d, alignment) || (*beta != 0 && !aligned(c, alignment))) {
    return INVALID_VALUE;
  }
  if (algorithm->data[2] == 1 && (bytes < 4096 || !workspace)) return INVALID_VALUE;
  auto* w = new Work{*p, *la, *lb, *lc, *alpha, *beta, a, b, c, d, workspace, bytes};
  return cuLaunchHostFunc(stream, compute, w) == 0 ? SUCCESS : EXECUTION_FAILED;
}
