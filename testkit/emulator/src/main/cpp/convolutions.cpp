// The pretended cuDNN: convolutions by loops, in the order of the stream. It knows what Swath asks of the library's graphs, and is
// as strict: each attribute has a type and a number of elements, what is needed must be there, and only what is finished can be
// named by others. It proposes plans that must be left out: one whose bits differ from run to run, one that cannot be had after
// all, one with too large a workspace.
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "numbers.hpp"

#define EXPORT extern "C" __attribute__((visibility("default")))
#define API EXPORT int

extern "C" int cuLaunchHostFunc(void* stream, void (*f)(void*), void* data);

namespace {

typedef int64_t i64;

enum {
  SUCCESS = 0,
  BAD_PARAM = 2000,
  NULL_POINTER = 2002,
  MISALIGNED = 2003,
  NOT_FINALIZED = 2004,
  SIZE = 2006,
  SHAPE = 2008,
  ATTRIBUTE_TYPE = 2010,
  NOT_SUPPORTED = 3000,
  EXECUTION_FAILED = 5000
};
enum Type { HANDLE, DATA_TYPE, BOOLEAN, INT64, FLOAT, DOUBLE, VOID_PTR, CONV_MODE, HEUR_MODE, KNOB_TYPE, NAN_MODE, NOTE, POINTWISE_MODE = 14, DESCRIPTOR };
enum Kind {
  POINTWISE = 0,
  CONVOLUTION = 1,
  ENGINE = 2,
  ENGINE_CONFIG = 3,
  HEURISTIC = 4,
  PLAN = 5,
  KNOB_CHOICE = 7,
  FORWARD = 10,
  BACKWARD_FILTER = 11,
  BACKWARD_DATA = 12,
  POINTWISE_OPERATION = 13,
  GRAPH = 15,
  VARIANT_PACK = 16,
  TENSOR = 17
};
enum { F32 = 0, BF16 = 9 };

// What an attribute takes: so many elements of a type, at least and at most.
struct Rule {
  Type type;
  i64 least, most;
  bool needed;
};

const std::map<int, std::map<int, Rule>>& rules() {
  static const auto* all = new std::map<int, std::map<int, Rule>>{
      {POINTWISE, {{0, {POINTWISE_MODE, 1, 1, true}}, {1, {DATA_TYPE, 1, 1, true}}, {3, {DOUBLE, 1, 1, false}}, {4, {DOUBLE, 1, 1, false}}, {5, {DOUBLE, 1, 1, false}}}},
      {CONVOLUTION,
       {{100, {DATA_TYPE, 1, 1, true}},
        {101, {CONV_MODE, 1, 1, true}},
        {102, {INT64, 2, 2, true}},
        {103, {INT64, 2, 2, true}},
        {104, {INT64, 2, 2, true}},
        {105, {INT64, 2, 2, true}},
        {106, {INT64, 1, 1, true}}}},
      {HEURISTIC, {{200, {HEUR_MODE, 1, 1, true}}, {201, {DESCRIPTOR, 1, 1, true}}}},
      {PLAN, {{400, {HANDLE, 1, 1, true}}, {401, {DESCRIPTOR, 1, 1, true}}}},
      {FORWARD,
       {{700, {FLOAT, 1, 1, true}},
        {701, {FLOAT, 1, 1, true}},
        {702, {DESCRIPTOR, 1, 1, true}},
        {703, {DESCRIPTOR, 1, 1, true}},
        {704, {DESCRIPTOR, 1, 1, true}},
        {705, {DESCRIPTOR, 1, 1, true}}}},
      {BACKWARD_DATA,
       {{706, {FLOAT, 1, 1, true}},
        {707, {FLOAT, 1, 1, true}},
        {708, {DESCRIPTOR, 1, 1, true}},
        {709, {DESCRIPTOR, 1, 1, true}},
        {710, {DESCRIPTOR, 1, 1, true}},
        {711, {DESCRIPTOR, 1, 1, true}}}},
      {BACKWARD_FILTER,
       {{712, {FLOAT, 1, 1, true}},
        {713, {FLOAT, 1, 1, true}},
        {714, {DESCRIPTOR, 1, 1, true}},
        {715, {DESCRIPTOR, 1, 1, true}},
        {716, {DESCRIPTOR, 1, 1, true}},
        {717, {DESCRIPTOR, 1, 1, true}}}},
      {POINTWISE_OPERATION,
       {{750, {DESCRIPTOR, 1, 1, true}},
        {751, {DESCRIPTOR, 1, 1, true}},
        {752, {DESCRIPTOR, 1, 1, false}},
        {753, {DESCRIPTOR, 1, 1, true}},
        {754, {FLOAT, 1, 1, false}},
        {755, {FLOAT, 1, 1, false}}}},
      {GRAPH, {{800, {HANDLE, 1, 1, true}}, {801, {DESCRIPTOR, 1, 9, true}}}},
      {VARIANT_PACK, {{1000, {INT64, 1, 9, true}}, {1001, {VOID_PTR, 1, 9, true}}, {1003, {VOID_PTR, 1, 1, true}}}},
      {TENSOR,
       {{900, {INT64, 1, 1, true}},
        {901, {DATA_TYPE, 1, 1, true}},
        {902, {INT64, 4, 4, true}},
        {903, {INT64, 4, 4, true}},
        {906, {INT64, 1, 1, true}},
        {907, {BOOLEAN, 1, 1, false}}}},
      {ENGINE, {}},
      {ENGINE_CONFIG, {}},
      {KNOB_CHOICE, {}}};
  return *all;
}

size_t bytes(int type) {
  switch (type) {
    case BOOLEAN:
      return 1;
    case HANDLE:
    case INT64:
    case DOUBLE:
    case VOID_PTR:
    case DESCRIPTOR:
      return 8;
    default:
      return 4;
  }
}

struct Descriptor;
typedef std::shared_ptr<Descriptor> Shared;

struct Descriptor {
  int kind;
  bool finished = false;
  std::map<int, std::vector<uint8_t>> values;
  std::map<int, std::vector<Shared>> others;  // as they were when they were named
  int engine = -1;                            // of an engine and its settings
  Shared graph;                               // of settings
  int knob = 0;

  template <class T>
  T value(int attribute, T otherwise = T()) const {
    auto i = values.find(attribute);
    T out = otherwise;
    if (i != values.end()) memcpy(&out, i->second.data(), sizeof out);
    return out;
  }
  template <class T>
  std::vector<T> all(int attribute) const {
    const auto& v = values.at(attribute);
    std::vector<T> out(v.size() / sizeof(T));
    memcpy(out.data(), v.data(), v.size());
    return out;
  }
  const Descriptor& other(int attribute) const { return *others.at(attribute).at(0); }
  bool has(int attribute) const { return others.count(attribute) || values.count(attribute); }
};

struct Library {
  void* stream = nullptr;
};

std::string& last() {
  static auto* text = new std::string;
  return *text;
}
int say(int status, const std::string& what) {
  last() = what;
  return status;
}
std::map<std::string, i64>& settings() {
  static auto* all = new std::map<std::string, i64>;
  return *all;
}
i64 setting(const char* name) {
  auto i = settings().find(name);
  return i == settings().end() ? 0 : i->second;
}
i64 described;

// ---- engines: what each is good for

constexpr int PLAIN = 0, RANDOM = 1, WITH_WORKSPACE = 2, REFUSING = 3, GREEDY = 4;
constexpr i64 WORKSPACE = 4096;

i64 workspace(int engine) { return engine == WITH_WORKSPACE ? WORKSPACE : engine == GREEDY ? 300ll << 20 : 0; }
std::vector<int> proposed(int mode) { return mode == 3 ? std::vector<int>{RANDOM, WITH_WORKSPACE, REFUSING, PLAIN} : std::vector<int>{PLAIN, GREEDY}; }

struct Tensor {
  i64 id, alignment;
  int type;
  bool is_virtual;
  std::vector<i64> dims, strides;
  explicit Tensor(const Descriptor& d)
      : id(d.value<i64>(906)), alignment(d.value<i64>(900)), type(d.value<int>(901)), is_virtual(d.value<bool>(907)), dims(d.all<i64>(902)), strides(d.all<i64>(903)) {}
  i64 size() const { return dims[0] * dims[1] * dims[2] * dims[3]; }
};

struct Convolution {
  i64 dilation, stride, before, after;
  explicit Convolution(const Descriptor& d) : dilation(d.all<i64>(102)[0]), stride(d.all<i64>(103)[0]), before(d.all<i64>(105)[0]), after(d.all<i64>(104)[0]) {}
};

struct Roles {
  int convolution, x, w, y;
};
Roles roles(int kind) { return kind == FORWARD ? Roles{702, 704, 703, 705} : kind == BACKWARD_DATA ? Roles{708, 710, 709, 711} : Roles{714, 716, 715, 717}; }

bool convolves(int kind) { return kind == FORWARD || kind == BACKWARD_DATA || kind == BACKWARD_FILTER; }

int check_operation(const Descriptor& d) {
  if (d.kind == POINTWISE_OPERATION) {
    Tensor x(d.other(751)), y(d.other(753));
    int mode = d.other(750).value<int>(0);
    if (mode == 0 && !d.has(752)) return say(BAD_PARAM, "an addition wants b");
    return x.dims == y.dims ? SUCCESS : say(SHAPE, "x and y of a function differ");
  }
  Roles r = roles(d.kind);
  Tensor x(d.other(r.x)), w(d.other(r.w)), y(d.other(r.y));
  Convolution c(d.other(r.convolution));
  if (x.dims[0] != y.dims[0] || x.dims[1] != w.dims[1] || y.dims[1] != w.dims[0]) return say(SHAPE, "channels or batch");
  for (int i = 2; i < 4; i++) {
    if ((x.dims[i] + c.before + c.after - c.dilation * (w.dims[i] - 1) - 1) / c.stride + 1 != y.dims[i]) return say(SHAPE, "height or width");
  }
  return SUCCESS;
}

// Types and layouts that the library has engines for.
bool supported(const Descriptor& graph) {
  for (const Shared& op : graph.others.at(801)) {
    if (!convolves(op->kind)) continue;
    Roles r = roles(op->kind);
    for (int role : {r.x, r.w, r.y}) {
      Tensor t(op->other(role));
      bool written = role == (op->kind == FORWARD ? r.y : op->kind == BACKWARD_DATA ? r.x : r.w);
      if (t.strides[1] != 1 || t.dims[1] % 8) return false;
      if (t.type != BF16 && !(written && (op->kind != BACKWARD_FILTER ? t.is_virtual : !setting("bf16_gradients")))) return false;
    }
  }
  return setting("no_plans") == 0;
}

// ---- work

struct Work {
  Shared graph;
  std::map<i64, void*> memory;
  void* workspace;
  i64 workspace_bytes;
};

// Elements in the order of the dimensions.
typedef std::map<i64, std::vector<float>> Values;

template <class F>
void each(const Tensor& t, F f) {
  i64 at = 0;
  for (i64 a = 0; a < t.dims[0]; a++)
    for (i64 b = 0; b < t.dims[1]; b++)
      for (i64 c = 0; c < t.dims[2]; c++)
        for (i64 d = 0; d < t.dims[3]; d++) f(at++, a * t.strides[0] + b * t.strides[1] + c * t.strides[2] + d * t.strides[3]);
}

const std::vector<float>& read(const Work& w, Values& values, const Tensor& t) {
  auto i = values.find(t.id);
  if (i == values.end()) {
    std::vector<float> v((size_t)t.size());
    each(t, [&](i64 at, i64 from) { v[(size_t)at] = widen(w.memory.at(t.id), t.type == F32, from); });
    i = values.emplace(t.id, std::move(v)).first;
  }
  return i->second;
}

void write(const Work& w, Values& values, const Tensor& t, std::vector<float> v) {
  if (!t.is_virtual) each(t, [&](i64 at, i64 to) { put(w.memory.at(t.id), t.type == F32, to, v[(size_t)at]); });
  values[t.id] = std::move(v);
}

// The same elements with the dimensions in another order: the first of `order` is the slowest, and back again.
std::vector<float> turned(const Tensor& t, const std::vector<float>& v, const int (&order)[4], bool back = false) {
  i64 apart[4];
  i64 step = 1;
  for (int i = 3; i >= 0; i--) apart[order[i]] = step, step *= t.dims[(size_t)order[i]];
  std::vector<float> out(v.size());
  size_t at = 0;
  for (i64 a = 0; a < t.dims[0]; a++)
    for (i64 b = 0; b < t.dims[1]; b++)
      for (i64 c = 0; c < t.dims[2]; c++)
        for (i64 d = 0; d < t.dims[3]; d++, at++) {
          size_t there = (size_t)(a * apart[0] + b * apart[1] + c * apart[2] + d * apart[3]);
          back ? out[at] = v[there] : out[there] = v[at];
        }
  return out;
}

void convolve(const Work& work, Values& values, const Descriptor& d) {
  constexpr int CHANNELS_LAST[4] = {0, 2, 3, 1}, TAPS_FIRST[4] = {2, 3, 0, 1};
  Roles r = roles(d.kind);
  Tensor x(d.other(r.x)), w(d.other(r.w)), y(d.other(r.y));
  Convolution c(d.other(r.convolution));
  auto given = [&](const Tensor& t, bool result, const int(&order)[4]) {
    return result ? std::vector<float>((size_t)t.size()) : turned(t, read(work, values, t), order);
  };
  auto xs = given(x, d.kind == BACKWARD_DATA, CHANNELS_LAST);
  auto ws = given(w, d.kind == BACKWARD_FILTER, TAPS_FIRST);
  auto ys = given(y, d.kind == FORWARD, CHANNELS_LAST);
  i64 in = x.dims[1], out = y.dims[1];
  for (i64 n = 0; n < y.dims[0]; n++)
    for (i64 p = 0; p < y.dims[2]; p++)
      for (i64 q = 0; q < y.dims[3]; q++)
        for (i64 s = 0; s < w.dims[2]; s++)
          for (i64 t = 0; t < w.dims[3]; t++) {
            i64 u = p * c.stride + s * c.dilation - c.before, v = q * c.stride + t * c.dilation - c.before;
            if (u < 0 || v < 0 || u >= x.dims[2] || v >= x.dims[3]) continue;
            float* at_x = xs.data() + ((n * x.dims[2] + u) * x.dims[3] + v) * in;
            float* at_y = ys.data() + ((n * y.dims[2] + p) * y.dims[3] + q) * out;
            for (i64 o = 0; o < out; o++) {
              float* at_w = ws.data() + ((s * w.dims[3] + t) * out + o) * in;
              float sum = 0;
              if (d.kind == FORWARD) {
                for (i64 i = 0; i < in; i++) sum += at_x[i] * at_w[i];
                at_y[o] += sum;
              } else if (d.kind == BACKWARD_DATA) {
                for (i64 i = 0; i < in; i++) at_x[i] += at_y[o] * at_w[i];
              } else {
                for (i64 i = 0; i < in; i++) at_w[i] += at_y[o] * at_x[i];
              }
            }
          }
  if (d.kind == FORWARD) write(work, values, y, turned(y, ys, CHANNELS_LAST, true));
  if (d.kind == BACKWARD_DATA) write(work, values, x, turned(x, xs, CHANNELS_LAST, true));
  if (d.kind == BACKWARD_FILTER) write(work, values, w, turned(w, ws, TAPS_FIRST, true));
}

void apply(const Work& work, Values& values, const Descriptor& d) {
  Tensor x(d.other(751)), y(d.other(753));
  std::vector<float> v = read(work, values, x);
  const Descriptor& f = d.other(750);
  if (f.value<int>(0) == 0) {
    Tensor b(d.other(752));
    const auto& bs = read(work, values, b);
    i64 inner = x.dims[2] * x.dims[3];
    for (size_t i = 0; i < v.size(); i++) v[i] = d.value<float>(754, 1) * v[i] + d.value<float>(755, 1) * bs[i / (size_t)inner % bs.size()];
  } else {
    for (float& e : v) e = std::min(std::max(e, (float)f.value<double>(3, 0)), (float)f.value<double>(4, 3e38));
  }
  write(work, values, y, v);
}

// Never freed: a recorded one is run again whenever the recording is.
void compute(void* data) {
  const Work& w = *(const Work*)data;
  if (w.workspace_bytes) memset(w.workspace, 0xFF, (size_t)w.workspace_bytes);
  Values values;
  for (const Shared& op : w.graph->others.at(801)) convolves(op->kind) ? convolve(w, values, *op) : apply(w, values, *op);
}

int check_pointer(const std::map<i64, void*>& memory, const Tensor& t) {
  if (t.is_virtual) return SUCCESS;
  auto i = memory.find(t.id);
  if (i == memory.end() || !i->second) return say(NULL_POINTER, "tensor " + std::to_string(t.id) + " has no memory");
  return (uintptr_t)i->second % (uintptr_t)t.alignment ? say(MISALIGNED, "tensor " + std::to_string(t.id)) : (int)SUCCESS;
}

// What can be asked of a finished descriptor.
int answer(const Descriptor& d, int attribute, int type, i64 asked, i64* found, void* out) {
  auto put_one = [&](int expected, auto value) {
    if (type != expected) return say(ATTRIBUTE_TYPE, "attribute " + std::to_string(attribute));
    if (found) *found = 1;
    if (asked >= 1 && out) memcpy(out, &value, sizeof value);
    return (int)SUCCESS;
  };
  if (d.kind == ENGINE && attribute == 1301) return put_one(INT64, (i64)d.engine);
  if (d.kind == ENGINE && attribute == 1303) return put_one(NOTE, d.engine == RANDOM ? 4 : 0);
  if (d.kind == KNOB_CHOICE && attribute == 600) return put_one(KNOB_TYPE, d.knob);
  if (d.kind == KNOB_CHOICE && attribute == 601) return put_one(INT64, (i64)(d.knob + 10));
  if (d.kind == PLAN && attribute == 402) return put_one(INT64, workspace(d.other(401).engine));
  if (type != DESCRIPTOR) return say(ATTRIBUTE_TYPE, "attribute " + std::to_string(attribute));
  std::vector<Descriptor> all;
  auto make = [&](int kind) {
    Descriptor n{};
    n.kind = kind, n.finished = true;
    all.push_back(n);
    return &all.back();
  };
  if (d.kind == HEURISTIC && attribute == 202) {
    for (int engine : proposed(d.value<int>(200))) {
      Descriptor* n = make(ENGINE_CONFIG);
      n->engine = engine, n->graph = d.others.at(201)[0];
    }
  } else if (d.kind == ENGINE_CONFIG && attribute == 300) {
    make(ENGINE)->engine = d.engine;
  } else if (d.kind == ENGINE_CONFIG && attribute == 302) {
    for (int i = 0; i < (d.engine == WITH_WORKSPACE ? 2 : 0); i++) make(KNOB_CHOICE)->knob = 3 + i;
  } else {
    return say(BAD_PARAM, "attribute " + std::to_string(attribute) + " cannot be asked");
  }
  *found = (i64)all.size();
  for (size_t i = 0; i < all.size() && (i64)i < asked; i++) {
    Descriptor* to = ((Descriptor**)out)[i];
    if (!to || to->kind != all[i].kind) return say(BAD_PARAM, "a descriptor of another kind is to be filled");
    *to = all[i];
  }
  return SUCCESS;
}

}  // namespace

// ---- what tests ask and order; no library has these

// "no_plans": it can do nothing; "bf16_gradients": those of weights are bf16 only; "fails": what is executed fails.
EXPORT void swath_cudnn_set(const char* name, i64 value) { settings()[name] = value; }
// How many descriptors there are.
EXPORT i64 swath_cudnn_described() { return described; }

// ---- the library

EXPORT size_t cudnnGetVersion() { return 91400; }
EXPORT const char* cudnnGetErrorString(int status) {
  return status == SUCCESS ? "success" : status < 3000 ? "bad parameter" : status < 4000 ? "not supported" : "execution failed";
}
EXPORT void cudnnGetLastErrorString(char* out, size_t n) {
  strncpy(out, last().c_str(), n);
  if (n) out[n - 1] = 0;
}
API cudnnCreate(Library** out) {
  *out = new Library;
  return SUCCESS;
}
API cudnnDestroy(Library* l) {
  delete l;
  return SUCCESS;
}
API cudnnSetStream(Library* l, void* stream) {
  l->stream = stream;
  return SUCCESS;
}
API cudnnBackendCreateDescriptor(int kind, Descriptor** out) {
  if (!rules().count(kind)) return say(NOT_SUPPORTED, "descriptors of kind " + std::to_string(kind));
  *out = new Descriptor{};
  (*out)->kind = kind;
  described++;
  return SUCCESS;
}
API cudnnBackendDestroyDescriptor(Descriptor* d) {
  if (d) described--;
  delete d;
  return SUCCESS;
}
API cudnnBackendSetAttribute(Descriptor* d, int attribute, int type, i64 count, const void* elements) {
  std::string name = "attribute " + std::to_string(attribute);
  if (d->finished) return say(BAD_PARAM, name + " of what is finished");
  const auto& known = rules().at(d->kind);
  auto rule = known.find(attribute);
  if (rule == known.end()) return say(BAD_PARAM, name + " of kind " + std::to_string(d->kind));
  if (rule->second.type != type) return say(ATTRIBUTE_TYPE, name);
  if (count < rule->second.least || count > rule->second.most) return say(SIZE, name);
  if (!elements) return say(NULL_POINTER, name);
  if (type != DESCRIPTOR) {
    d->values[attribute].assign((const uint8_t*)elements, (const uint8_t*)elements + (size_t)count * bytes(type));
    return SUCCESS;
  }
  std::vector<Shared> others;
  for (i64 i = 0; i < count; i++) {
    const Descriptor* o = ((Descriptor* const*)elements)[i];
    if (!o || !o->finished) return say(NOT_FINALIZED, name);
    others.push_back(std::make_shared<Descriptor>(*o));
  }
  d->others[attribute] = std::move(others);
  return SUCCESS;
}
API cudnnBackendFinalize(Descriptor* d) {
  if (d->finished) return say(BAD_PARAM, "finished already");
  for (const auto& [attribute, rule] : rules().at(d->kind)) {
    if (rule.needed && !d->has(attribute)) return say(BAD_PARAM, "attribute " + std::to_string(attribute) + " is missing");
  }
  if (convolves(d->kind) || d->kind == POINTWISE_OPERATION) {
    if (int e = check_operation(*d)) return e;
  }
  if (d->kind == HEURISTIC && !supported(d->other(201))) return say(NOT_SUPPORTED, "no engine can do it");
  if (d->kind == PLAN && d->other(401).engine == REFUSING) return say(NOT_SUPPORTED, "the engine cannot do it");
  if (d->kind == VARIANT_PACK && d->all<i64>(1000).size() != d->all<void*>(1001).size()) return say(SIZE, "names and pointers");
  d->finished = true;
  return SUCCESS;
}
API cudnnBackendGetAttribute(Descriptor* d, int attribute, int type, i64 asked, i64* found, void* out) {
  if (!d->finished) return say(NOT_FINALIZED, "attribute " + std::to_string(attribute));
  return answer(*d, attribute, type, asked, found, out);
}
API cudnnBackendExecute(Library* l, Descriptor* plan, Descriptor* pack) {
  if (plan->kind != PLAN || pack->kind != VARIANT_PACK || !plan->finished || !pack->finished) return say(BAD_PARAM, "what is executed");
  if (setting("fails")) return say(EXECUTION_FAILED, "as was ordered");
  const Descriptor& settings = plan->other(401);
  auto* w = new Work{settings.graph, {}, pack->value<void*>(1003), workspace(settings.engine)};
  auto names = pack->all<i64>(1000);
  auto pointers = pack->all<void*>(1001);
  for (size_t i = 0; i < names.size(); i++) w->memory[names[i]] = pointers[i];
  if (w->workspace_bytes && !w->workspace) return say(NULL_POINTER, "there is no workspace");
  for (const Shared& op : settings.graph->others.at(801)) {
    for (const auto& [_, others] : op->others) {
      for (const Shared& o : others) {
        if (o->kind != TENSOR) continue;
        if (int e = check_pointer(w->memory, Tensor(*o))) return e;
      }
    }
  }
  return cuLaunchHostFunc(l->stream, compute, w) == 0 ? SUCCESS : EXECUTION_FAILED;
}
