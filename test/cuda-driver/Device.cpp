//===- Device.cpp - A device and its streams ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Device.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

//===----------------------------------------------------------------------===//
// Device
//===----------------------------------------------------------------------===//

Device::Device(const Options &options)
    : options(options), memory(options.memory), generator(options.seed) {}

Device::~Device() = default;

void Device::submit(const std::shared_ptr<Stream> &stream, Work work) {
  if (stream->capture) {
    if (stream->capture->isInvalid)
      throw DriverError{CUDA_ERROR_STREAM_CAPTURE_INVALIDATED};
    stream->capture->graph.nodes.push_back(std::move(work));
    return;
  }
  if (stream == defaultStream && isCapturing(/*onlyBlocking=*/true)) {
    for (auto &entry : streams)
      if (entry.second->capture && !entry.second->isNonBlocking)
        entry.second->capture->isInvalid = true;
    throw DriverError{CUDA_ERROR_STREAM_CAPTURE_IMPLICIT};
  }
  stream->pending.push_back({++lastNumber, std::move(work)});
}

void Device::drain(Stream &stream, uint64_t upTo) {
  while (!stream.pending.empty() && stream.pending.front().number <= upTo) {
    uint64_t number = stream.pending.front().number;
    if (&stream == defaultStream.get()) {
      for (auto &entry : streams)
        if (!entry.second->isNonBlocking)
          drain(*entry.second, number);
    } else if (!stream.isNonBlocking) {
      drain(*defaultStream, number);
    }
    Work work = std::move(stream.pending.front().work);
    stream.pending.pop_front();
    work(*this);
  }
}

void Device::drainAll() {
  std::vector<std::shared_ptr<Stream>> all = {defaultStream};
  for (auto &entry : streams)
    all.push_back(entry.second);
  if (options.seed)
    std::shuffle(all.begin(), all.end(), generator);
  for (auto &stream : all)
    drain(*stream);
}

void Device::launch(const Launch &launch) {
  // Launch numbers are limited by the format of histories (DeviceMemory.h).
  if (++launches == 1 << 14) {
    memory.clearHistory();
    launches = 1;
  }
  LaunchCost cost;
  try {
    cost = runLaunch(launch, memory, launches, options.seed);
  } catch (const Fault &fault) {
    fail(fault);
  }
  KernelStatistics &kernel = driver().statistics[launch.kernel->name];
  ++kernel.launches;
  kernel.cost.blocks += cost.blocks;
  kernel.cost.instructions += cost.instructions;
  kernel.cost.threadInstructions += cost.threadInstructions;
}

void Device::fail(const Fault &fault) {
  std::fprintf(stderr, "cuda stand-in: %s\n  %s\n", fault.what(),
               nameOf(fault.result));
  error = fault.result;
  defaultStream->pending.clear();
  for (auto &entry : streams)
    entry.second->pending.clear();
  throw DriverError{error};
}

bool Device::isCapturing(bool onlyBlocking) const {
  return std::any_of(streams.begin(), streams.end(), [&](auto &entry) {
    return entry.second->capture &&
           !(onlyBlocking && entry.second->isNonBlocking);
  });
}

void Device::refuseDuringCapture() {
  bool refused = false;
  for (auto &entry : streams) {
    Capture *capture = entry.second->capture.get();
    if (!capture || capture->mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
        (capture->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL &&
         capture->thread != std::this_thread::get_id()))
      continue;
    capture->isInvalid = true;
    refused = true;
  }
  if (refused)
    throw DriverError{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED};
}

//===----------------------------------------------------------------------===//
// Driver
//===----------------------------------------------------------------------===//

Driver &vib::cuda::driver() {
  static Driver driver;
  return driver;
}

void Driver::initialize() {
  bool inUse = std::any_of(devices.begin(), devices.end(),
                           [](auto &device) { return device->retained; });
  if (inUse)
    return;
  finish();
  options = Options::fromEnvironment();
  calls.clear();
  statistics.clear();
  graphLaunches = 0;
  devices.clear();
  for (int i = 0; i < options.devices; ++i)
    devices.push_back(std::make_unique<Device>(options));
  isInitialized = true;
}

Driver::~Driver() { finish(); }

void Driver::finish() const {
  if (options.statistics.empty())
    return;
  std::FILE *file = std::fopen(options.statistics.c_str(), "w");
  if (!file) {
    std::perror(options.statistics.c_str());
    return;
  }
  for (auto &[name, kernel] : statistics)
    fmt::print(file,
               "kernel {} launches {} blocks {} instructions {} "
               "thread-instructions {}\n",
               name, kernel.launches, kernel.cost.blocks,
               kernel.cost.instructions, kernel.cost.threadInstructions);
  fmt::print(file, "graph-launches {}\n", graphLaunches);
  std::fclose(file);
}
