// Runs kernels: fibres, their order, what they exchange, and the launches. See emulator.hpp.
//
// A block's threads are fibres on one stack each; a scheduler stays with one warp until all its lanes wait at the barrier of
// the block or have left. When no fibre can go on, either all that are left wait at the same barrier, and it opens, or the
// launch ends with a report of who waits where. Blocks run one after another.
#include "emulator.hpp"

#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include <map>
#include <utility>

#include "fibre.hpp"

namespace emulator {

constexpr unsigned MOST_THREADS = 1024, LANES = 32;
constexpr size_t STACK = 128 << 10, GUARD = 4096, DYNAMIC_MOST = 232 << 10, DYNAMIC_GUARD = 4096;

enum State { READY, AT_WARP, AT_BLOCK, LEFT };

struct Copy {
  void* to;
  const void* from;
  bool ok;
  unsigned char data[16];
  int group;
};

struct Fibre : Thread {
  Context context;
  unsigned char* stack;  // its lowest usable byte
  State state;
  int line;  // of the barrier or warp operation it waits at
  unsigned parity, warp;
  int group;  // of asynchronous copies
  std::vector<Copy> copies;
};

struct Warp {
  unsigned lanes, arrived, left;  // as masks
  const char* operation;
  int line;
  unsigned char slot[2][LANES][32];
};

Thread* current;
uint3 block_index;
dim3 grid_extent, block_extent;
unsigned char* dynamic_memory;
std::string (*describe)(const void*);

static Fibre fibres[MOST_THREADS];
static Warp warps[MOST_THREADS / LANES];
static unsigned threads, stacks;
static Context scheduler;
static const Kernel* kernel;
static const unsigned char* arguments;
static size_t dynamic_bytes;
static int failed;
static unsigned seed;
static u64 chance;
static bool running;

// Never taken down: other libraries may still be at work when the process ends.
static std::multimap<std::string, Kernel>& kernels() {
  static auto* all = new std::multimap<std::string, Kernel>;
  return *all;
}
static std::string& message() {
  static auto* text = new std::string;
  return *text;
}

void add(Kernel k) { kernels().emplace(k.name, k); }

const Kernel* find(const char* file, const char* name) {
  auto range = kernels().equal_range(name);
  for (auto i = range.first; i != range.second; ++i) {
    if (!file || i->second.file == file) return &i->second;
  }
  return nullptr;
}

std::string list() {
  std::string s;
  for (auto& k : kernels()) s += k.second.file + " " + k.first + " " + k.second.signature + "\n";
  return s;
}

const std::string& error() { return message(); }
void schedule(unsigned s) { seed = s; }

static Fibre& me() { return *static_cast<Fibre*>(current); }

static void report(int code, const std::string& what) {
  if (failed) return;
  failed = code;
  char where[200];
  snprintf(where, sizeof where, "%s: block (%u, %u, %u)", kernel->name.c_str(), block_index.x, block_index.y, block_index.z);
  message() = where;
  if (current) {
    snprintf(where, sizeof where, ", thread (%u, %u, %u)", current->index.x, current->index.y, current->index.z);
    message() += where;
  }
  message() += ": " + what;
}

void fail(int code, const char* format, ...) {
  char text[400];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  report(code, text);
  change(me().context, scheduler);
  abort();  // nobody comes back to a launch that failed
}

// ---- a wild address

static struct sigaction before[3];
static pthread_t worker;

static void on_signal(int number, siginfo_t* info, void* context) {
  if (running && current && pthread_equal(pthread_self(), worker)) {
    if (number == SIGFPE) fail(LAUNCH_FAILED, "an integer was divided by zero");
    const unsigned char* at = (const unsigned char*)info->si_addr;
    if (at >= me().stack - GUARD && at < me().stack) fail(LAUNCH_FAILED, "its stack of %zu bytes is used up", STACK);
    fail(ILLEGAL_ADDRESS, "touches address %p, %s", (const void*)at, describe ? describe(at).c_str() : "which is no memory");
  }
  struct sigaction& old = before[number == SIGSEGV ? 0 : number == SIGBUS ? 1 : 2];
  if (old.sa_flags & SA_SIGINFO) {
    old.sa_sigaction(number, info, context);
  } else if (old.sa_handler != SIG_DFL && old.sa_handler != SIG_IGN) {
    old.sa_handler(number);
  } else {
    sigaction(number, &old, nullptr);
  }
}

struct Signals {
  stack_t stack, old_stack;
  Signals() {
    static char* memory = (char*)malloc(64 << 10);
    stack.ss_sp = memory, stack.ss_size = 64 << 10, stack.ss_flags = 0;
    sigaltstack(&stack, &old_stack);
    worker = pthread_self();
    struct sigaction action = {};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;
    sigaction(SIGSEGV, &action, &before[0]), sigaction(SIGBUS, &action, &before[1]), sigaction(SIGFPE, &action, &before[2]);
  }
  ~Signals() {
    sigaction(SIGSEGV, &before[0], nullptr), sigaction(SIGBUS, &before[1], nullptr), sigaction(SIGFPE, &before[2], nullptr);
    sigaltstack(&old_stack, nullptr);
  }
};

// ---- barriers

static void wait(State state, int line) {
  Fibre& f = me();
  f.state = state, f.line = line;
  change(f.context, scheduler);
}

void block_barrier(int line) { wait(AT_BLOCK, line); }

static void open(Warp& w) {
  unsigned first = (unsigned)(&w - warps) * LANES;
  for (unsigned i = 0; i < LANES; i++) {
    if (w.arrived >> i & 1) fibres[first + i].state = READY;
  }
  w.arrived = 0;
}

static void meet(const char* operation, int line, bool all) {
  Warp& w = warps[me().warp];
  if (all && w.left) fail(LAUNCH_FAILED, "%s (line %d) while lanes of its warp have left (mask %08x)", operation, line, w.left);
  if (w.arrived == 0) {
    w.operation = operation, w.line = line;
  } else if (w.line != line || strcmp(w.operation, operation) != 0) {
    fail(LAUNCH_FAILED, "warp diverged: %s (line %d) meets %s (line %d)", operation, line, w.operation, w.line);
  }
  w.arrived |= 1u << me().lane;
  if (w.arrived == (w.lanes & ~w.left)) {
    open(w);
  } else {
    wait(AT_WARP, line);
  }
}

void warp_barrier(int line) { meet("warp_barrier", line, false); }

Table exchange(const char* operation, const void* value, size_t n, int line) {
  Fibre& f = me();
  Warp& w = warps[f.warp];
  f.parity ^= 1;
  auto* table = w.slot[f.parity];
  memcpy(table[f.lane], value, n);
  meet(operation, line, true);
  return table;
}

// ---- asynchronous copies

static bool is_shared(const void* p, size_t n) {
  const unsigned char* at = (const unsigned char*)p;
  return (at >= dynamic_memory && at + n <= dynamic_memory + dynamic_bytes) || (at >= kernel->shared && at + n <= kernel->shared_end);
}

unsigned shared_offset(const void* p) {
  if (!is_shared(p, 1)) fail(ILLEGAL_ADDRESS, "address %p is not in shared memory", p);
  return (unsigned)((const unsigned char*)p - dynamic_memory);
}

void copy_async(void* shared, const void* global, bool ok) {
  require_aligned(shared, 16), require_aligned(global, 16);
  if (!is_shared(shared, 16)) fail(ILLEGAL_ADDRESS, "asynchronous copy to %p, which is not in shared memory", shared);
  if (ok && is_shared(global, 1)) fail(ILLEGAL_ADDRESS, "asynchronous copy from shared memory");
  Copy c = {shared, global, ok, {}, me().group};
  if (ok) memcpy(c.data, global, 16);
  memset(shared, 0xFF, 16);
  me().copies.push_back(c);
}

void copy_commit() { me().group++; }

void copy_wait(int groups) {
  Fibre& f = me();
  size_t kept = 0;
  for (size_t i = 0; i < f.copies.size(); i++) {
    Copy& c = f.copies[i];
    if (c.group >= f.group - groups) {
      f.copies[kept++] = c;
      continue;
    }
    // The source may be read at any time between the two; schedules differ in when.
    if (c.ok && seed & 1) memcpy(c.data, c.from, 16);
    memcpy(c.to, c.data, 16);
  }
  f.copies.resize(kept);
}

// ---- fragments

static void whole_warp(const char* operation) {
  if (warps[me().warp].lanes != 0xffffffffu) fail(LAUNCH_FAILED, "%s in a warp of fewer than 32 threads", operation);
}

void load_matrix(unsigned (&r)[4], const void* p, bool transposed, int line) {
  whole_warp("ldmatrix");
  require_aligned(p, 16);
  if (!is_shared(p, 16)) fail(ILLEGAL_ADDRESS, "ldmatrix from %p, which is not in shared memory", p);
  Table all = exchange(transposed ? "ldmatrix.trans" : "ldmatrix", &p, sizeof p, line);
  unsigned lane = current->lane;
  for (unsigned m = 0; m < 4; m++) {
    unsigned short e[2];
    for (unsigned i = 0; i < 2; i++) {
      unsigned row = transposed ? 2 * (lane % 4) + i : lane / 4, column = transposed ? lane / 4 : 2 * (lane % 4) + i;
      const unsigned short* from;
      memcpy(&from, all[8 * m + row], sizeof from);
      e[i] = from[column];
    }
    r[m] = e[0] | (unsigned)e[1] << 16;
  }
}

static float low(unsigned two) { return bits_to_float(two << 16); }
static float high(unsigned two) { return bits_to_float(two & 0xffff0000u); }

// Row g of A lies in lanes 4 g to 4 g + 3: registers 0 and 2 for row g, 1 and 3 for row g + 8, the latter of each for the
// second half of k. Column g of B lies in the same lanes: registers 4 and 5. D has columns 2 t and 2 t + 1 of rows g, g + 8.
void mma_bf16(float (&d)[4], const unsigned (&ab)[6], int line) {
  whole_warp("mma");
  Table all = exchange("mma", ab, sizeof ab, line);
  unsigned g = current->lane / 4, t = current->lane % 4;
  double sum[4] = {};
  for (unsigned j = 0; j < 4; j++) {
    const unsigned* a = (const unsigned*)all[4 * g + j];
    for (unsigned c = 0; c < 2; c++) {
      const unsigned* b = (const unsigned*)all[4 * (2 * t + c) + j];
      for (unsigned h = 0; h < 2; h++) {
        double b0 = low(b[4 + h]), b1 = high(b[4 + h]);
        sum[c] += low(a[2 * h]) * b0 + high(a[2 * h]) * b1;
        sum[2 + c] += low(a[2 * h + 1]) * b0 + high(a[2 * h + 1]) * b1;
      }
    }
  }
  for (int i = 0; i < 4; i++) d[i] += (float)sum[i];
}

// As above with one element a register: A has k = t and t + 4, B too.
void mma_tf32(float (&d)[4], const unsigned (&ab)[6], int line) {
  whole_warp("mma tf32");
  Table all = exchange("mma tf32", ab, sizeof ab, line);
  auto value = [](unsigned u) { return (double)bits_to_float(u & 0xffffe000u); };
  unsigned g = current->lane / 4, t = current->lane % 4;
  double sum[4] = {};
  for (unsigned j = 0; j < 4; j++) {
    const unsigned* a = (const unsigned*)all[4 * g + j];
    for (unsigned c = 0; c < 2; c++) {
      const unsigned* b = (const unsigned*)all[4 * (2 * t + c) + j];
      for (unsigned h = 0; h < 2; h++) {
        sum[c] += value(a[2 * h]) * value(b[4 + h]);
        sum[2 + c] += value(a[2 * h + 1]) * value(b[4 + h]);
      }
    }
  }
  for (int i = 0; i < 4; i++) d[i] += (float)sum[i];
}

// ---- the scheduler

static u64 draw(u64 n) {
  chance ^= chance << 13, chance ^= chance >> 7, chance ^= chance << 17;
  return n ? chance % n : 0;
}

// The i-th of n in this schedule, with a step prime to n and a start drawn before.
struct Order {
  u64 n, start, step;
  explicit Order(u64 n) : n(n), start(0), step(1) {
    if (seed < 2 || n < 2) return;
    start = draw(n);
    do step = 1 + draw(n);
    while (divisor(step, n) != 1);
  }
  static u64 divisor(u64 a, u64 b) { return b ? divisor(b, a % b) : a; }
  u64 at(u64 i) const { return seed == 1 ? n - 1 - i : seed ? (u64)((start + (unsigned __int128)i * step) % n) : i; }
};

static void leave(Fibre& f) {
  if (!f.copies.empty()) report(LAUNCH_FAILED, "asynchronous copies that it never waited for");
  f.state = LEFT;
  Warp& w = warps[f.warp];
  w.left |= 1u << f.lane;
  if (!w.arrived) return;
  if (strcmp(w.operation, "warp_barrier") != 0) {
    report(LAUNCH_FAILED, "leaves while lanes of its warp wait at " + std::string(w.operation) + " (line " + std::to_string(w.line) + ")");
  } else if (w.arrived == (w.lanes & ~w.left)) {
    open(w);
  }
}

static void start() {
  kernel->invoke(kernel->function, arguments, kernel->offsets.data());
  leave(me());
  change(me().context, scheduler);
  abort();
}

static bool run_warp(unsigned index, const Order& order) {
  Warp& w = warps[index];
  bool moved = false;
  for (bool ran = true; ran;) {
    ran = false;
    for (unsigned i = 0; i < order.n; i++) {
      Fibre& f = fibres[index * LANES + order.at(i)];
      if (f.state != READY) continue;
      current = &f;
      change(scheduler, f.context);
      current = nullptr;
      if (failed) return false;
      ran = moved = true;
    }
    if (seed >= 2 && ran && w.lanes && draw(4) == 0) break;  // another warp may be faster
  }
  return moved;
}

static std::string lanes_text(unsigned mask) {
  std::string s;
  for (unsigned i = 0; i < LANES;) {
    if (!(mask >> i & 1)) {
      i++;
      continue;
    }
    unsigned j = i;
    while (j + 1 < LANES && mask >> (j + 1) & 1) j++;
    s += (s.empty() ? "" : ", ") + std::to_string(i) + (j > i ? " to " + std::to_string(j) : "");
    i = j + 1;
  }
  return s;
}

// Who waits where, for the first warp that is not as it should be.
static void report_stuck(unsigned warp_count) {
  for (unsigned index = 0; index < warp_count; index++) {
    Warp& w = warps[index];
    if (!w.arrived) continue;
    std::map<std::string, unsigned> places;
    for (unsigned i = 0; i < LANES; i++) {
      if (!(w.lanes >> i & 1)) continue;
      Fibre& f = fibres[index * LANES + i];
      std::string where = f.state == LEFT       ? "have left"
                          : f.state == AT_BLOCK ? "wait at the block's barrier of line " + std::to_string(f.line)
                                                : "wait at " + std::string(w.operation) + " of line " + std::to_string(f.line);
      places[where] |= 1u << i;
    }
    std::string text;
    for (auto& p : places) text += "; lanes " + lanes_text(p.second) + " " + p.first;
    return report(LAUNCH_FAILED, "deadlock in warp " + std::to_string(index) + text);
  }
}

static void open_block(unsigned warp_count) {
  int line = 0;
  unsigned waiting = 0, other = 0;
  int other_line = 0;
  for (unsigned i = 0; i < threads; i++) {
    Fibre& f = fibres[i];
    if (f.state == AT_WARP) return report_stuck(warp_count);
    if (f.state != AT_BLOCK) continue;
    if (!waiting) line = f.line;
    if (f.line != line) other++, other_line = f.line;
    waiting++;
  }
  if (other) {
    return report(LAUNCH_FAILED, "two barriers meet: " + std::to_string(waiting - other) + " threads wait at line " +
                                     std::to_string(line) + ", " + std::to_string(other) + " at line " + std::to_string(other_line));
  }
  for (unsigned i = 0; i < threads; i++) {
    if (fibres[i].state == AT_BLOCK) fibres[i].state = READY;
  }
}

static void run_block() {
  memset(dynamic_memory, 0xFF, dynamic_bytes);
  if (kernel->shared) memset(kernel->shared, 0xFF, (size_t)(kernel->shared_end - kernel->shared));
  unsigned warp_count = (threads + LANES - 1) / LANES;
  for (unsigned i = 0; i < warp_count; i++) {
    unsigned lanes = i + 1 < warp_count || threads % LANES == 0 ? LANES : threads % LANES;
    Warp& w = warps[i];
    w.lanes = lanes == LANES ? 0xffffffffu : (1u << lanes) - 1;
    w.arrived = w.left = 0;
    if (lanes < LANES) memset(w.slot, 0xFF, sizeof w.slot);
  }
  for (unsigned i = 0; i < threads; i++) {
    Fibre& f = fibres[i];
    f.state = READY, f.parity = 0, f.group = 0, f.copies.clear();
    f.index = {i % block_extent.x, i / block_extent.x % block_extent.y, i / (block_extent.x * block_extent.y)};
    f.lane = i % LANES, f.warp = i / LANES;
    // Stacks begin at different places of a page, or they would all claim the same lines of the cache.
    begin(f.context, f.stack, STACK - i % 32 * 128, start);
  }
  Order warp_order(warp_count);
  for (;;) {
    bool moved = false;
    for (unsigned i = 0; i < warp_count; i++) {
      unsigned index = (unsigned)warp_order.at(i);
      moved |= run_warp(index, Order((unsigned)__builtin_popcount(warps[index].lanes)));
      if (failed) return;
    }
    if (moved) continue;
    unsigned left = 0;
    for (unsigned i = 0; i < threads; i++) left += fibres[i].state == LEFT;
    if (left == threads) break;
    open_block(warp_count);
    if (failed) return;
  }
  for (size_t i = 0; i < DYNAMIC_GUARD; i++) {
    if (dynamic_memory[dynamic_bytes + i] == 0xFF) continue;
    memset(dynamic_memory + dynamic_bytes, 0xFF, DYNAMIC_GUARD);
    return report(LAUNCH_FAILED, "wrote " + std::to_string(i) + " bytes beyond its " + std::to_string(dynamic_bytes) + " bytes of shared memory");
  }
}

// Whole pages with one on either side that nobody may touch.
static unsigned char* guarded(size_t bytes) {
  unsigned char* p = (unsigned char*)mmap(nullptr, bytes + 2 * GUARD, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (p == MAP_FAILED || mprotect(p + GUARD, bytes, PROT_READ | PROT_WRITE) != 0) {
    perror("emulator: no memory for stacks");
    abort();
  }
  return p + GUARD;
}

int refuse(const Kernel& k, dim3 grid, dim3 block, size_t dynamic) {
  u64 count = (u64)block.x * block.y * block.z;
  std::string why;
  if (count == 0 || count > MOST_THREADS || block.z > 64) {
    why = "no block has " + std::to_string(count) + " threads";
  } else if ((int)count > k.most_threads) {
    why = "a block of " + std::to_string(count) + " threads, and its bound is " + std::to_string(k.most_threads);
  } else if (!grid.x || !grid.y || !grid.z || grid.x > 0x7fffffffu || grid.y > 65535 || grid.z > 65535) {
    why = "no grid has these extents";
  } else if (dynamic > DYNAMIC_MOST) {
    why = std::to_string(dynamic) + " bytes of shared memory";
  } else {
    return 0;
  }
  message() = k.name + ": " + why;
  return INVALID_VALUE;
}

int launch(const Kernel& k, dim3 grid, dim3 block, size_t dynamic, const unsigned char* block_of_arguments) {
  kernel = &k;
  message().clear();
  if (int e = refuse(k, grid, block, dynamic)) return e;
  if (!dynamic_memory) dynamic_memory = guarded(DYNAMIC_MOST + DYNAMIC_GUARD);
  dynamic_bytes = dynamic;
  memset(dynamic_memory + dynamic, 0xFF, DYNAMIC_GUARD);
  grid_extent = grid, block_extent = block, threads = block.x * block.y * block.z;
  arguments = block_of_arguments;
  failed = 0, current = nullptr;
  chance = seed * 0x9E3779B97F4A7C15ull + 0x1234567;
  for (; stacks < threads; stacks++) fibres[stacks].stack = guarded(STACK);
  Signals signals;
  running = true;
  u64 blocks = (u64)grid.x * grid.y * grid.z;
  Order order(blocks);
  for (u64 i = 0; i < blocks && !failed; i++) {
    u64 b = order.at(i);
    block_index = {(unsigned)(b % grid.x), (unsigned)(b / grid.x % grid.y), (unsigned)(b / ((u64)grid.x * grid.y))};
    run_block();
  }
  running = false;
  return failed;
}

int launch_named(const char* name, dim3 grid, dim3 block, size_t dynamic, const std::string& signature, void** arguments) {
  const Kernel* k = find(nullptr, name);
  if (!k) {
    message() = std::string("no kernel is called ") + name;
    return NOT_FOUND;
  }
  if (k->signature != signature) {
    message() = k->name + ": takes " + k->signature + ", not " + signature;
    return INVALID_VALUE;
  }
  std::vector<unsigned char> values(k->bytes + 16);
  for (size_t i = 0; i < k->sizes.size(); i++) memcpy(values.data() + k->offsets[i], arguments[i], k->sizes[i]);
  return launch(*k, grid, block, dynamic, values.data());
}

}  // namespace emulator
