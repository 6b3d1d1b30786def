//===- FakeCuda.cpp - A driver for tests of the runtime -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A libcuda.so.1 whose kernels are the mock models' functions, and whose memory
// is that of the process. It is as lazy as a driver may be: what is put into a
// stream happens when someone waits for it, so that memory that was reused too
// early shows in the results. Fresh memory is full of NaN. Copies must stay in
// an allocation, and in a graph touch no memory of the host but pinned one.
// What is not given back in the end is a complaint on stderr.
//
// VIB_FAKE_CUDA is a list of KEY=NUMBER, with commas:
//   init        what cuInit returns
//   version     of cuDriverGetVersion
//   devices     how many there are
//   capability  of device 0, as 80; all others have 90
//   memory      bytes of a device
//   shared      bytes of a block
//   jit         1: the PTX is refused, with a log
//   cubin       1: the cubin is refused
//   lost        the number of launches after which every call fails
//   rounds      1: count on stderr how often a cubin and PTX were loaded, and
//               graphs were launched
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaDriver.h"
#include "test/runtime/MockModel.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

using namespace vib::runtime;
using namespace vib::runtime::test;

using Clock = std::chrono::steady_clock;
using Work = std::function<void()>;

namespace vib::runtime::cuda {
struct ContextObject {};
struct ModuleObject {};
struct FunctionObject {
  MockKernel kernel;
  unsigned sharedBytes = 48 << 10;
};
struct StreamObject {
  std::vector<Work> waiting;
  bool captures = false;
  std::vector<Work> captured;
};
struct EventObject {
  bool recorded = false;
  bool done = false;
  Clock::time_point time;
};
struct GraphObject {
  std::vector<Work> works;
};
struct GraphExecObject {
  std::vector<Work> works;
};
} // namespace vib::runtime::cuda

namespace {

constexpr cuda::Result invalidValue = 1, invalidPtx = 218, notReady = 600,
                       launchFailed = 719, invalidImage = 200, notFound = 500,
                       invalidDevice = 101;

long setting(const char *key, long otherwise) {
  const char *variable = std::getenv("VIB_FAKE_CUDA");
  std::string text = "," + std::string(variable ? variable : "");
  size_t at = text.find("," + std::string(key) + "=");
  return at == text.npos ? otherwise
                         : std::atol(text.c_str() + at + std::strlen(key) + 2);
}

[[noreturn]] void complain(const char *what) {
  std::fprintf(stderr, "fake driver: %s\n", what);
  std::abort();
}

class Fake {
public:
  Fake() {
    for (const MockKernel &kernel : mockKernels())
      functions[kernel.name].kernel = kernel;
  }

  std::map<std::string, cuda::FunctionObject> functions;
  std::map<cuda::Pointer, size_t> allocations;
  std::map<char *, size_t> pinned;
  size_t used = 0;
  int objects = 0; ///< Streams, events, graphs, modules.
  long launches = 0, graphs = 0;
  bool lost = false;

  cuda::Result state() const { return lost ? launchFailed : cuda::success; }

  /// Whether `bytes` from `pointer` on are in one allocation.
  bool holds(cuda::Pointer pointer, size_t bytes) const {
    auto after = allocations.upper_bound(pointer);
    if (after == allocations.begin())
      return false;
    auto found = std::prev(after);
    return pointer + bytes <= found->first + found->second;
  }
  bool isPinned(const void *address) const {
    char *begin = static_cast<char *>(const_cast<void *>(address));
    auto after = pinned.upper_bound(begin);
    if (after == pinned.begin())
      return false;
    auto found = std::prev(after);
    return begin < found->first + found->second;
  }

  /// Later, or in a graph.
  cuda::Result add(cuda::Stream stream, Work work) {
    (stream->captures ? stream->captured : stream->waiting)
        .push_back(std::move(work));
    return state();
  }
  cuda::Result run(cuda::Stream stream) {
    std::vector<Work> works;
    works.swap(stream->waiting);
    for (const Work &work : works)
      if (!lost)
        work();
    return state();
  }

  void launch(const MockKernel &kernel, std::vector<cuda::Pointer> values) {
    if (launches++ == setting("lost", -1)) {
      lost = true;
      return;
    }
    std::vector<void *> arguments;
    for (cuda::Pointer &value : values)
      arguments.push_back(&value);
    kernel.run(arguments.data());
  }
};

Fake fake;
std::vector<cuda::Stream> streams;

void *hostAddress(cuda::Pointer pointer) {
  return reinterpret_cast<void *>(pointer);
}

} // namespace

extern "C" {

cuda::Result cuInit(unsigned) { return int(setting("init", cuda::success)); }

cuda::Result cuDriverGetVersion(int *version) {
  *version = int(setting("version", 12040));
  return cuda::success;
}

cuda::Result cuGetErrorName(cuda::Result result, const char **name) {
  const std::map<cuda::Result, const char *> names = {
      {invalidValue, "CUDA_ERROR_INVALID_VALUE"},
      {cuda::outOfMemory, "CUDA_ERROR_OUT_OF_MEMORY"},
      {invalidDevice, "CUDA_ERROR_INVALID_DEVICE"},
      {invalidPtx, "CUDA_ERROR_INVALID_PTX"},
      {launchFailed, "CUDA_ERROR_LAUNCH_FAILED"},
      {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"}};
  auto found = names.find(result);
  *name = found == names.end() ? nullptr : found->second;
  return *name ? cuda::success : invalidValue;
}

cuda::Result cuGetErrorString(cuda::Result, const char **text) {
  *text = "as the test wants it";
  return cuda::success;
}

cuda::Result cuDeviceGetCount(int *count) {
  *count = int(setting("devices", 2));
  return cuda::success;
}

cuda::Result cuDeviceGet(cuda::Device *device, int ordinal) {
  *device = ordinal;
  return ordinal < setting("devices", 2) ? cuda::success : invalidDevice;
}

cuda::Result cuDeviceGetName(char *name, int length, cuda::Device device) {
  std::snprintf(name, size_t(length), "Fake %d", device);
  return cuda::success;
}

cuda::Result cuDeviceGetAttribute(int *value, int attribute,
                                  cuda::Device device) {
  long capability = device == 0 ? setting("capability", 80) : 90;
  switch (attribute) {
  case cuda::capabilityMajor:
    *value = int(capability / 10);
    return cuda::success;
  case cuda::capabilityMinor:
    *value = int(capability % 10);
    return cuda::success;
  case cuda::sharedBytesOfBlock:
    *value = int(setting("shared", 100 << 10));
    return cuda::success;
  }
  return invalidValue;
}

cuda::Result cuDevicePrimaryCtxRetain(cuda::Context *context, cuda::Device) {
  static cuda::ContextObject object;
  *context = &object;
  return cuda::success;
}

cuda::Result cuDevicePrimaryCtxRelease_v2(cuda::Device) {
  if (fake.objects || !fake.allocations.empty() || !fake.pinned.empty())
    complain("something was not given back");
  if (setting("rounds", 0))
    std::fprintf(stderr, "graphs: %ld\n", fake.graphs);
  return fake.state();
}

cuda::Result cuCtxSetCurrent(cuda::Context) { return fake.state(); }

cuda::Result cuModuleLoadDataEx(cuda::Module *module, const void *image,
                                unsigned count, int *options, void **values) {
  bool cubin =
      std::strcmp(static_cast<const char *>(image), "// mock cubin") == 0;
  if (cubin && setting("cubin", 0))
    return invalidImage;
  if (!cubin && setting("jit", 0)) {
    char *log = nullptr;
    size_t bytes = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (options[i] == cuda::jitErrorLog)
        log = static_cast<char *>(values[i]);
      if (options[i] == cuda::jitErrorLogBytes)
        bytes = reinterpret_cast<size_t>(values[i]);
    }
    std::snprintf(log, bytes, "line 1: not to the taste of the test");
    return invalidPtx;
  }
  if (setting("rounds", 0))
    std::fprintf(stderr, "loads the %s\n", cubin ? "cubin" : "PTX");
  ++fake.objects;
  *module = new cuda::ModuleObject;
  return cuda::success;
}

cuda::Result cuModuleUnload(cuda::Module module) {
  --fake.objects;
  delete module;
  return fake.state();
}

cuda::Result cuModuleGetFunction(cuda::Function *function, cuda::Module,
                                 const char *name) {
  auto found = fake.functions.find(name);
  if (found == fake.functions.end())
    return notFound;
  *function = &found->second;
  return cuda::success;
}

cuda::Result cuFuncSetAttribute(cuda::Function function, int attribute,
                                int value) {
  if (attribute != cuda::dynamicSharedBytes ||
      value > setting("shared", 100 << 10))
    return invalidValue;
  function->sharedBytes = unsigned(value);
  return cuda::success;
}

cuda::Result cuMemGetInfo_v2(size_t *free, size_t *total) {
  *total = size_t(setting("memory", 1 << 30));
  *free = *total - fake.used;
  return fake.state();
}

cuda::Result cuMemAlloc_v2(cuda::Pointer *pointer, size_t bytes) {
  if (fake.lost)
    return fake.state();
  if (fake.used + bytes > size_t(setting("memory", 1 << 30)))
    return cuda::outOfMemory;
  void *memory = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  std::memset(memory, 0xff, bytes);
  *pointer = reinterpret_cast<cuda::Pointer>(memory);
  fake.allocations[*pointer] = bytes;
  fake.used += bytes;
  return cuda::success;
}

cuda::Result cuMemFree_v2(cuda::Pointer pointer) {
  auto found = fake.allocations.find(pointer);
  if (found == fake.allocations.end())
    complain("no such allocation");
  // Others may need it still, and then the driver waits.
  for (cuda::Stream stream : streams)
    fake.run(stream);
  fake.used -= found->second;
  fake.allocations.erase(found);
  std::free(hostAddress(pointer));
  return fake.state();
}

cuda::Result cuMemAllocHost_v2(void **pointer, size_t bytes) {
  *pointer = std::malloc(bytes);
  std::memset(*pointer, 0xff, bytes);
  fake.pinned[static_cast<char *>(*pointer)] = bytes;
  return fake.state();
}

cuda::Result cuMemFreeHost(void *pointer) {
  if (!fake.pinned.erase(static_cast<char *>(pointer)))
    complain("no such pinned memory");
  std::free(pointer);
  return fake.state();
}

cuda::Result cuMemcpyHtoDAsync_v2(cuda::Pointer to, const void *from,
                                  size_t bytes, cuda::Stream stream) {
  if (!fake.holds(to, bytes))
    complain("a copy to nowhere");
  if (fake.isPinned(from))
    return fake.add(stream, [=] { std::memcpy(hostAddress(to), from, bytes); });
  if (stream->captures)
    complain("a graph copies from memory that is not pinned");
  // The driver takes it at once.
  auto taken = std::make_shared<std::vector<char>>(
      static_cast<const char *>(from), static_cast<const char *>(from) + bytes);
  return fake.add(stream,
                  [=] { std::memcpy(hostAddress(to), taken->data(), bytes); });
}

cuda::Result cuMemcpyDtoHAsync_v2(void *to, cuda::Pointer from, size_t bytes,
                                  cuda::Stream stream) {
  if (!fake.holds(from, bytes))
    complain("a copy from nowhere");
  if (!fake.isPinned(to) && stream->captures)
    complain("a graph copies to memory that is not pinned");
  return fake.add(stream, [=] { std::memcpy(to, hostAddress(from), bytes); });
}

cuda::Result cuMemcpyDtoDAsync_v2(cuda::Pointer to, cuda::Pointer from,
                                  size_t bytes, cuda::Stream stream) {
  if (!fake.holds(from, bytes) || !fake.holds(to, bytes))
    complain("a copy from or to nowhere");
  return fake.add(
      stream, [=] { std::memcpy(hostAddress(to), hostAddress(from), bytes); });
}

cuda::Result cuMemsetD32Async(cuda::Pointer to, unsigned value, size_t count,
                              cuda::Stream stream) {
  if (!fake.holds(to, count * 4))
    complain("nowhere to set");
  return fake.add(stream, [=] {
    unsigned *words = static_cast<unsigned *>(hostAddress(to));
    std::fill(words, words + count, value);
  });
}

cuda::Result cuStreamCreate(cuda::Stream *stream, unsigned) {
  ++fake.objects;
  *stream = new cuda::StreamObject;
  streams.push_back(*stream);
  return fake.state();
}

cuda::Result cuStreamSynchronize(cuda::Stream stream) {
  return fake.run(stream);
}

cuda::Result cuStreamDestroy_v2(cuda::Stream stream) {
  --fake.objects;
  streams.clear();
  delete stream;
  return fake.state();
}

cuda::Result cuStreamBeginCapture_v2(cuda::Stream stream, int) {
  stream->captures = true;
  return fake.state();
}

cuda::Result cuStreamEndCapture(cuda::Stream stream, cuda::Graph *graph) {
  ++fake.objects;
  stream->captures = false;
  *graph = new cuda::GraphObject{std::move(stream->captured)};
  stream->captured.clear();
  return fake.state();
}

#ifndef VIB_FAKE_CUDA_IS_OLD
cuda::Result cuGraphInstantiateWithFlags(cuda::GraphExec *exec,
                                         cuda::Graph graph,
                                         unsigned long long) {
  ++fake.objects;
  *exec = new cuda::GraphExecObject{graph->works};
  return fake.state();
}
#endif

cuda::Result cuGraphLaunch(cuda::GraphExec exec, cuda::Stream stream) {
  ++fake.graphs;
  for (const Work &work : exec->works)
    fake.add(stream, work);
  return fake.state();
}

cuda::Result cuGraphExecDestroy(cuda::GraphExec exec) {
  --fake.objects;
  delete exec;
  return fake.state();
}

cuda::Result cuGraphDestroy(cuda::Graph graph) {
  --fake.objects;
  delete graph;
  return fake.state();
}

cuda::Result cuEventCreate(cuda::Event *event, unsigned) {
  ++fake.objects;
  *event = new cuda::EventObject;
  return fake.state();
}

cuda::Result cuEventRecord(cuda::Event event, cuda::Stream stream) {
  if (stream->captures)
    complain("an event in a graph");
  event->recorded = true;
  event->done = false;
  return fake.add(stream, [=] {
    event->done = true;
    event->time = Clock::now();
  });
}

/// Runs what was put before the event, but no more.
cuda::Result cuEventSynchronize(cuda::Event event) {
  for (cuda::Stream stream : streams) {
    size_t next = 0;
    std::vector<Work> works;
    works.swap(stream->waiting);
    for (; next < works.size() && !event->done && !fake.lost; ++next)
      works[next]();
    stream->waiting.assign(works.begin() + long(next), works.end());
  }
  return fake.state();
}

cuda::Result cuEventElapsedTime(float *milliseconds, cuda::Event begin,
                                cuda::Event end) {
  if (!begin->done || !end->done)
    return begin->recorded && end->recorded ? notReady : invalidValue;
  *milliseconds =
      std::chrono::duration<float, std::milli>(end->time - begin->time).count();
  return fake.state();
}

cuda::Result cuEventDestroy_v2(cuda::Event event) {
  --fake.objects;
  delete event;
  return fake.state();
}

cuda::Result cuLaunchKernel(cuda::Function function, unsigned gridX,
                            unsigned gridY, unsigned gridZ, unsigned blockX,
                            unsigned blockY, unsigned blockZ,
                            unsigned sharedBytes, cuda::Stream stream,
                            void **arguments, void **extra) {
  if (gridX == 0 || gridY != 1 || gridZ != 1 || blockX == 0 || blockX > 1024 ||
      blockY != 1 || blockZ != 1 || extra ||
      sharedBytes > function->sharedBytes)
    return invalidValue;
  std::vector<cuda::Pointer> values;
  for (size_t i = 0; i < function->kernel.arguments; ++i)
    values.push_back(*static_cast<cuda::Pointer *>(arguments[i]));
  return fake.add(stream, [=] { fake.launch(function->kernel, values); });
}

} // extern "C"
