//===- TestStreams.cpp - Streams, events and graphs -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <thread>

using namespace vib::cuda;

namespace {

class Streams : public CudaTest {
protected:
  Streams() {
    // output[tid] = input[tid] + 1
    add = getFunction(load(makeKernel(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %r1, [%rd1];
      add.u32 %r1, %r1, 1;
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %r1;)")),
                      "test");
    check(cuStreamCreate(&stream, CU_STREAM_NON_BLOCKING));
    check(cuMemAllocHost_v2(reinterpret_cast<void **>(&host), 128));
    device = allocate(128);
    for (int i = 0; i != 32; ++i)
      host[i] = i;
  }

  CUresult enqueueAdd(CUdeviceptr from, CUdeviceptr to) {
    void *parameters[] = {&from, &to};
    return cuLaunchKernel(add, 1, 1, 1, 32, 1, 1, 0, stream, parameters,
                          nullptr);
  }

  CUfunction add;
  CUstream stream;
  int *host;
  CUdeviceptr device;
};

TEST_F(Streams, NothingHappensBeforeSomebodyWaits) {
  check(cuMemcpyHtoDAsync_v2(device, host, 128, stream));
  check(enqueueAdd(device, device));
  check(cuMemcpyDtoHAsync_v2(host, device, 128, stream));
  EXPECT_EQ(host[5], 5);
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(host[5], 6);
}

TEST_F(Streams, PinnedMemoryIsReadLate) {
  check(cuMemcpyHtoDAsync_v2(device, host, 128, stream));
  host[5] = 50;
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(download<int>(device, 32)[5], 50);
}

TEST_F(Streams, OtherMemoryIsReadAtOnce) {
  std::vector<int> values(32, 7);
  check(cuMemcpyHtoDAsync_v2(device, values.data(), 128, stream));
  values[5] = 50;
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(download<int>(device, 32)[5], 7);
  // The copy is finished before the call returns.
  check(cuMemcpyDtoHAsync_v2(values.data(), device, 128, stream));
  EXPECT_EQ(values[5], 7);
}

TEST_F(Streams, ArgumentsAreCopiedAtTheLaunch) {
  check(cuMemcpyHtoDAsync_v2(device, host, 128, stream));
  CUdeviceptr from = device, to = device;
  void *parameters[] = {&from, &to};
  check(cuLaunchKernel(add, 1, 1, 1, 32, 1, 1, 0, stream, parameters, nullptr));
  from = to = 0;
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(download<int>(device, 32)[5], 6);
}

TEST_F(Streams, AnEventIsDoneWhenWhatWasBeforeIs) {
  CUevent event;
  check(cuEventCreate(&event, CU_EVENT_DISABLE_TIMING));
  EXPECT_EQ(cuEventQuery(event), CUDA_SUCCESS);
  check(cuMemcpyHtoDAsync_v2(device, host, 128, stream));
  check(cuMemcpyDtoHAsync_v2(host + 1, device, 4, stream));
  check(cuEventRecord(event, stream));
  check(cuMemcpyDtoHAsync_v2(host + 2, device, 4, stream));
  EXPECT_EQ(cuEventQuery(event), CUDA_ERROR_NOT_READY);
  EXPECT_EQ(host[1], 1);
  check(cuEventSynchronize(event));
  EXPECT_EQ(cuEventQuery(event), CUDA_SUCCESS);
  EXPECT_EQ(host[1], 0);
  EXPECT_EQ(host[2], 2);
}

TEST_F(Streams, WhoPollsGetsThere) {
  CUevent event;
  check(cuEventCreate(&event, 0));
  check(cuMemsetD32Async(device, 3, 32, stream));
  check(cuMemcpyDtoHAsync_v2(host, device, 128, stream));
  check(cuEventRecord(event, stream));
  int polls = 0;
  while (cuEventQuery(event) == CUDA_ERROR_NOT_READY) {
    EXPECT_EQ(host[5], 5);
    ++polls;
  }
  EXPECT_GT(polls, 0);
  EXPECT_EQ(host[5], 3);
}

TEST_F(Streams, TimesAreThoseOfTheWork) {
  CUevent begin, end;
  check(cuEventCreate(&begin, 0));
  check(cuEventCreate(&end, 0));
  float milliseconds;
  EXPECT_EQ(cuEventElapsedTime(&milliseconds, begin, end),
            CUDA_ERROR_INVALID_HANDLE);
  check(cuEventRecord(begin, stream));
  check(cuMemsetD32Async(device, 3, 32, stream));
  check(cuEventRecord(end, stream));
  EXPECT_EQ(cuEventElapsedTime(&milliseconds, begin, end),
            CUDA_ERROR_NOT_READY);
  check(cuStreamSynchronize(stream));
  check(cuEventElapsedTime(&milliseconds, begin, end));
  EXPECT_GE(milliseconds, 0);
}

TEST_F(Streams, OneDoesNotWaitForAnother) {
  CUstream other;
  check(cuStreamCreate(&other, CU_STREAM_NON_BLOCKING));
  check(cuMemsetD32Async(device, 3, 32, stream));
  check(cuMemcpyDtoHAsync_v2(host, device, 128, other));
  check(cuStreamSynchronize(other));
  // Nothing has ordered the two.
  EXPECT_EQ(host[5], -1);
}

TEST_F(Streams, TheDefaultStreamWaitsForBlockingOnes) {
  CUstream blocking;
  check(cuStreamCreate(&blocking, CU_STREAM_DEFAULT));
  check(cuMemsetD32Async(device, 3, 32, blocking));
  check(cuMemcpyDtoHAsync_v2(host, device, 4, nullptr));
  check(cuMemsetD32Async(device, 4, 32, blocking));
  check(cuMemcpyDtoHAsync_v2(host + 1, device, 4, blocking));
  check(cuStreamSynchronize(blocking));
  EXPECT_EQ(host[0], 3);
  EXPECT_EQ(host[1], 4);
}

//===----------------------------------------------------------------------===//
// Graphs
//===----------------------------------------------------------------------===//

TEST_F(Streams, AGraphRunsWhatWasCaptured) {
  check(cuMemsetD32Async(device, 10, 32, stream));
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  check(enqueueAdd(device, device));
  check(enqueueAdd(device, device));
  check(cuMemcpyDtoHAsync_v2(host, device, 128, stream));
  CUgraph graph;
  check(cuStreamEndCapture(stream, &graph));
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(host[5], 5);
  CUgraphExec executable;
  check(cuGraphInstantiateWithFlags(&executable, graph, 0));
  check(cuGraphDestroy(graph));
  check(cuGraphLaunch(executable, stream));
  check(cuGraphLaunch(executable, stream));
  EXPECT_EQ(host[5], 5);
  check(cuGraphExecDestroy(executable));
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(host[5], 14);
  EXPECT_EQ(cuGraphLaunch(executable, stream), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuGraphDestroy(graph), CUDA_ERROR_INVALID_HANDLE);
}

TEST_F(Streams, AGraphMayBeCapturedIntoAnother) {
  check(cuMemsetD32Async(device, 0, 32, stream));
  CUgraph graph;
  CUgraphExec inner, outer;
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  check(enqueueAdd(device, device));
  check(cuStreamEndCapture(stream, &graph));
  check(cuGraphInstantiateWithFlags(&inner, graph, 0));
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  check(cuGraphLaunch(inner, stream));
  check(cuGraphLaunch(inner, stream));
  check(cuStreamEndCapture(stream, &graph));
  check(cuGraphInstantiateWithFlags(&outer, graph, 0));
  check(cuGraphLaunch(outer, stream));
  check(cuStreamSynchronize(stream));
  EXPECT_EQ(download<int>(device, 32)[5], 2);
}

TEST_F(Streams, WaitingSpoilsACapture) {
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  EXPECT_EQ(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_ERROR_ILLEGAL_STATE);
  EXPECT_EQ(cuStreamSynchronize(stream), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  EXPECT_EQ(enqueueAdd(device, device), CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  CUgraph graph;
  EXPECT_EQ(cuStreamEndCapture(stream, &graph),
            CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  EXPECT_EQ(cuStreamEndCapture(stream, &graph), CUDA_ERROR_ILLEGAL_STATE);
  EXPECT_EQ(cuStreamBeginCapture_v2(nullptr, CU_STREAM_CAPTURE_MODE_GLOBAL),
            CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
}

TEST_F(Streams, MemoryMayNotBeMadeDuringACapture) {
  CUdeviceptr address;
  CUgraph graph;
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED);
  EXPECT_EQ(cuStreamEndCapture(stream, &graph),
            CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  check(cuMemAlloc_v2(&address, 4));
  check(cuStreamEndCapture(stream, &graph));
}

TEST_F(Streams, TheDefaultStreamSpoilsCapturesOfBlockingOnes) {
  CUstream blocking;
  CUgraph graph;
  check(cuStreamCreate(&blocking, CU_STREAM_DEFAULT));
  check(cuStreamBeginCapture_v2(blocking, CU_STREAM_CAPTURE_MODE_RELAXED));
  EXPECT_EQ(cuMemsetD32Async(device, 1, 32, nullptr),
            CUDA_ERROR_STREAM_CAPTURE_IMPLICIT);
  EXPECT_EQ(cuStreamEndCapture(blocking, &graph),
            CUDA_ERROR_STREAM_CAPTURE_INVALIDATED);
}

TEST_F(Streams, CapturedEventsAreNotDone) {
  CUevent event;
  CUgraph graph;
  check(cuEventCreate(&event, 0));
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_RELAXED));
  check(cuEventRecord(event, stream));
  EXPECT_EQ(cuEventQuery(event), CUDA_ERROR_CAPTURED_EVENT);
  EXPECT_EQ(cuEventSynchronize(event), CUDA_ERROR_CAPTURED_EVENT);
  check(cuStreamEndCapture(stream, &graph));
}

TEST_F(Streams, ACaptureEndsInItsThread) {
  CUgraph graph;
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
  CUresult elsewhere = CUDA_SUCCESS;
  std::thread([&] {
    CUcontext context;
    check(cuDevicePrimaryCtxRetain(&context, 0));
    check(cuCtxSetCurrent(context));
    elsewhere = cuStreamEndCapture(stream, &graph);
    check(cuDevicePrimaryCtxRelease_v2(0));
  }).join();
  EXPECT_EQ(elsewhere, CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD);
  check(cuStreamEndCapture(stream, &graph));
}

TEST_F(Streams, FaultsInAGraphAreThoseOfItsKernels) {
  CUgraph graph;
  CUgraphExec executable;
  check(cuStreamBeginCapture_v2(stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
  check(enqueueAdd(device, 0));
  check(cuStreamEndCapture(stream, &graph));
  check(cuGraphInstantiateWithFlags(&executable, graph, 0));
  check(cuMemsetD32Async(device, 1, 32, stream));
  check(cuGraphLaunch(executable, stream));
  testing::internal::CaptureStderr();
  EXPECT_EQ(cuStreamSynchronize(stream), CUDA_ERROR_ILLEGAL_ADDRESS);
  EXPECT_NE(
      testing::internal::GetCapturedStderr().find("writes 4 bytes at 0x0"),
      std::string::npos);
}

} // namespace
