//===- Device.h - A device, its streams and what runs on them ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work on a stream waits until somebody synchronizes with it: a host that does
// not wait sees what was there before. Work on the default stream comes after
// all that blocking streams were given before, and before what they are given
// after.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_DEVICE_H
#define VIB_TEST_CUDADRIVER_DEVICE_H

#include "test/cuda-driver/DeviceMemory.h"
#include "test/cuda-driver/Grid.h"
#include "test/cuda-driver/Options.h"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

namespace vib::cuda {

class Device;

/// What an entry point returns instead of success.
struct DriverError {
  CUresult result;
};

/// Something for a stream to do; its arguments are its own.
using Work = std::function<void(Device &)>;

struct Graph {
  std::vector<Work> nodes; ///< In the order of the stream that was captured.
};

struct Capture {
  CUstreamCaptureMode mode;
  std::thread::id thread;
  bool isInvalid = false;
  Graph graph;
};

struct Stream {
  struct Pending {
    uint64_t number;
    Work work;
  };

  bool isNonBlocking = false;
  std::deque<Pending> pending;
  std::unique_ptr<Capture> capture;
};

struct Event {
  bool hasTiming = true;
  bool isCaptured = false; ///< Recorded last in a capture.
  bool isRecorded = false;
  std::shared_ptr<Stream> stream;
  uint64_t number = 0; ///< Of its work on the stream.
  std::shared_ptr<std::chrono::steady_clock::time_point> time;
  unsigned queries = 0; ///< That have answered "not ready".
};

struct Module {
  std::shared_ptr<Program> program;
};

struct Function {
  Module *module;
  std::shared_ptr<const Kernel> kernel;
  int maxDynamicShared;
};

/// What belongs to the primary context of a device.
class Device {
public:
  explicit Device(const Options &options);
  ~Device();

  /// Gives a stream something to do, or its capture a node.
  void submit(const std::shared_ptr<Stream> &stream, Work work);
  /// Does what a stream was given, up to a number.
  void drain(Stream &stream, uint64_t upTo = ~0ull);
  void drainAll();

  void launch(const Launch &launch);
  /// What a kernel did wrong stays with the context.
  [[noreturn]] void fail(const Fault &fault);

  /// Spoils the captures that a call disturbs, and throws.
  void refuseDuringCapture();
  bool isCapturing(bool onlyBlocking) const;

  const Options &options;
  DeviceMemory memory;
  std::shared_ptr<Stream> defaultStream = std::make_shared<Stream>();
  std::map<void *, std::shared_ptr<Stream>> streams;
  std::map<void *, std::unique_ptr<Event>> events;
  std::map<void *, std::shared_ptr<Graph>> graphs, executables;
  std::map<void *, std::unique_ptr<Module>> modules;
  std::map<void *, std::unique_ptr<Function>> functions;
  /// Memory of the host, and how much.
  std::map<uint8_t *, std::unique_ptr<uint8_t[]>> pinned;
  std::map<uint8_t *, size_t> pinnedSizes;
  CUresult error = CUDA_SUCCESS; ///< For every later call.
  uint64_t lastNumber = 0;       ///< Of work.
  unsigned retained = 0;

private:
  uint64_t launches = 0;
  std::mt19937_64 generator;
};

/// What has been run, by kernel.
struct KernelStatistics {
  uint64_t launches = 0;
  LaunchCost cost;
};

/// All of the stand-in.
struct Driver {
  Driver() = default;
  ~Driver();

  /// Begins anew, with what the environment says now, unless a context is in
  /// use.
  void initialize();
  /// Writes the statistics, where somebody wants them.
  void finish() const;

  bool isInitialized = false;
  Options options;
  std::vector<std::unique_ptr<Device>> devices;
  std::map<std::string, KernelStatistics> statistics;
  uint64_t graphLaunches = 0;
  std::map<std::string, uint64_t> calls;
};

Driver &driver();

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_DEVICE_H
