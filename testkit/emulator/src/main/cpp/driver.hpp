// What the parts of the pretended driver share: handles, errors, and work in the order of streams.
#pragma once

#include <stddef.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "emulator.hpp"
#include "memory.hpp"

#define API extern "C" __attribute__((visibility("default"))) int
#define ENTER                                        \
  std::lock_guard<std::recursive_mutex> guard(lock()); \
  if (int e = driver::enter(__func__)) return e

namespace driver {

enum Status {
  SUCCESS = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  DEINITIALIZED = 4,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  INVALID_HANDLE = 400,
  ILLEGAL_STATE = 401,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  LAUNCH_OUT_OF_RESOURCES = 701,
  CONTEXT_IS_DESTROYED = 709,
  MISALIGNED_ADDRESS = 716,
  LAUNCH_FAILED = 719,
  NOT_SUPPORTED = 801,
  CAPTURE_UNSUPPORTED = 900,
  CAPTURE_INVALIDATED = 901,
  CAPTURE_UNMATCHED = 903,
  CAPTURE_UNJOINED = 904,
  CAPTURE_ISOLATION = 905,
};

// Something that a device does, as often as it is called; gives a status.
typedef std::function<int()> Work;

struct Context {
  int device;
  int users;
  int error;  // the first failure; all that follows fails with it
};

struct Node {
  Work work;
  std::vector<int> after;  // earlier nodes
};

struct Graph {
  std::vector<Node> nodes;
};

// A graph that is being recorded.
struct Recording {
  Graph graph;
  int mode;
  bool broken;
};

struct Stream {
  Context* context;
  std::deque<Work> queue;
  Recording* recording;
  bool origin;             // of the recording
  std::vector<int> after;  // the nodes that the next one comes after
};

struct Event {
  Stream* stream;  // where it was recorded last
  u64 recorded, done;
  double seconds;
  Recording* recording;
  std::vector<int> after;
};

struct Module {
  std::string file;  // or empty for all
};

struct Function {
  const emulator::Kernel* kernel;
  int shared_most;
};

std::recursive_mutex& lock();
// Counts the call, and gives the error that a test has ordered for it.
int enter(const char* call);
extern std::map<std::string, long long>& settings();
long long setting(const char* name, long long otherwise);

extern thread_local Context* current;
int require_context();  // 0, or why nothing can be done here
// Remembers what an error is about, for cuGetErrorString.
int say(int status, const std::string& what);
int fail_for_good(Context* context, int status, const std::string& what);

std::set<Stream*>& streams();
std::set<Event*>& events();
std::set<Module*>& modules();
std::set<Function*>& functions();
std::set<Graph*>& graphs();
std::set<Graph*>& executables();

// The stream of a handle; 0, 1 and 2 are the default ones.
Stream* stream_of(void* handle);
int enqueue(Stream* stream, Work work);
int drain(Stream* stream);
int drain_all(Context* context);
// An error if a recording forbids calls that wait or that take memory.
int require_no_recording();

}  // namespace driver
