// Words of compute capability 9.0 only: four warps, a group, multiply out of shared memory while they go on.
//
// An operand is a step as products.cuh lays it out, at a multiple of 1024 bytes: dense along k, rows of 128 bytes; dense along
// rows, blocks of 64 rows, a line of 128 bytes for each of 64 k's. The unit finds piece j of line i at j ^ (i % 8) as the copies
// put it, because it exchanges bits 4 to 6 of each address with bits 7 to 9.
#pragma once
#include "products.cuh"

constexpr int GROUP_BLOCK_BYTES = 64 * 128;

#if defined(__CUDACC__) || defined(__CUDACC_RTC__)

// What this thread's copies wrote is seen by multiplications that are begun behind the next barrier.
DEV void async_fence() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }
// The sums are ready to be multiplied into; the multiplications so far are one batch; all but the last N batches are done.
DEV void group_begin() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
DEV void group_commit() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
template <int N>
DEV void group_wait() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(N) : "memory");
}

// Along k eight rows are 1024 bytes; along rows eight k's are, and the next 64 rows come after a block.
template <bool ALONG_K>
DEV u64 group_operand_(const void* p) {
  u64 apart = ALONG_K ? 1 : GROUP_BLOCK_BYTES >> 4;
  return (u64)((shared_address(p) & 0x3ffff) >> 4) | apart << 16 | 64ull << 32 | 1ull << 62;
}
template <bool A_ALONG_K, bool B_ALONG_K>
DEV void group_mma_(float (&d)[32], u64 a, u64 b, int add) {
  asm volatile(
      "{\n.reg .pred p;\nsetp.ne.b32 p, %34, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n64k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, "
      "%23, %24, %25, %26, %27, %28, %29, %30, %31"
      "}, %32, %33, p, 1, 1, %35, %36;\n}\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]),
        "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]),
        "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]),
        "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31])
      : "l"(a), "l"(b), "r"(add), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}
template <bool A_ALONG_K, bool B_ALONG_K>
DEV void group_mma_(float (&d)[64], u64 a, u64 b, int add) {
  asm volatile(
      "{\n.reg .pred p;\nsetp.ne.b32 p, %66, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n128k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, "
      "%23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, "
      "%44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
      "}, %64, %65, p, 1, 1, %67, %68;\n}\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]),
        "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]),
        "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]),
        "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]),
        "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]),
        "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),
        "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]), "+f"(d[56]),
        "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63])
      : "l"(a), "l"(b), "r"(add), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}
template <bool A_ALONG_K, bool B_ALONG_K>
DEV void group_mma_(float (&d)[128], u64 a, u64 b, int add) {
  asm volatile(
      "{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, "
      "%23, %24, %25, %26, %27, %28, %29, %30, %31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, "
      "%44, %45, %46, %47, %48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, %64, "
      "%65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, %80, %81, %82, %83, %84, %85, "
      "%86, %87, %88, %89, %90, %91, %92, %93, %94, %95, %96, %97, %98, %99, %100, %101, %102, %103, %104, %105, "
      "%106, %107, %108, %109, %110, %111, %112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, "
      "%124, %125, %126, %127"
      "}, %128, %129, p, 1, 1, %131, %132;\n}\n"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7]), "+f"(d[8]),
        "+f"(d[9]), "+f"(d[10]), "+f"(d[11]), "+f"(d[12]), "+f"(d[13]), "+f"(d[14]), "+f"(d[15]), "+f"(d[16]),
        "+f"(d[17]), "+f"(d[18]), "+f"(d[19]), "+f"(d[20]), "+f"(d[21]), "+f"(d[22]), "+f"(d[23]), "+f"(d[24]),
        "+f"(d[25]), "+f"(d[26]), "+f"(d[27]), "+f"(d[28]), "+f"(d[29]), "+f"(d[30]), "+f"(d[31]), "+f"(d[32]),
        "+f"(d[33]), "+f"(d[34]), "+f"(d[35]), "+f"(d[36]), "+f"(d[37]), "+f"(d[38]), "+f"(d[39]), "+f"(d[40]),
        "+f"(d[41]), "+f"(d[42]), "+f"(d[43]), "+f"(d[44]), "+f"(d[45]), "+f"(d[46]), "+f"(d[47]), "+f"(d[48]),
        "+f"(d[49]), "+f"(d[50]), "+f"(d[51]), "+f"(d[52]), "+f"(d[53]), "+f"(d[54]), "+f"(d[55]), "+f"(d[56]),
        "+f"(d[57]), "+f"(d[58]), "+f"(d[59]), "+f"(d[60]), "+f"(d[61]), "+f"(d[62]), "+f"(d[63]), "+f"(d[64]),
        "+f"(d[65]), "+f"(d[66]), "+f"(d[67]), "+f"(d[68]), "+f"(d[69]), "+f"(d[70]), "+f"(d[71]), "+f"(d[72]),
        "+f"(d[73]), "+f"(d[74]), "+f"(d[75]), "+f"(d[76]), "+f"(d[77]), "+f"(d[78]), "+f"(d[79]), "+f"(d[80]),
        "+f"(d[81]), "+f"(d[82]), "+f"(d[83]), "+f"(d[84]), "+f"(d[85]), "+f"(d[86]), "+f"(d[87]), "+f"(d[88]),
        "+f"(d[89]), "+f"(d[90]), "+f"(d[91]), "+f"(d[92]), "+f"(d[93]), "+f"(d[94]), "+f"(d[95]), "+f"(d[96]),
        "+f"(d[97]), "+f"(d[98]), "+f"(d[99]), "+f"(d[100]), "+f"(d[101]), "+f"(d[102]), "+f"(d[103]),
        "+f"(d[104]), "+f"(d[105]), "+f"(d[106]), "+f"(d[107]), "+f"(d[108]), "+f"(d[109]), "+f"(d[110]),
        "+f"(d[111]), "+f"(d[112]), "+f"(d[113]), "+f"(d[114]), "+f"(d[115]), "+f"(d[116]), "+f"(d[117]),
        "+f"(d[118]), "+f"(d[119]), "+f"(d[120]), "+f"(d[121]), "+f"(d[122]), "+f"(d[123]), "+f"(d[124]),
        "+f"(d[125]), "+f"(d[126]), "+f"(d[127])
      : "l"(a), "l"(b), "r"(add), "n"(A_ALONG_K ? 0 : 1), "n"(B_ALONG_K ? 0 : 1));
}

// d (64, N) += or = a (64, 16) b (16, N), of bf16, spread over the group's threads: register 4 j + e of a lane is of row
// 16 warp + lane / 4 + 8 (e / 2) and column 8 j + 2 (lane % 4) + e % 2.
template <bool A_ALONG_K, bool B_ALONG_K, int HALF>
DEV void group_mma(float (&d)[HALF], const void* a, const void* b, bool add) {
  group_mma_<A_ALONG_K, B_ALONG_K>(d, group_operand_<A_ALONG_K>(a), group_operand_<B_ALONG_K>(b), add);
}

#else

DEV void async_fence() {}
DEV void group_begin() {}
DEV void group_commit() {}
template <int N>
DEV void group_wait() {}

template <bool ALONG_K>
DEV float group_element_(const void* p, int row, int k) {
  size_t at = (size_t)p;
  at += ALONG_K ? row * 128 + k * 2 : row / 64 * GROUP_BLOCK_BYTES + k * 128 + row % 64 * 2;
  return load((const bf16*)(at ^ (at >> 3 & 0x70)));
}

template <bool A_ALONG_K, bool B_ALONG_K, int HALF>
DEV void group_mma(float (&d)[HALF], const void* a, const void* b, bool add) {
  int lane = threadIdx.x & 31, warp = threadIdx.x >> 5 & 3;
  for (int q = 0; q < HALF; q++) {
    int row = 16 * warp + lane / 4 + q % 4 / 2 * 8, column = q / 4 * 8 + lane % 4 * 2 + q % 2;
    double sum = 0;
    for (int k = 0; k < 16; k++) {
      sum += (double)group_element_<A_ALONG_K>(a, row, k) * group_element_<B_ALONG_K>(b, column, k);
    }
    d[q] = (add ? d[q] : 0.f) + (float)sum;
  }
}

#endif

// Each group of four warps has 64 rows of the tile and all BN columns, in BN / 2 registers a thread.
template <int BM, int BN, bool A_ALONG_K, bool B_ALONG_K>
struct Groups {
  float sum[BN / 2];
  int group;

  DEV void open() {
    group = threadIdx.x >> 7;
#pragma unroll
    for (int i = 0; i < BN / 2; i++) sum[i] = 0.f;
  }
  // Begins one step, four multiplications of 16 k's: 32 bytes of a row, or 16 lines.
  DEV void begin(const unsigned char* a, const unsigned char* b) {
    a += group * GROUP_BLOCK_BYTES;
    group_begin();
#pragma unroll
    for (int deep = 0; deep < 4; deep++) {
      group_mma<A_ALONG_K, B_ALONG_K>(
          sum, a + deep * (A_ALONG_K ? 32 : 2048), b + deep * (B_ALONG_K ? 32 : 2048), true);
    }
    group_commit();
  }
  DEV void put(float* tile, int pitch) const {
    int lane = threadIdx.x & 31, row = (threadIdx.x >> 5) * 16 + (lane >> 2), column = (lane & 3) * 2;
#pragma unroll
    for (int j = 0; j < BN / 8; j++) {
      float* p = tile + row * pitch + column + j * 8;
      *(float2*)p = float2{sum[4 * j], sum[4 * j + 1]};
      *(float2*)(p + 8 * pitch) = float2{sum[4 * j + 2], sum[4 * j + 3]};
    }
  }
};

// One tile of one split, as `product` of products.cuh: but a step is multiplied while the next one is begun, so copies go into
// the step that was multiplied before the last, and STAGES - 2 steps are under way. With three stages there is no room for
// that: a step is waited for before the next, and another block of the multiprocessor fills the gap.
template <int BM, int BN, int STAGES, class A, class B, class S>
DEV void product_in_groups(
    A& a, B& b, const Product& p, const Result& r, const S& maps, int m0, int n0, int k0, int k1) {
  constexpr int BYTES = A::BYTES + B::BYTES, DEEP = Element<bf16>::STEP, BEHIND = STAGES > 3 ? 1 : 0, AHEAD = STAGES - 1 - BEHIND;
  DYNAMIC_SHARED(unsigned char, raw);
  unsigned char* memory = raw + ((0u - shared_address(raw)) & 1023u);
  Groups<BM, BN, A::ALONG_K, B::ALONG_K> m;
  m.open();
  int steps = (k1 - k0 + DEEP - 1) / DEEP;
#pragma unroll
  for (int s = 0; s < AHEAD; s++) {
    if (s < steps) {
      a.load(memory + s * BYTES, k0 + s * DEEP, maps);
      b.load(memory + s * BYTES + A::BYTES, k0 + s * DEEP, maps);
    }
    copy_commit();
  }
  for (int s = 0; s < steps; s++) {
    copy_wait<AHEAD - 1>();
    if (BEHIND == 0) group_wait<0>();
    async_fence();
    __syncthreads();
    const unsigned char* from = memory + s % STAGES * BYTES;
    m.begin(from, from + A::BYTES);
    if (BEHIND == 1) group_wait<1>();
    int next = s + AHEAD;
    if (next < steps) {
      unsigned char* to = memory + next % STAGES * BYTES;
      a.load(to, k0 + next * DEEP, maps);
      b.load(to + A::BYTES, k0 + next * DEEP, maps);
    }
    copy_commit();
  }
  group_wait<0>();
  copy_wait<0>();
  __syncthreads();
  finish_tile<BM, BN, BM * 2>(m, (float*)memory, p, r, m0, n0);
}

template <int BM, int BN, int STAGES>
struct ByGroups {
  static constexpr int ROWS = BM, COLUMNS = BN;
  template <class A, class B, class S>
  static DEV void run(A& a, B& b, const Product& p, const Result& r, const S& maps, const Part& at) {
    product_in_groups<BM, BN, STAGES>(a, b, p, r, maps, at.m0, at.n0, at.k0, at.k1);
  }
};
