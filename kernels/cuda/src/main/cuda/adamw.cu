// One step of Adam with decoupled weight decay on any number of tensors, in one launch.
//
//   m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
//   p = p - lr wd p - rate m / (sqrt(v) rootScale + eps)     rate = lr / (1 - b1^t), rootScale = 1 / sqrt(1 - b2^t)
//
// Where the gradients' common norm is too large, g is the gradient times most / norm, rounded as if gradient_clipping.cu had
// scaled it in memory.
//
// Two tables in device memory, made once for a list of tensors: a slot a tensor, and chunks of the tensors. A first small
// launch counts the step of each slot and works its numbers out in f64; then a block takes a chunk. m, v and the arithmetic
// are f32; the learning rate and the counts of steps are read from device memory, so that a recorded step can be run again.
// An f32 parameter that products of bf16 read is written in bf16 too, so that they need not round it.
// Bytes: four reads and three writes of each element (28 in f32, 30 with the rounded copy). FLOPs: about 15 an element.
#include "device.cuh"

constexpr int THREADS = 256;

struct Slot {
  void* parameter;
  bf16* rounded;  // the parameter in bf16 too, or null
  float* first;
  float* second;
  const void* gradient;
  i64* steps;
  double decay;
};
struct Chunk {
  i64 slot, from, count;
};
// What a slot's elements share in this step.
struct Step {
  float decay, rate, rootScale, clip;
};

KERNEL(adamw_steps, Step* steps, const Slot* slots, const double* learningRate, const double* norm, double most,
       double beta1, double beta2, int n) {
  // As gradient_clipping_scale has it.
  const float clip = norm != nullptr && norm[0] > most ? (float)(most / norm[0]) : 1.f;
  for (int i = (int)grid_thread(); i < n; i += (int)grid_threads()) {
    const i64 t = slots[i].steps[0] + 1;
    slots[i].steps[0] = t;
    const double lr = learningRate[0];
    steps[i].decay = (float)-(lr * slots[i].decay);
    steps[i].rate = (float)-(lr / (1 - pow(beta1, (double)t)));
    steps[i].clip = clip;
    steps[i].rootScale = (float)(1 / sqrt(1 - pow(beta2, (double)t)));
  }
}

// Numbers that all tensors share, rounded once.
struct Coefficients {
  float beta1, beta2, new1, new2, eps;
};

// x as a T in memory holds it.
template <class T>
DEV float as_stored(float x) {
  T t;
  store(&t, x);
  return load(&t);
}

template <int N, class P, class G>
DEV void elements(P* p, bf16* r, float* m, float* v, const G* g, const Step& s, const Coefficients& k, i64 from, i64 n) {
  for (i64 i = from + threadIdx.x * N; i < n; i += THREADS * N) {
    float x[N], a[N], b[N], d[N];
    load_n(p + i, x), load_n(m + i, a), load_n(v + i, b), load_n(g + i, d);
#pragma unroll
    for (int e = 0; e < N; e++) {
      d[e] = as_stored<G>(d[e] * s.clip);
      a[e] = k.beta1 * a[e] + k.new1 * d[e];
      b[e] = k.beta2 * b[e] + k.new2 * d[e] * d[e];
      // Both changes are small beside the element: added up first, so that it is rounded once.
      x[e] += x[e] * s.decay + s.rate * a[e] / (sqrtf(b[e]) * s.rootScale + k.eps);
    }
    store_n(p + i, x), store_n(m + i, a), store_n(v + i, b);
    if (r != nullptr) store_n(r + i, x);
  }
}

template <class P, class G>
DEV void step(const Chunk* chunks, const Slot* slots, const Step* steps, const Coefficients& k) {
  constexpr int N = WIDE<bf16>;
  const Chunk c = chunks[blockIdx.x];
  const Slot& slot = slots[c.slot];
  const Step s = steps[c.slot];
  P* p = (P*)slot.parameter + c.from;
  const G* g = (const G*)slot.gradient + c.from;
  float *m = slot.first + c.from, *v = slot.second + c.from;
  bf16* r = slot.rounded == nullptr ? nullptr : slot.rounded + c.from;
  const bool aligned = aligned16(r) && aligned16(p) && aligned16(g) && aligned16(m) && aligned16(v);
  const i64 whole = aligned ? c.count - c.count % N : 0;
  elements<N>(p, r, m, v, g, s, k, 0, whole);
  elements<1>(p, r, m, v, g, s, k, whole, c.count);
}

// Types: of the gradients, and of the parameters.
#define ADAMW(types, P, G)                                                                            \
  KERNEL(adamw_step_##types, const Chunk* chunks, const Slot* slots, const Step* steps, float beta1, float beta2, \
         float new1, float new2, float eps) {                                                         \
    step<P, G>(chunks, slots, steps, Coefficients{beta1, beta2, new1, new2, eps});                    \
  }
ADAMW(f32, float, float)
ADAMW(bf16, bf16, bf16)
ADAMW(bf16_f32, float, bf16)
