//===- DriverStream.cpp - Entry points: streams, events, launches, graphs -===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Entry.h"

#include <chrono>
#include <cstring>

using namespace vib::cuda;

namespace {

/// The most threads in a block, in total and along z, and blocks along y and z.
constexpr uint64_t maxThreads = 1024, maxThreadsZ = 64, maxBlocksYZ = 65535,
                   maxBlocksX = 0x7FFFFFFF;

void checkShape(const Kernel &kernel, Shape blocks, Shape threads) {
  require(blocks.count() && threads.count());
  require(blocks.x <= maxBlocksX && blocks.y <= maxBlocksYZ &&
          blocks.z <= maxBlocksYZ);
  require(threads.x <= maxThreads && threads.y <= maxThreads &&
          threads.z <= maxThreadsZ && threads.count() <= maxThreads);
  require(!kernel.maxThreads || threads.count() <= kernel.maxThreads);
  auto [x, y, z] = kernel.requiredThreads;
  require(!x || (threads.x == x && threads.y == y && threads.z == z));
}

void waitOn(Device &device, Stream &stream) {
  if (!stream.capture) {
    device.drain(stream);
    return;
  }
  stream.capture->isInvalid = true;
  throw DriverError{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED};
}

/// The number of queries until an event is reported as done. A caller that
/// polls is waiting, so that the work must be done eventually.
constexpr unsigned queriesUntilDone = 2;

} // namespace

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

VIB_CUDA_ENTRY cuStreamCreate(CUstream *handle, unsigned flags) {
  return enter("cuStreamCreate", Need::Context, [&](Device *device) {
    require(handle && flags <= CU_STREAM_NON_BLOCKING);
    auto stream = std::make_shared<Stream>();
    stream->isNonBlocking = flags == CU_STREAM_NON_BLOCKING;
    *handle = reinterpret_cast<CUstream>(stream.get());
    device->streams[stream.get()] = std::move(stream);
  });
}

VIB_CUDA_ENTRY cuStreamSynchronize(CUstream handle) {
  return enter("cuStreamSynchronize", Need::Context, [&](Device *device) {
    waitOn(*device, *findStream(*device, handle));
  });
}

VIB_CUDA_ENTRY cuStreamDestroy_v2(CUstream handle) {
  return enter("cuStreamDestroy_v2", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = find(device->streams, handle);
    stream->capture.reset();
    device->drain(*stream);
    device->streams.erase(handle);
  });
}

VIB_CUDA_ENTRY cuEventCreate(CUevent *handle, unsigned flags) {
  return enter("cuEventCreate", Need::Context, [&](Device *device) {
    require(handle && flags <= 7);
    auto event = std::make_unique<Event>();
    event->hasTiming = !(flags & CU_EVENT_DISABLE_TIMING);
    *handle = reinterpret_cast<CUevent>(event.get());
    device->events[event.get()] = std::move(event);
  });
}

VIB_CUDA_ENTRY cuEventRecord(CUevent handle, CUstream streamHandle) {
  return enter("cuEventRecord", Need::Context, [&](Device *device) {
    Event &event = *find(device->events, handle);
    std::shared_ptr<Stream> stream = findStream(*device, streamHandle);
    event.isCaptured = stream->capture != nullptr;
    if (event.isCaptured)
      return;
    auto time = std::make_shared<std::chrono::steady_clock::time_point>();
    device->submit(
        stream, [time](Device &) { *time = std::chrono::steady_clock::now(); });
    event.isRecorded = true;
    event.stream = stream;
    event.number = device->lastNumber;
    event.time = time;
    event.queries = 0;
  });
}

namespace {

bool isDone(const Event &event) {
  return !event.isRecorded || event.stream->pending.empty() ||
         event.stream->pending.front().number > event.number;
}

} // namespace

VIB_CUDA_ENTRY cuEventQuery(CUevent handle) {
  return enter("cuEventQuery", Need::Context, [&](Device *device) {
    Event &event = *find(device->events, handle);
    require(!event.isCaptured, CUDA_ERROR_CAPTURED_EVENT);
    if (isDone(event))
      return;
    if (event.queries++ < queriesUntilDone)
      throw DriverError{CUDA_ERROR_NOT_READY};
    device->drain(*event.stream, event.number);
  });
}

VIB_CUDA_ENTRY cuEventSynchronize(CUevent handle) {
  return enter("cuEventSynchronize", Need::Context, [&](Device *device) {
    Event &event = *find(device->events, handle);
    require(!event.isCaptured, CUDA_ERROR_CAPTURED_EVENT);
    if (!isDone(event))
      device->drain(*event.stream, event.number);
  });
}

VIB_CUDA_ENTRY cuEventElapsedTime(float *milliseconds, CUevent start,
                                  CUevent end) {
  return enter("cuEventElapsedTime", Need::Context, [&](Device *device) {
    require(milliseconds);
    Event &first = *find(device->events, start);
    Event &last = *find(device->events, end);
    require(first.hasTiming && last.hasTiming && first.isRecorded &&
                last.isRecorded,
            CUDA_ERROR_INVALID_HANDLE);
    require(isDone(first) && isDone(last), CUDA_ERROR_NOT_READY);
    *milliseconds =
        std::chrono::duration<float, std::milli>(*last.time - *first.time)
            .count();
  });
}

VIB_CUDA_ENTRY cuEventDestroy_v2(CUevent handle) {
  return enter("cuEventDestroy_v2", Need::Context, [&](Device *device) {
    find(device->events, handle);
    device->events.erase(handle);
  });
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

VIB_CUDA_ENTRY cuLaunchKernel(CUfunction handle, unsigned blocksX,
                              unsigned blocksY, unsigned blocksZ,
                              unsigned threadsX, unsigned threadsY,
                              unsigned threadsZ, unsigned sharedBytes,
                              CUstream streamHandle, void **parameters,
                              void **extra) {
  return enter("cuLaunchKernel", Need::Context, [&](Device *device) {
    Function &function = *find(device->functions, handle);
    std::shared_ptr<Stream> stream = findStream(*device, streamHandle);
    require(!extra, CUDA_ERROR_NOT_SUPPORTED);
    auto launch = std::make_shared<Launch>();
    launch->kernel = function.kernel;
    launch->blocks = {blocksX, blocksY, blocksZ};
    launch->threads = {threadsX, threadsY, threadsZ};
    launch->dynamicShared = sharedBytes;
    const Kernel &kernel = *function.kernel;
    checkShape(kernel, launch->blocks, launch->threads);
    require(sharedBytes <= unsigned(function.maxDynamicShared));
    launch->parameters.resize(kernel.parameterBytes);
    require(kernel.parameters.empty() || parameters);
    for (size_t i = 0; i != kernel.parameters.size(); ++i) {
      require(parameters[i]);
      std::memcpy(launch->parameters.data() + kernel.parameters[i].offset,
                  parameters[i], kernel.parameters[i].size);
    }
    device->submit(stream,
                   [launch](Device &device) { device.launch(*launch); });
  });
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

VIB_CUDA_ENTRY cuStreamBeginCapture_v2(CUstream handle,
                                       CUstreamCaptureMode mode) {
  return enter("cuStreamBeginCapture_v2", Need::Context, [&](Device *device) {
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    require(mode >= 0 && mode <= CU_STREAM_CAPTURE_MODE_RELAXED);
    require(stream != device->defaultStream,
            CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
    require(!stream->capture, CUDA_ERROR_ILLEGAL_STATE);
    stream->capture = std::make_unique<Capture>();
    stream->capture->mode = mode;
    stream->capture->thread = std::this_thread::get_id();
  });
}

VIB_CUDA_ENTRY cuStreamEndCapture(CUstream handle, CUgraph *graphHandle) {
  return enter("cuStreamEndCapture", Need::Context, [&](Device *device) {
    require(graphHandle);
    std::shared_ptr<Stream> stream = findStream(*device, handle);
    require(stream->capture != nullptr, CUDA_ERROR_ILLEGAL_STATE);
    require(stream->capture->mode == CU_STREAM_CAPTURE_MODE_RELAXED ||
                stream->capture->thread == std::this_thread::get_id(),
            CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
    std::unique_ptr<Capture> capture = std::move(stream->capture);
    *graphHandle = nullptr;
    require(!capture->isInvalid, CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
    auto graph = std::make_shared<Graph>(std::move(capture->graph));
    *graphHandle = reinterpret_cast<CUgraph>(graph.get());
    device->graphs[graph.get()] = std::move(graph);
  });
}

VIB_CUDA_ENTRY cuGraphInstantiateWithFlags(CUgraphExec *handle, CUgraph graph,
                                           unsigned long long flags) {
  return enter(
      "cuGraphInstantiateWithFlags", Need::Context, [&](Device *device) {
        require(handle && flags == 0);
        auto executable = std::make_shared<Graph>(*find(device->graphs, graph));
        *handle = reinterpret_cast<CUgraphExec>(executable.get());
        device->executables[executable.get()] = std::move(executable);
      });
}

VIB_CUDA_ENTRY cuGraphLaunch(CUgraphExec handle, CUstream streamHandle) {
  return enter("cuGraphLaunch", Need::Context, [&](Device *device) {
    std::shared_ptr<Graph> graph = find(device->executables, handle);
    std::shared_ptr<Stream> stream = findStream(*device, streamHandle);
    device->submit(stream, [graph](Device &device) {
      ++driver().graphLaunches;
      for (const Work &node : graph->nodes)
        node(device);
    });
  });
}

VIB_CUDA_ENTRY cuGraphExecDestroy(CUgraphExec handle) {
  return enter("cuGraphExecDestroy", Need::Context, [&](Device *device) {
    find(device->executables, handle);
    device->executables.erase(handle);
  });
}

VIB_CUDA_ENTRY cuGraphDestroy(CUgraph handle) {
  return enter("cuGraphDestroy", Need::Context, [&](Device *device) {
    find(device->graphs, handle);
    device->graphs.erase(handle);
  });
}
