// Class-weighted cross entropy and dice loss of logits against a map of classes; of logits of the same size as the map, or of
// smaller ones that are enlarged on the way (bilinear, see resize.cu), so that the large logits never exist.
//
//   p = softmax(logits), t = one-hot target; over the pixels of a sample I = sum p t, P = sum p, T = sum t
//   loss = ce sum(w[t] (-log p[t])) / sum w[t] + dice sum over samples and classes of 1 - (2 I + e) / (P + T + e)
//   dLogits = ce / W w[t] (p - t) + p (slope - sum p slope),   slope = outside, or for the target class inside
//   outside = dice (2 I + e) / (P + T + e)^2,   inside = outside - 2 dice / (P + T + e)
//
// Forward, a block takes a chunk of a sample's pixels; with two classes it keeps the sums of both, else it takes one class and
// the logits are read once a class from the cache. Sums are f32 a thread and f64 from the warp on; the second kernel, one
// block, adds the chunks in order. Backward, a thread takes a pixel; of smaller logits it takes a small pixel and gathers the
// gradient of the map's pixels that it touches. Bytes: logits once each way, dLogits once, the target once. FLOPs: about 20 and
// an exponential a pixel and class.
#include "device.cuh"

constexpr int THREADS = 256;
constexpr int MOST_CLASSES = 256;
constexpr double SMOOTHING = 1e-6;
constexpr int SUMS = 3;

struct Loss {
  i64 pixels;  // of a sample of the map
  int samples, classes;
  // Of smaller logits: their size, the map's, and whether corners are aligned; height 0 where they are as large as the map.
  int height, width, outHeight, outWidth, aligned, unused;
  double ce, dice;
  double weights[MOST_CLASSES];
};

DEV int target_at(const unsigned char* target, int bytes, i64 i) {
  switch (bytes) {
    case 1: return target[i];
    case 2: return ((const unsigned short*)target)[i];
    case 4: return (int)((const unsigned*)target)[i];
    default: return (int)((const i64*)target)[i];
  }
}

// The logits of one pixel of a sample of the map.
template <class T>
struct Dense {
  const T* p;
  DEV Dense(const T* logits, const Loss& g, i64 sample, i64 pixel) : p(logits + (sample * g.pixels + pixel) * g.classes) {}
  DEV float operator()(int c) const { return load(p + c); }
};

template <class T>
struct Enlarged {
  const T *a, *b, *c, *d;
  float w0, w1, w2, w3;
  DEV Enlarged(const T* logits, const Loss& g, i64 sample, i64 pixel) {
    const int oy = (int)quotient(pixel, g.outWidth), ox = (int)(pixel - (i64)oy * g.outWidth);
    set(logits, g, sample, source(oy, g.height, g.outHeight, g.aligned), source(ox, g.width, g.outWidth, g.aligned));
  }
  DEV Enlarged(const T* logits, const Loss& g, i64 sample, const Source& v, const Source& h) { set(logits, g, sample, v, h); }
  DEV void set(const T* logits, const Loss& g, i64 sample, const Source& v, const Source& h) {
    const T* top = logits + (sample * g.height + v.low) * g.width * g.classes;
    const T* bottom = logits + (sample * g.height + v.high) * g.width * g.classes;
    a = top + (i64)h.low * g.classes, b = top + (i64)h.high * g.classes;
    c = bottom + (i64)h.low * g.classes, d = bottom + (i64)h.high * g.classes;
    w0 = (1.f - v.fraction) * (1.f - h.fraction), w1 = (1.f - v.fraction) * h.fraction;
    w2 = v.fraction * (1.f - h.fraction), w3 = v.fraction * h.fraction;
  }
  DEV float operator()(int k) const { return w0 * load(a + k) + w1 * load(b + k) + w2 * load(c + k) + w3 * load(d + k); }
};

// max and sum of exponentials
template <class L>
DEV void softmax(const L& logit, int classes, float& most, float& sum) {
  most = -infinity(), sum = 0.f;
  for (int c = 0; c < classes; c++) most = fmaxf(most, logit(c));
  for (int c = 0; c < classes; c++) sum += expf(logit(c) - most);
}

// part: (samples, chunks, 3 classes + 2): I, P, T a class, then the weighted entropy and the weights. K: 2, or 0 for any.
template <int K, class L, class T>
DEV void sums(double* part, const T* logits, const unsigned char* target, int bytes, const Loss& g, int chunks, double* scratch) {
  const int tasks = K == 2 ? 1 : g.classes, mine = (int)(blockIdx.x % tasks);
  const i64 block = blockIdx.x / tasks, sample = block / chunks, chunk = block - sample * chunks;
  const i64 low = g.pixels * chunk / chunks, high = g.pixels * (chunk + 1) / chunks;
  float both = 0.f, probability = 0.f, count = 0.f, entropy = 0.f, weight = 0.f;     // of the class, or of class 0
  float both1 = 0.f, probability1 = 0.f, count1 = 0.f;                               // of class 1, K = 2
  for (i64 i = low + threadIdx.x; i < high; i += THREADS) {
    const L logit(logits, g, sample, i);
    const int t = target_at(target, bytes, sample * g.pixels + i);
    const float w = (float)g.weights[t];
    if constexpr (K == 2) {
      const float d = logit(1) - logit(0), e = expf(-fabsf(d)), large = 1.f / (1.f + e), small = e / (1.f + e);
      const float p1 = d > 0.f ? large : small, p0 = d > 0.f ? small : large;
      // -log p[t] = log(1 + e) if t has the greater logit, else |d| more
      entropy += w * (log1pf(e) + ((d > 0.f) == (t == 1) ? 0.f : fabsf(d)));
      weight += w;
      probability += p0, probability1 += p1;
      if (t == 0) both += p0, count += 1.f;
      if (t == 1) both1 += p1, count1 += 1.f;
    } else {
      float most, sum;
      softmax(logit, g.classes, most, sum);
      const float p = expf(logit(mine) - most) / sum;
      probability += p;
      if (t == mine) both += p, count += 1.f;
      if (mine == 0) entropy += w * (most - logit(t) + logf(sum)), weight += w;
    }
  }
  double* out = part + (sample * chunks + chunk) * (SUMS * g.classes + 2);
  double s[5] = {both, probability, count, entropy, weight};
#pragma unroll
  for (int k = 0; k < 5; k++) s[k] = block_sum(s[k], scratch);
  if (threadIdx.x == 0) {
    out[mine * SUMS] = s[0], out[mine * SUMS + 1] = s[1], out[mine * SUMS + 2] = s[2];
    if (mine == 0) out[SUMS * g.classes] = s[3], out[SUMS * g.classes + 1] = s[4];
  }
  if constexpr (K == 2) {
    double u[3] = {both1, probability1, count1};
#pragma unroll
    for (int k = 0; k < 3; k++) u[k] = block_sum(u[k], scratch);
    if (threadIdx.x == 0) out[SUMS] = u[0], out[SUMS + 1] = u[1], out[SUMS + 2] = u[2];
  }
}

// One block: adds the chunks up, a warp a sample and class, and makes the loss of them.
KERNEL(segmentation_loss_finish, float* loss, float* sums, const double* part, Loss g, int chunks) {
  SHARED double scratch[32];
  const int lane = threadIdx.x % 32, warp = threadIdx.x / 32, warps = blockDim.x / 32, each = SUMS * g.classes + 2;
  double dice = 0, entropy = 0, weight = 0;
  for (i64 e = warp; e < (i64)g.samples * g.classes; e += warps) {
    const i64 sample = e / g.classes;
    const int c = (int)(e - sample * g.classes);
    double i = 0, p = 0, t = 0;
    for (int k = lane; k < chunks; k += 32) {
      const double* from = part + (sample * chunks + k) * each + c * SUMS;
      i += from[0], p += from[1], t += from[2];
    }
    i = warp_sum(i), p = warp_sum(p), t = warp_sum(t);
    if (lane == 0) {
      sums[e * SUMS] = (float)i, sums[e * SUMS + 1] = (float)p, sums[e * SUMS + 2] = (float)t;
      dice += 1 - (2 * i + SMOOTHING) / (p + t + SMOOTHING);
    }
  }
  for (i64 k = threadIdx.x; k < (i64)g.samples * chunks; k += blockDim.x) {
    entropy += part[k * each + each - 2], weight += part[k * each + each - 1];
  }
  dice = block_sum(dice, scratch), entropy = block_sum(entropy, scratch), weight = block_sum(weight, scratch);
  if (threadIdx.x == 0) loss[0] = (float)(g.ce * entropy / weight + g.dice * dice);
}

// Slopes of the dice loss of one sample and the factor of the cross entropy, to shared memory: classes times inside, outside;
// then the factor.
DEV void slopes(float* shared, const float* dLoss, const float* sums, const Loss& g, i64 sample, double* scratch) {
  double weight = 0;
  for (int k = threadIdx.x; k < g.samples * g.classes; k += THREADS) weight += g.weights[k % g.classes] * (double)sums[k * SUMS + 2];
  weight = block_sum(weight, scratch);
  const double dice = (double)dLoss[0] * g.dice;
  for (int c = threadIdx.x; c < g.classes; c += THREADS) {
    const float* s = sums + (sample * g.classes + c) * SUMS;
    const double above = 2 * (double)s[0] + SMOOTHING, below = (double)s[1] + s[2] + SMOOTHING;
    const double outside = dice * above / (below * below);
    shared[2 * c] = (float)(outside - dice * 2 / below), shared[2 * c + 1] = (float)outside;
  }
  if (threadIdx.x == 0) shared[2 * g.classes] = (float)((double)dLoss[0] * g.ce / weight);
  __syncthreads();
}

// sum over the classes of p slope, for a pixel whose softmax is known
template <class L>
DEV float mean_slope(const L& logit, const float* shared, int classes, int t, float most, float sum) {
  float mean = 0.f;
  for (int c = 0; c < classes; c++) mean += expf(logit(c) - most) / sum * shared[2 * c + (c == t ? 0 : 1)];
  return mean;
}

DEV float gradient(float p, int c, int t, float ce, const float* shared, float mean) {
  return ce * (p - (c == t ? 1.f : 0.f)) + p * (shared[2 * c + (c == t ? 0 : 1)] - mean);
}

// A block takes pixels of one sample.
template <class T>
DEV void backward(T* dLogits, const float* dLoss, const float* sums, const T* logits, const unsigned char* target, int bytes,
                  const Loss& g, int blocks, float* shared, double* scratch) {
  const i64 sample = blockIdx.x / blocks;
  slopes(shared, dLoss, sums, g, sample, scratch);
  const i64 step = (i64)blocks * THREADS;
  for (i64 i = (blockIdx.x - sample * blocks) * THREADS + threadIdx.x; i < g.pixels; i += step) {
    const Dense<T> logit(logits, g, sample, i);
    const int t = target_at(target, bytes, sample * g.pixels + i);
    const float ce = shared[2 * g.classes] * (float)g.weights[t];
    float most, sum;
    softmax(logit, g.classes, most, sum);
    const float mean = mean_slope(logit, shared, g.classes, t, most, sum);
    T* out = dLogits + (sample * g.pixels + i) * g.classes;
    for (int c = 0; c < g.classes; c++) store(out + c, gradient(expf(logit(c) - most) / sum, c, t, ce, shared, mean));
  }
}

// Of smaller logits: a thread takes one class of one small pixel, or with two classes both.
template <class T>
DEV void backward_enlarged(T* dLogits, const float* dLoss, const float* sums, const T* logits, const unsigned char* target, int bytes,
                           const Loss& g, int blocks, float* shared, double* scratch) {
  const i64 sample = blockIdx.x / blocks;
  slopes(shared, dLoss, sums, g, sample, scratch);
  const bool two = g.classes == 2;
  const int tasks = two ? 1 : g.classes;
  const i64 n = (i64)g.height * g.width * tasks, step = (i64)blocks * THREADS;
  for (i64 i = (blockIdx.x - sample * blocks) * THREADS + threadIdx.x; i < n; i += step) {
    const i64 cell = quotient(i, tasks);
    const int mine = (int)(i - cell * tasks), iy = (int)quotient(cell, g.width), ix = (int)(cell - (i64)iy * g.width);
    const int top = reaches(iy - 1, g.height, g.outHeight, g.aligned), bottom = reaches(iy + 1, g.height, g.outHeight, g.aligned);
    const int left = reaches(ix - 1, g.width, g.outWidth, g.aligned), right = reaches(ix + 1, g.width, g.outWidth, g.aligned);
    float total = 0.f;
    for (int oy = top; oy < bottom; oy++) {
      const Source v = source(oy, g.height, g.outHeight, g.aligned);
      const float down = weight(v, iy);
      if (down == 0.f) continue;
      for (int ox = left; ox < right; ox++) {
        const Source h = source(ox, g.width, g.outWidth, g.aligned);
        const float share = down * weight(h, ix);
        if (share == 0.f) continue;
        const Enlarged<T> logit(logits, g, sample, v, h);
        const int t = target_at(target, bytes, sample * g.pixels + (i64)oy * g.outWidth + ox);
        const float ce = shared[2 * g.classes] * (float)g.weights[t];
        float most, sum;
        if (two) {
          const float d = logit(1) - logit(0), e = expf(-fabsf(d)), p1 = (d > 0.f ? 1.f : e) / (1.f + e), p0 = (d > 0.f ? e : 1.f) / (1.f + e);
          const float s1 = shared[2 + (t == 1 ? 0 : 1)], s0 = shared[t == 0 ? 0 : 1];
          // slope - mean of class 1 is p0 (s1 - s0); class 0 gets the opposite
          total += share * (ce * (t == 1 ? -p0 : p1) + p1 * p0 * (s1 - s0));
        } else {
          softmax(logit, g.classes, most, sum);
          const float mean = mean_slope(logit, shared, g.classes, t, most, sum);
          total += share * gradient(expf(logit(mine) - most) / sum, mine, t, ce, shared, mean);
        }
      }
    }
    T* out = dLogits + (sample * g.height * g.width + cell) * g.classes;
    if (two) {
      store(out, -total), store(out + 1, total);
    } else {
      store(out + mine, total);
    }
  }
}

#define LOSS(types, T)                                                                                                     \
  KERNEL(segmentation_loss_sums_##types, double* part, const T* logits, const unsigned char* target, int bytes, Loss g,    \
         int chunks) {                                                                                                     \
    SHARED double scratch[32];                                                                                             \
    if (g.classes == 2) {                                                                                                  \
      if (g.height == 0) sums<2, Dense<T>>(part, logits, target, bytes, g, chunks, scratch);                               \
      else sums<2, Enlarged<T>>(part, logits, target, bytes, g, chunks, scratch);                                          \
    } else {                                                                                                               \
      if (g.height == 0) sums<0, Dense<T>>(part, logits, target, bytes, g, chunks, scratch);                               \
      else sums<0, Enlarged<T>>(part, logits, target, bytes, g, chunks, scratch);                                          \
    }                                                                                                                      \
  }                                                                                                                        \
  KERNEL(segmentation_loss_backward_##types, T* dLogits, const float* dLoss, const float* sums, const T* logits,           \
         const unsigned char* target, int bytes, Loss g, int blocks) {                                                     \
    SHARED float shared[2 * MOST_CLASSES + 1];                                                                             \
    SHARED double scratch[32];                                                                                             \
    if (g.height == 0) backward(dLogits, dLoss, sums, logits, target, bytes, g, blocks, shared, scratch);                  \
    else backward_enlarged(dLogits, dLoss, sums, logits, target, bytes, g, blocks, shared, scratch);                       \
  }
LOSS(f32, float)
LOSS(bf16, bf16)
