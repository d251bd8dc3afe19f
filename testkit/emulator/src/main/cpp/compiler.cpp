// The pretended NVRTC: what it makes of a source is a line that names it, and the pretended driver then finds the kernels
// that were built of the same source.
#include <stddef.h>
#include <string.h>

#include <string>

#define API extern "C" __attribute__((visibility("default"))) int

struct Program {
  std::string name, source, image, log;
  bool header;
};

API nvrtcVersion(int* major, int* minor) {
  *major = 13, *minor = 0;
  return 0;
}
API nvrtcGetNumSupportedArchs(int* out) {
  *out = 4;
  return 0;
}
API nvrtcGetSupportedArchs(int* out) {
  out[0] = 80, out[1] = 89, out[2] = 90, out[3] = 100;
  return 0;
}
API nvrtcCreateProgram(Program** out, const char* source, const char* name, int count, const char* const* headers, const char* const* names) {
  if (!source) return 3;
  bool header = false;
  for (int i = 0; i < count; i++) header |= strcmp(names[i], "device.cuh") == 0 && headers[i] && *headers[i];
  *out = new Program{name ? name : "default_program", source, "", "", header};
  return 0;
}
API nvrtcCompileProgram(Program* p, int count, const char* const* options) {
  std::string architecture;
  for (int i = 0; i < count; i++) {
    std::string o = options[i];
    for (const char* key : {"--gpu-architecture=", "-arch="}) {
      if (o.compare(0, strlen(key), key) == 0) architecture = o.substr(strlen(key));
    }
  }
  if (architecture.compare(0, 3, "sm_") != 0) {
    p->log = "error: the architecture must be a real one, sm_XX; got " + architecture;
    return 5;
  }
  if (p->source.find("device.cuh") == std::string::npos || !p->header) {
    p->log = "error: " + p->name + " does not include device.cuh, or did not get it";
    return 6;
  }
  p->image = "SWATH EMULATOR " + p->name + "\n" + architecture + "\n";
  return 0;
}
API nvrtcGetCUBINSize(Program* p, size_t* out) {
  *out = p->image.size() + 1;
  return 0;
}
API nvrtcGetCUBIN(Program* p, char* out) {
  memcpy(out, p->image.c_str(), p->image.size() + 1);
  return 0;
}
API nvrtcGetPTXSize(Program* p, size_t* out) { return nvrtcGetCUBINSize(p, out); }
API nvrtcGetPTX(Program* p, char* out) { return nvrtcGetCUBIN(p, out); }
API nvrtcGetProgramLogSize(Program* p, size_t* out) {
  *out = p->log.size() + 1;
  return 0;
}
API nvrtcGetProgramLog(Program* p, char* out) {
  memcpy(out, p->log.c_str(), p->log.size() + 1);
  return 0;
}
API nvrtcDestroyProgram(Program** p) {
  delete *p;
  *p = nullptr;
  return 0;
}
extern "C" __attribute__((visibility("default"))) const char* nvrtcGetErrorString(int status) {
  return status == 0   ? "NVRTC_SUCCESS"
         : status == 3 ? "NVRTC_ERROR_INVALID_INPUT"
         : status == 5 ? "NVRTC_ERROR_INVALID_OPTION"
         : status == 6 ? "NVRTC_ERROR_COMPILATION"
                       : "NVRTC_ERROR_UNKNOWN";
}
