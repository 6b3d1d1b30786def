//===- Device.h - A device and its streams ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Work on a stream is delayed until the host synchronizes with it, so a host
// that does not wait sees the old data. Work on the default stream comes after
// all earlier work of blocking streams, and before all their later work.
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

/// The error that an entry point returns.
struct DriverError {
  CUresult result;
};

/// A piece of work for a stream. It owns its arguments.
using Work = std::function<void(Device &)>;

struct Graph {
  std::vector<Work> nodes; ///< In the order of the capture.
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
  bool isCaptured = false; ///< Last recorded in a capture.
  bool isRecorded = false;
  std::shared_ptr<Stream> stream;
  uint64_t number = 0; ///< The number of its work.
  std::shared_ptr<std::chrono::steady_clock::time_point> time;
  unsigned queries = 0; ///< Answered with "not ready".
};

struct Module {
  std::shared_ptr<Program> program;
};

struct Function {
  Module *module;
  std::shared_ptr<const Kernel> kernel;
  int maxDynamicShared;
};

/// The primary context of a device.
class Device {
public:
  explicit Device(const Options &options);
  ~Device();

  /// Adds work to a stream, or a node to its capture.
  void submit(const std::shared_ptr<Stream> &stream, Work work);
  /// Runs the work of a stream up to a number.
  void drain(Stream &stream, uint64_t upTo = ~0ull);
  void drainAll();

  void launch(const Launch &launch);
  /// Reports a fault of a kernel. The error stays with the context.
  [[noreturn]] void fail(const Fault &fault);

  /// Invalidates the captures that a call disturbs, and throws.
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
  /// Pinned memory of the host, and its size.
  std::map<uint8_t *, std::unique_ptr<uint8_t[]>> pinned;
  std::map<uint8_t *, size_t> pinnedSizes;
  CUresult error = CUDA_SUCCESS; ///< Returned by all later calls.
  uint64_t lastNumber = 0;       ///< The number of the last work.
  unsigned retained = 0;

private:
  uint64_t launches = 0;
  std::mt19937_64 generator;
};

/// The work that a kernel has done.
struct KernelStatistics {
  uint64_t launches = 0;
  LaunchCost cost;
};

/// The state of the stand-in.
struct Driver {
  Driver() = default;
  ~Driver();

  /// Resets the state and reads the environment, unless a context is in use.
  void initialize();
  /// Writes the statistics, if a file was requested.
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
