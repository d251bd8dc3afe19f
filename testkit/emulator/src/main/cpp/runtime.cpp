// The pretended run time of CUDA: the presets of JavaCPP want the library, and Swath calls nothing of it.
#define API extern "C" __attribute__((visibility("default"))) int

API cudaRuntimeGetVersion(int* out) {
  *out = 13000;
  return 0;
}
API cudaDriverGetVersion(int* out) {
  *out = 13000;
  return 0;
}
