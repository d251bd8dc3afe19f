// The pretended driver: devices, contexts, modules and launches. Streams and graphs are in streams.cpp, copies in copies.cpp.
//
// It answers the calls that Swath makes as the real one does, and is stricter where a mistake would go unseen: pointers that a
// kernel gets must be memory of the device, and after each launch the borders of all memory are looked at. A failed launch
// makes every later call of its context fail, until the last user has left it.
#include "driver.hpp"

#include <stdlib.h>

namespace driver {

std::recursive_mutex& lock() {
  static auto* one = new std::recursive_mutex;
  return *one;
}
std::map<std::string, long long>& settings() {
  static auto* all = new std::map<std::string, long long>;
  return *all;
}
std::set<Module*>& modules() {
  static auto* all = new std::set<Module*>;
  return *all;
}
std::set<Function*>& functions() {
  static auto* all = new std::set<Function*>;
  return *all;
}

thread_local Context* current;
static bool initialised;
static Context* primary[16];
static std::string& message() {
  static auto* text = new std::string;
  return *text;
}
static int message_status;

long long setting(const char* name, long long otherwise) {
  auto i = settings().find(name);
  if (i != settings().end()) return i->second;
  std::string variable = std::string("SWATH_EMULATOR_") + name;
  for (char& c : variable) c = (char)toupper(c);
  const char* text = getenv(variable.c_str());
  long long value = text ? atoll(text) : otherwise;
  settings()[name] = value;
  return value;
}

int say(int status, const std::string& what) {
  message() = what, message_status = status;
  return status;
}

int fail_for_good(Context* context, int status, const std::string& what) {
  if (!context->error) context->error = status;
  return say(status, what);
}

int enter(const char* call) {
  auto i = settings().find("fail_after");
  if (i == settings().end() || i->second < 0) return SUCCESS;
  if (i->second-- > 0) return SUCCESS;
  i->second = -1;
  int status = (int)setting("fail_with", LAUNCH_FAILED);
  return current ? fail_for_good(current, status, std::string("ordered for ") + call) : say(status, std::string("ordered for ") + call);
}

int require_context() {
  if (!initialised) return NOT_INITIALIZED;
  if (!current) return INVALID_CONTEXT;
  if (current->users == 0) return CONTEXT_IS_DESTROYED;
  return current->error;
}

static int device_count() { return (int)setting("devices", 2); }

// Whether this is the launch that a device with a fault drops without a word.
static bool is_lost() {
  auto i = settings().find("lost_launch");
  return i != settings().end() && i->second >= 0 && i->second-- == 0;
}

static int launch(Context* context, const emulator::Kernel* k, dim3 grid, dim3 block, size_t dynamic, const std::vector<unsigned char>& arguments) {
  if (is_lost()) return SUCCESS;
  for (size_t i = 0; i < k->sizes.size(); i++) {
    if (!k->pointers[i]) continue;
    void* p;
    memcpy(&p, arguments.data() + k->offsets[i], sizeof p);
    if (p && !memory::known(p, context->device)) {
      char at[32];
      snprintf(at, sizeof at, "%p", p);
      return fail_for_good(context, ILLEGAL_ADDRESS, k->name + ": parameter " + std::to_string(i) + " is " + at + ", " + memory::describe(p));
    }
  }
  emulator::describe = memory::describe;
  emulator::schedule((unsigned)setting("schedule", 0));
  if (int e = emulator::launch(*k, grid, block, dynamic, arguments.data())) {
    return fail_for_good(context, e, emulator::error());
  }
  std::string damage = memory::damage(context->device);
  return damage.empty() ? SUCCESS : fail_for_good(context, LAUNCH_FAILED, k->name + ": " + damage);
}

}  // namespace driver

using namespace driver;

API cuInit(unsigned) {
  ENTER;
  if (setting("init_fails_with", 0)) return (int)setting("init_fails_with", 0);
  initialised = true;
  return SUCCESS;
}
API cuDriverGetVersion(int* out) {
  *out = (int)setting("driver", 13000);
  return SUCCESS;
}
API cuDeviceGetCount(int* out) {
  ENTER;
  if (!initialised) return NOT_INITIALIZED;
  *out = device_count();
  return SUCCESS;
}
API cuDeviceGet(int* out, int index) {
  ENTER;
  if (index < 0 || index >= device_count()) return INVALID_DEVICE;
  *out = index;
  return SUCCESS;
}
API cuDeviceGetName(char* out, int size, int device) {
  ENTER;
  if (device < 0 || device >= device_count()) return INVALID_DEVICE;
  snprintf(out, (size_t)size, "Swath emulator");
  return SUCCESS;
}
API cuDeviceGetUuid_v2(unsigned char* out, int device) {
  memset(out, 0, 16), out[15] = (unsigned char)device;
  return SUCCESS;
}
API cuDeviceTotalMem_v2(size_t* out, int) {
  *out = (size_t)setting("memory", 2ll << 30);
  return SUCCESS;
}
API cuDeviceComputeCapability(int* major, int* minor, int) {
  *major = (int)setting("capability", 90) / 10, *minor = (int)setting("capability", 90) % 10;
  return SUCCESS;
}
API cuDeviceGetAttribute(int* out, int which, int device) {
  ENTER;
  if (device < 0 || device >= device_count()) return INVALID_DEVICE;
  static const std::map<int, int> values = {
      {1, 1024},       {2, 1024},   {3, 1024},    {4, 64},    {5, 0x7fffffff}, {6, 65535}, {7, 65535}, {8, 48 << 10},
      {9, 64 << 10},   {10, 32},    {12, 65536},  {13, 1000000}, {36, 1000000}, {37, 4096}, {38, 1 << 20}, {39, 2048},
      {40, 1},         {41, 1},     {81, 228 << 10}, {82, 65536}, {95, 1}, {97, 227 << 10}, {106, 32}, {111, 1 << 10}, {115, 1},
  };
  auto i = values.find(which);
  *out = which == 16   ? (int)setting("multiprocessors", 3)
         : which == 75 ? (int)setting("capability", 90) / 10
         : which == 76 ? (int)setting("capability", 90) % 10
         : i != values.end() ? i->second
                             : 0;
  return SUCCESS;
}

API cuDevicePrimaryCtxRetain(void** out, int device) {
  ENTER;
  if (!initialised) return NOT_INITIALIZED;
  if (device < 0 || device >= device_count()) return INVALID_DEVICE;
  if (!primary[device]) primary[device] = new Context{device, 0, 0};
  primary[device]->users++;
  *out = primary[device];
  return SUCCESS;
}
// The last user takes everything along, the error of a failed launch too.
static void leave(Context* c) {
  std::set<Stream*> gone;
  for (Stream* s : streams()) {
    if (s->context == c) gone.insert(s);
  }
  for (Stream* s : gone) streams().erase(s);
  memory::give_all(c->device);
  c->error = SUCCESS;
}
API cuDevicePrimaryCtxRelease_v2(int device) {
  ENTER;
  if (device < 0 || device >= device_count() || !primary[device] || !primary[device]->users) return INVALID_CONTEXT;
  if (--primary[device]->users == 0) leave(primary[device]);
  return SUCCESS;
}
API cuDevicePrimaryCtxReset_v2(int device) {
  ENTER;
  if (device < 0 || device >= device_count() || !primary[device]) return INVALID_CONTEXT;
  leave(primary[device]);
  return SUCCESS;
}
API cuDevicePrimaryCtxGetState(int device, unsigned* flags, int* active) {
  *flags = 0, *active = primary[device] && primary[device]->users;
  return SUCCESS;
}
API cuDevicePrimaryCtxSetFlags_v2(int, unsigned) { return SUCCESS; }
API cuCtxSetCurrent(void* context) {
  ENTER;
  if (!initialised) return NOT_INITIALIZED;
  if (context && context != primary[0] && context != primary[1]) return INVALID_CONTEXT;
  current = (Context*)context;
  return SUCCESS;
}
API cuCtxGetCurrent(void** out) {
  *out = current;
  return SUCCESS;
}
static thread_local std::vector<Context*> pushed;
API cuCtxPushCurrent_v2(void* context) {
  pushed.push_back(current);
  return cuCtxSetCurrent(context);
}
API cuCtxPopCurrent_v2(void** out) {
  if (pushed.empty()) return INVALID_CONTEXT;
  if (out) *out = current;
  current = pushed.back();
  pushed.pop_back();
  return SUCCESS;
}
API cuCtxGetDevice(int* out) {
  if (!current) return INVALID_CONTEXT;
  *out = current->device;
  return SUCCESS;
}
API cuCtxSynchronize() {
  ENTER;
  if (int e = require_context()) return e;
  if (int e = require_no_recording()) return e;
  return drain_all(current);
}
API cuCtxSetLimit(int, size_t) { return SUCCESS; }
API cuCtxGetLimit(size_t* out, int) {
  *out = 0;
  return SUCCESS;
}

static const char TOKEN[] = "SWATH EMULATOR ";

API cuModuleLoadData(void** out, const void* image) {
  ENTER;
  if (int e = require_context()) return e;
  if (!image) return INVALID_VALUE;
  std::string file;
  if (strncmp((const char*)image, TOKEN, sizeof TOKEN - 1) == 0) {
    file = (const char*)image + sizeof TOKEN - 1;
    file = file.substr(0, file.find('\n'));
    file = file.substr(0, file.rfind(".cu"));
  } else if (memcmp(image, "\177ELF", 4) != 0 && memcmp(image, "\x50\xed\x55\xba", 4) != 0) {
    return say(INVALID_IMAGE, "neither an image of the pretended compiler nor a CUBIN nor a fatbin");
  }
  Module* m = new Module{file};
  modules().insert(m);
  *out = m;
  return SUCCESS;
}
API cuModuleLoadDataEx(void** out, const void* image, unsigned, int*, void**) { return cuModuleLoadData(out, image); }
API cuModuleLoadFatBinary(void** out, const void* image) { return cuModuleLoadData(out, image); }
API cuModuleUnload(void* handle) {
  ENTER;
  Module* m = (Module*)handle;
  if (!modules().erase(m)) return INVALID_HANDLE;
  delete m;
  return SUCCESS;
}
API cuModuleGetFunction(void** out, void* handle, const char* name) {
  ENTER;
  if (int e = require_context()) return e;
  Module* m = (Module*)handle;
  if (!modules().count(m)) return INVALID_HANDLE;
  const emulator::Kernel* k = emulator::find(m->file.empty() ? nullptr : m->file.c_str(), name);
  if (!k) return say(NOT_FOUND, "there is no kernel " + std::string(name) + " in " + (m->file.empty() ? "any file" : m->file + ".cu"));
  Function* f = new Function{k, 48 << 10};
  functions().insert(f);
  *out = f;
  return SUCCESS;
}
API cuFuncGetName(const char** out, void* handle) {
  ENTER;
  Function* f = (Function*)handle;
  if (!functions().count(f)) return INVALID_HANDLE;
  *out = f->kernel->name.c_str();
  return SUCCESS;
}
API cuFuncGetParamInfo(void* handle, size_t index, size_t* offset, size_t* size) {
  ENTER;
  Function* f = (Function*)handle;
  if (!functions().count(f)) return INVALID_HANDLE;
  if (index >= f->kernel->sizes.size()) return INVALID_VALUE;
  *offset = f->kernel->offsets[index];
  if (size) *size = f->kernel->sizes[index];
  return SUCCESS;
}
API cuFuncGetParamCount(void* handle, size_t* out) {
  ENTER;
  Function* f = (Function*)handle;
  if (!functions().count(f)) return INVALID_HANDLE;
  *out = f->kernel->sizes.size();
  return SUCCESS;
}
API cuFuncGetAttribute(int* out, int which, void* handle) {
  ENTER;
  Function* f = (Function*)handle;
  if (!functions().count(f)) return INVALID_HANDLE;
  *out = which == 0 ? f->kernel->most_threads : which == 4 ? 64 : which == 5 || which == 6 ? 90 : which == 8 ? f->shared_most : 0;
  return SUCCESS;
}
API cuFuncSetAttribute(void* handle, int which, int value) {
  ENTER;
  Function* f = (Function*)handle;
  if (!functions().count(f)) return INVALID_HANDLE;
  if (which == 8) {
    if (value < 0 || value > 227 << 10) return INVALID_VALUE;
    f->shared_most = value;
  }
  return SUCCESS;
}
API cuFuncSetCacheConfig(void*, int) { return SUCCESS; }
API cuOccupancyMaxActiveBlocksPerMultiprocessor(int* out, void*, int threads, size_t shared) {
  int by_threads = 2048 / threads, by_shared = (int)((228 << 10) / (shared + 1024));
  *out = std::min(std::min(by_threads, by_shared), 32);
  return SUCCESS;
}

API cuLaunchKernel(void* handle, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                   void* stream, void** arguments, void** extra) {
  ENTER;
  if (int e = require_context()) return e;
  Function* f = (Function*)handle;
  Stream* s = stream_of(stream);
  if (!functions().count(f)) return say(INVALID_HANDLE, "this is no function");
  if (!s) return say(INVALID_HANDLE, "this is no stream");
  if (s->context != current) return say(INVALID_HANDLE, "the stream is not of the current device");
  const emulator::Kernel* k = f->kernel;
  if (extra || (!arguments && !k->sizes.empty())) return INVALID_VALUE;
  if ((int)shared > f->shared_most) {
    return say(INVALID_VALUE, k->name + ": " + std::to_string(shared) + " bytes of shared memory without having asked for them");
  }
  std::vector<unsigned char> block(k->bytes + 16);
  for (size_t i = 0; i < k->sizes.size(); i++) memcpy(block.data() + k->offsets[i], arguments[i], k->sizes[i]);
  Context* c = current;
  dim3 grid(gx, gy, gz), threads(bx, by, bz);
  if (int e = emulator::refuse(*k, grid, threads, shared)) return say(e, emulator::error());
  return enqueue(s, [=] { return launch(c, k, grid, threads, shared, block); });
}
API cuLaunchCooperativeKernel(void* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared,
                              void* stream, void** arguments) {
  return cuLaunchKernel(f, gx, gy, gz, bx, by, bz, shared, stream, arguments, nullptr);
}
struct LaunchConfig {
  unsigned gx, gy, gz, bx, by, bz, shared;
  void* stream;
  void* attributes;
  unsigned count;
};
API cuLaunchKernelEx(const LaunchConfig* c, void* f, void** arguments, void** extra) {
  return cuLaunchKernel(f, c->gx, c->gy, c->gz, c->bx, c->by, c->bz, c->shared, c->stream, arguments, extra);
}
API cuLaunchHostFunc(void* stream, void (*f)(void*), void* data) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(stream);
  if (!s) return INVALID_HANDLE;
  return enqueue(s, [=] {
    f(data);
    return SUCCESS;
  });
}

// NVRTC looks for these with the driver; there are none here.
API cuGetExportTable(const void** out, const void*) {
  *out = nullptr;
  return NOT_FOUND;
}
API cuGetProcAddress_v2(const char*, void** out, int, u64, int* found) {
  *out = nullptr;
  if (found) *found = 1;
  return NOT_FOUND;
}
API cuTensorMapEncodeTiled() { return NOT_SUPPORTED; }

struct Text {
  const char *name, *text;
};
static const std::map<int, Text>& texts() {
  static auto* all = new std::map<int, Text>{
      {0, {"CUDA_SUCCESS", "no error"}},
      {1, {"CUDA_ERROR_INVALID_VALUE", "invalid argument"}},
      {2, {"CUDA_ERROR_OUT_OF_MEMORY", "out of memory"}},
      {3, {"CUDA_ERROR_NOT_INITIALIZED", "initialization error"}},
      {46, {"CUDA_ERROR_DEVICE_UNAVAILABLE", "CUDA-capable device(s) is/are busy or unavailable"}},
      {100, {"CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"}},
      {101, {"CUDA_ERROR_INVALID_DEVICE", "invalid device ordinal"}},
      {200, {"CUDA_ERROR_INVALID_IMAGE", "device kernel image is invalid"}},
      {201, {"CUDA_ERROR_INVALID_CONTEXT", "invalid device context"}},
      {209, {"CUDA_ERROR_NO_BINARY_FOR_GPU", "no kernel image is available for execution on the device"}},
      {214, {"CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"}},
      {400, {"CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"}},
      {401, {"CUDA_ERROR_ILLEGAL_STATE", "the operation cannot be performed in the present state"}},
      {500, {"CUDA_ERROR_NOT_FOUND", "named symbol not found"}},
      {600, {"CUDA_ERROR_NOT_READY", "device not ready"}},
      {700, {"CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"}},
      {701, {"CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES", "too many resources requested for launch"}},
      {709, {"CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"}},
      {716, {"CUDA_ERROR_MISALIGNED_ADDRESS", "misaligned address"}},
      {719, {"CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"}},
      {801, {"CUDA_ERROR_NOT_SUPPORTED", "operation not supported"}},
      {803, {"CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "system has unsupported display driver / cuda driver combination"}},
      {900, {"CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED", "operation not permitted when stream is capturing"}},
      {901, {"CUDA_ERROR_STREAM_CAPTURE_INVALIDATED", "operation failed due to a previous error during capture"}},
      {903, {"CUDA_ERROR_STREAM_CAPTURE_UNMATCHED", "capture was not initiated in this stream"}},
      {904, {"CUDA_ERROR_STREAM_CAPTURE_UNJOINED", "capturing stream has unjoined work"}},
      {905, {"CUDA_ERROR_STREAM_CAPTURE_ISOLATION", "dependency created on uncaptured work in another stream"}},
      {910, {"CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE", "the graph update was not performed because it included changes which violated constraints"}},
      {999, {"CUDA_ERROR_UNKNOWN", "unknown error"}},
  };
  return *all;
}
API cuGetErrorName(int status, const char** out) {
  auto i = texts().find(status);
  *out = i == texts().end() ? nullptr : i->second.name;
  return *out ? SUCCESS : INVALID_VALUE;
}
// The driver's text, and what the emulator has to say of the latest error of that kind.
API cuGetErrorString(int status, const char** out) {
  std::lock_guard<std::recursive_mutex> guard(lock());
  auto i = texts().find(status);
  *out = nullptr;
  if (i == texts().end()) return INVALID_VALUE;
  static auto* kept = new std::string;
  *kept = i->second.text;
  if (status == message_status && !message().empty()) *kept += ": " + message();
  *out = kept->c_str();
  return SUCCESS;
}

// ---- what tests ask and order; no driver has these

API swath_emulator_set(const char* name, long long value) {
  std::lock_guard<std::recursive_mutex> guard(lock());
  settings()[name] = value;
  return SUCCESS;
}
// The parameters of a kernel, "*f32,i32,{72}"; null if there is none.
extern "C" __attribute__((visibility("default"))) const char* swath_emulator_signature(const char* name) {
  const emulator::Kernel* k = emulator::find(nullptr, name);
  return k ? k->signature.c_str() : nullptr;
}
// All kernels, a line each: file, name and parameters.
extern "C" __attribute__((visibility("default"))) const char* swath_emulator_kernels() {
  static auto* text = new std::string(emulator::list());
  return text->c_str();
}
// Bytes in use of a device.
extern "C" __attribute__((visibility("default"))) long long swath_emulator_used(int device) {
  std::lock_guard<std::recursive_mutex> guard(lock());
  return (long long)memory::used(device);
}
// Forgets every context, whoever still uses it.
API swath_emulator_reset() {
  std::lock_guard<std::recursive_mutex> guard(lock());
  for (Context* c : primary) {
    if (c) leave(c), c->users = 0;
  }
  settings().clear();
  message().clear();
  return SUCCESS;
}
