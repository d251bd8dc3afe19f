// Streams, events and graphs of the pretended driver.
//
// Under even schedules work is done at once. Under odd ones it is done as late as the calls allow: when somebody waits for it,
// and a graph's nodes in the last order that their dependencies leave, so that a forgotten wait shows.
#include <time.h>

#include <algorithm>
#include <queue>

#include "driver.hpp"

namespace driver {

std::set<Stream*>& streams() {
  static auto* all = new std::set<Stream*>;
  return *all;
}
std::set<Event*>& events() {
  static auto* all = new std::set<Event*>;
  return *all;
}
std::set<Graph*>& graphs() {
  static auto* all = new std::set<Graph*>;
  return *all;
}
std::set<Graph*>& executables() {
  static auto* all = new std::set<Graph*>;
  return *all;
}

static bool late() { return setting("schedule", 0) & 1; }

static Stream* default_stream() {
  static std::map<Context*, Stream*>* all = new std::map<Context*, Stream*>;
  Stream*& s = (*all)[current];
  if (!s) s = new Stream{current, {}, nullptr, false, {}};
  return s;
}

Stream* stream_of(void* handle) {
  if ((uintptr_t)handle <= 2) return default_stream();
  Stream* s = (Stream*)handle;
  return streams().count(s) ? s : nullptr;
}

int drain(Stream* s) {
  while (!s->queue.empty()) {
    Work work = std::move(s->queue.front());
    s->queue.pop_front();
    if (s->context->error) continue;
    if (int e = work()) return e;
  }
  return s->context->error;
}

int drain_all(Context* context) {
  for (Stream* s : streams()) {
    if (s->context == context) drain(s);
  }
  drain(default_stream());
  return context->error;
}

static void add_node(Stream* s, Work work) {
  s->recording->graph.nodes.push_back({std::move(work), s->after});
  s->after = {(int)s->recording->graph.nodes.size() - 1};
}

int enqueue(Stream* s, Work work) {
  if (s->recording) {
    if (s->recording->broken) return CAPTURE_INVALIDATED;
    add_node(s, std::move(work));
    return SUCCESS;
  }
  s->queue.push_back(std::move(work));
  return late() ? SUCCESS : drain(s);
}

int require_no_recording() {
  for (Stream* s : streams()) {
    if (s->recording && s->recording->mode != 2) {
      s->recording->broken = true;
      return say(CAPTURE_UNSUPPORTED, "a stream is being recorded");
    }
  }
  return SUCCESS;
}

static double now() {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int run(const Graph& g) {
  size_t n = g.nodes.size();
  std::vector<int> missing(n);
  std::vector<std::vector<int>> next(n);
  std::priority_queue<int> ready;
  bool backward = late();
  auto key = [backward](int i) { return backward ? i : -i; };
  for (size_t i = 0; i < n; i++) {
    missing[i] = (int)g.nodes[i].after.size();
    for (int a : g.nodes[i].after) next[(size_t)a].push_back((int)i);
    if (!missing[i]) ready.push(key((int)i));
  }
  while (!ready.empty()) {
    size_t i = (size_t)std::abs(ready.top());
    ready.pop();
    if (int e = g.nodes[i].work()) return e;
    for (int j : next[i]) {
      if (--missing[(size_t)j] == 0) ready.push(key(j));
    }
  }
  return SUCCESS;
}

}  // namespace driver

using namespace driver;

API cuStreamCreate(void** out, unsigned) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = new Stream{current, {}, nullptr, false, {}};
  streams().insert(s);
  *out = s;
  return SUCCESS;
}
API cuStreamCreateWithPriority(void** out, unsigned flags, int) { return cuStreamCreate(out, flags); }
API cuStreamDestroy_v2(void* handle) {
  ENTER;
  Stream* s = (Stream*)handle;
  if (!streams().count(s)) return INVALID_HANDLE;
  int e = drain(s);
  streams().erase(s);
  for (Event* ev : events()) {
    if (ev->stream == s) ev->stream = nullptr;
  }
  delete s;
  return e;
}
API cuStreamSynchronize(void* handle) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(handle);
  if (!s) return INVALID_HANDLE;
  if (s->recording) {
    s->recording->broken = true;
    return CAPTURE_UNSUPPORTED;
  }
  return drain(s);
}
API cuStreamQuery(void* handle) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(handle);
  if (!s) return INVALID_HANDLE;
  return s->queue.empty() ? SUCCESS : drain(s) ? s->context->error : NOT_READY;
}
API cuStreamGetPriority(void*, int* out) {
  *out = 0;
  return SUCCESS;
}
API cuCtxGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0, *greatest = -5;
  return SUCCESS;
}
API cuStreamWaitEvent(void* handle, void* which, unsigned) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(handle);
  Event* ev = (Event*)which;
  if (!s || !events().count(ev)) return INVALID_HANDLE;
  if (ev->recording) {
    if (s->recording && s->recording != ev->recording) return CAPTURE_ISOLATION;
    s->recording = ev->recording;
    for (int a : ev->after) {
      if (std::find(s->after.begin(), s->after.end(), a) == s->after.end()) s->after.push_back(a);
    }
    return SUCCESS;
  }
  if (s->recording) {
    s->recording->broken = true;
    return CAPTURE_ISOLATION;
  }
  u64 version = ev->recorded;
  return enqueue(s, [ev, version]() -> int {
    while (events().count(ev) && ev->done < version && ev->stream && !ev->stream->queue.empty()) {
      Stream* other = ev->stream;
      Work work = std::move(other->queue.front());
      other->queue.pop_front();
      if (int e = work()) return e;
    }
    return SUCCESS;
  });
}

API cuEventCreate(void** out, unsigned) {
  ENTER;
  if (int e = require_context()) return e;
  Event* ev = new Event{nullptr, 0, 0, 0, nullptr, {}};
  events().insert(ev);
  *out = ev;
  return SUCCESS;
}
API cuEventDestroy_v2(void* handle) {
  ENTER;
  Event* ev = (Event*)handle;
  if (!events().erase(ev)) return INVALID_HANDLE;
  // Work that was given out before may still name it.
  return SUCCESS;
}
API cuEventRecord(void* handle, void* stream) {
  ENTER;
  if (int e = require_context()) return e;
  Event* ev = (Event*)handle;
  Stream* s = stream_of(stream);
  if (!s || !events().count(ev)) return INVALID_HANDLE;
  ev->stream = s;
  ev->recording = s->recording;
  if (s->recording) {
    ev->after = s->after;
    return SUCCESS;
  }
  u64 version = ++ev->recorded;
  return enqueue(s, [ev, version] {
    ev->done = version, ev->seconds = now();
    return SUCCESS;
  });
}
API cuEventRecordWithFlags(void* handle, void* stream, unsigned) { return cuEventRecord(handle, stream); }
API cuEventSynchronize(void* handle) {
  ENTER;
  if (int e = require_context()) return e;
  Event* ev = (Event*)handle;
  if (!events().count(ev)) return INVALID_HANDLE;
  if (ev->recording) return CAPTURE_UNSUPPORTED;
  return ev->stream && ev->done < ev->recorded ? drain(ev->stream) : current->error;
}
API cuEventQuery(void* handle) {
  ENTER;
  if (int e = require_context()) return e;
  Event* ev = (Event*)handle;
  if (!events().count(ev)) return INVALID_HANDLE;
  if (ev->done >= ev->recorded) return current->error;
  drain(ev->stream);
  return NOT_READY;
}
API cuEventElapsedTime_v2(float* out, void* from, void* to) {
  ENTER;
  Event *a = (Event*)from, *b = (Event*)to;
  if (!events().count(a) || !events().count(b) || !a->recorded || !b->recorded) return INVALID_HANDLE;
  if (a->done < a->recorded || b->done < b->recorded) return NOT_READY;
  *out = (float)(1e3 * (b->seconds - a->seconds));
  return SUCCESS;
}
API cuEventElapsedTime(float* out, void* from, void* to) { return cuEventElapsedTime_v2(out, from, to); }

API cuStreamBeginCapture_v2(void* handle, int mode) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = (Stream*)handle;
  if (!streams().count(s)) return INVALID_HANDLE;
  if (s->recording) return ILLEGAL_STATE;
  s->recording = new Recording{{}, mode, false};
  s->origin = true;
  s->after.clear();
  return SUCCESS;
}
API cuStreamIsCapturing(void* handle, int* out) {
  ENTER;
  Stream* s = stream_of(handle);
  if (!s) return INVALID_HANDLE;
  *out = !s->recording ? 0 : s->recording->broken ? 2 : 1;
  return SUCCESS;
}

// Whether every node that a forked stream ends with comes before what the origin ends with.
static bool joined(const Graph& g, const std::vector<int>& end, const std::vector<int>& other) {
  std::vector<bool> seen(g.nodes.size());
  std::vector<int> open = end;
  while (!open.empty()) {
    size_t i = (size_t)open.back();
    open.pop_back();
    if (seen[i]) continue;
    seen[i] = true;
    open.insert(open.end(), g.nodes[i].after.begin(), g.nodes[i].after.end());
  }
  return std::all_of(other.begin(), other.end(), [&](int i) { return seen[(size_t)i]; });
}

API cuStreamEndCapture(void* handle, void** out) {
  ENTER;
  Stream* s = (Stream*)handle;
  *out = nullptr;
  if (!streams().count(s)) return INVALID_HANDLE;
  if (!s->recording) return ILLEGAL_STATE;
  if (!s->origin) return CAPTURE_UNMATCHED;
  Recording* r = s->recording;
  int status = r->broken ? CAPTURE_INVALIDATED : SUCCESS;
  for (Stream* other : streams()) {
    if (other->recording != r) continue;
    if (!status && !joined(r->graph, s->after, other->after)) status = CAPTURE_UNJOINED;
    if (other != s) other->recording = nullptr, other->after.clear();
  }
  s->recording = nullptr, s->origin = false, s->after.clear();
  for (Event* ev : events()) {
    if (ev->recording == r) ev->recording = nullptr, ev->after.clear(), ev->done = ev->recorded;
  }
  if (!status) {
    Graph* g = new Graph(std::move(r->graph));
    graphs().insert(g);
    *out = g;
  }
  delete r;
  return status;
}

API cuGraphGetNodes(void* handle, void**, size_t* count) {
  ENTER;
  Graph* g = (Graph*)handle;
  if (!graphs().count(g)) return INVALID_HANDLE;
  *count = g->nodes.size();
  return SUCCESS;
}
API cuGraphDestroy(void* handle) {
  ENTER;
  Graph* g = (Graph*)handle;
  if (!graphs().erase(g)) return INVALID_HANDLE;
  delete g;
  return SUCCESS;
}
API cuGraphInstantiateWithFlags(void** out, void* handle, u64) {
  ENTER;
  if (int e = require_context()) return e;
  Graph* g = (Graph*)handle;
  if (!graphs().count(g)) return INVALID_HANDLE;
  Graph* x = new Graph(*g);
  executables().insert(x);
  *out = x;
  return SUCCESS;
}
API cuGraphExecUpdate_v2(void* exec, void* handle, void* info) {
  ENTER;
  Graph *x = (Graph*)exec, *g = (Graph*)handle;
  if (!executables().count(x) || !graphs().count(g)) return INVALID_HANDLE;
  if (info) memset(info, 0, 24);
  if (x->nodes.size() != g->nodes.size()) return 910;
  *x = *g;
  return SUCCESS;
}
API cuGraphUpload(void* exec, void*) {
  ENTER;
  return executables().count((Graph*)exec) ? SUCCESS : INVALID_HANDLE;
}
API cuGraphLaunch(void* exec, void* stream) {
  ENTER;
  if (int e = require_context()) return e;
  Graph* x = (Graph*)exec;
  Stream* s = stream_of(stream);
  if (!s || !executables().count(x)) return INVALID_HANDLE;
  return enqueue(s, [g = *x] { return run(g); });
}
API cuGraphExecDestroy(void* exec) {
  ENTER;
  Graph* x = (Graph*)exec;
  if (!executables().erase(x)) return INVALID_HANDLE;
  delete x;
  return SUCCESS;
}
