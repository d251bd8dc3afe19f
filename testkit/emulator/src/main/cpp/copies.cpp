// Memory and copies of the pretended driver.
#include "driver.hpp"

using namespace driver;

API cuMemGetInfo_v2(size_t* unused, size_t* total) {
  ENTER;
  if (int e = require_context()) return e;
  *total = (size_t)setting("memory", 2ll << 30);
  size_t used = memory::used(current->device);
  *unused = *total > used ? *total - used : 0;
  return SUCCESS;
}
API cuMemAlloc_v2(void** out, size_t bytes) {
  ENTER;
  if (int e = require_context()) return e;
  if (int e = require_no_recording()) return e;
  if (bytes == 0) return INVALID_VALUE;
  if (memory::used(current->device) + bytes > (size_t)setting("memory", 2ll << 30)) return OUT_OF_MEMORY;
  *out = memory::take(bytes, current->device);
  return *out ? SUCCESS : OUT_OF_MEMORY;
}
API cuMemFree_v2(void* address) {
  ENTER;
  if (int e = require_context()) return e;
  if (!address) return SUCCESS;
  if (int e = require_no_recording()) return e;
  if (int e = drain_all(current)) return e;
  return memory::give(address) ? SUCCESS : say(INVALID_VALUE, "no memory in use begins at this address");
}
API cuMemAllocAsync(void** out, size_t bytes, void* stream) {
  if (!stream_of(stream)) return INVALID_HANDLE;
  return cuMemAlloc_v2(out, bytes);
}
API cuMemFreeAsync(void* address, void* stream) {
  if (!stream_of(stream)) return INVALID_HANDLE;
  return cuMemFree_v2(address);
}
API cuMemHostAlloc(void** out, size_t bytes, unsigned) {
  ENTER;
  if (int e = require_context()) return e;
  if (int e = require_no_recording()) return e;
  if (bytes == 0) return INVALID_VALUE;
  *out = memory::take(bytes, memory::PINNED);
  return *out ? SUCCESS : OUT_OF_MEMORY;
}
API cuMemAllocHost_v2(void** out, size_t bytes) { return cuMemHostAlloc(out, bytes, 0); }
API cuMemFreeHost(void* address) {
  ENTER;
  if (int e = require_context()) return e;
  if (int e = drain_all(current)) return e;
  return memory::give(address) ? SUCCESS : INVALID_VALUE;
}
API cuMemHostGetDevicePointer_v2(void** out, void* address, unsigned) {
  *out = address;
  return SUCCESS;
}
API cuMemGetAddressRange_v2(void** start, size_t* bytes, void* address) {
  ENTER;
  size_t n;
  int device;
  void* first = memory::range(address, &n, &device);
  if (!first) return NOT_FOUND;
  if (start) *start = first;
  if (bytes) *bytes = n;
  return SUCCESS;
}

static int no_memory(const void* address, size_t bytes) {
  return say(INVALID_VALUE, std::to_string(bytes) + " bytes from an address on " + memory::describe(address));
}

static int copy(void* to, const void* from, size_t bytes, void* stream, bool to_device, bool from_device, bool wait) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(stream);
  if (!s) return INVALID_HANDLE;
  if (s->context != current) return say(INVALID_HANDLE, "the stream is not of the current device");
  if (to_device && !memory::valid(to, bytes, current->device)) return no_memory(to, bytes);
  if (from_device && !memory::valid(from, bytes, current->device)) return no_memory(from, bytes);
  int e = enqueue(s, [=] {
    memmove(to, from, bytes);
    return SUCCESS;
  });
  if (e || !wait) return e;
  return s->recording ? (int)CAPTURE_UNSUPPORTED : drain(s);
}

// Pageable memory on either side makes the call wait, as it does in truth for memory on its way down.
static bool pageable(const void* host) { return !memory::valid(host, 1, memory::PINNED); }

API cuMemcpyHtoD_v2(void* to, const void* from, size_t n) { return copy(to, from, n, nullptr, true, false, true); }
API cuMemcpyDtoH_v2(void* to, const void* from, size_t n) { return copy(to, from, n, nullptr, false, true, true); }
API cuMemcpyDtoD_v2(void* to, const void* from, size_t n) { return copy(to, from, n, nullptr, true, true, true); }
API cuMemcpyHtoDAsync_v2(void* to, const void* from, size_t n, void* s) { return copy(to, from, n, s, true, false, pageable(from)); }
API cuMemcpyDtoHAsync_v2(void* to, const void* from, size_t n, void* s) { return copy(to, from, n, s, false, true, pageable(to)); }
API cuMemcpyDtoDAsync_v2(void* to, const void* from, size_t n, void* s) { return copy(to, from, n, s, true, true, false); }

template <class T>
static int set(void* to, T value, size_t n, void* stream) {
  ENTER;
  if (int e = require_context()) return e;
  Stream* s = stream_of(stream);
  if (!s) return INVALID_HANDLE;
  if (!memory::valid(to, n * sizeof(T), current->device)) return no_memory(to, n * sizeof(T));
  return enqueue(s, [=] {
    for (size_t i = 0; i < n; i++) ((T*)to)[i] = value;
    return SUCCESS;
  });
}
API cuMemsetD8_v2(void* to, unsigned char v, size_t n) { return set(to, v, n, nullptr); }
API cuMemsetD16_v2(void* to, unsigned short v, size_t n) { return set(to, v, n, nullptr); }
API cuMemsetD32_v2(void* to, unsigned v, size_t n) { return set(to, v, n, nullptr); }
API cuMemsetD8Async(void* to, unsigned char v, size_t n, void* s) { return set(to, v, n, s); }
API cuMemsetD16Async(void* to, unsigned short v, size_t n, void* s) { return set(to, v, n, s); }
API cuMemsetD32Async(void* to, unsigned v, size_t n, void* s) { return set(to, v, n, s); }
