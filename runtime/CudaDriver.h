//===- CudaDriver.h - The functions of the CUDA driver ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A program for a GPU does not link the driver but loads it at run time, so
// that it can print a clear message if there is none. Everything that it uses
// of the driver's interface is declared here.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDADRIVER_H
#define VIB_RUNTIME_CUDADRIVER_H

#include "runtime/Error.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace vib::runtime {

/// The driver's interface. Its types and numbers are part of the driver's ABI,
/// which is stable.
namespace cuda {

using Result = int;
using Device = int;
using Pointer = unsigned long long; ///< Into the memory of a device.
using Context = struct ContextObject *;
using Module = struct ModuleObject *;
using Function = struct FunctionObject *;
using Stream = struct StreamObject *;
using Event = struct EventObject *;
using Graph = struct GraphObject *;
using GraphExec = struct GraphExecObject *;

constexpr Result success = 0, outOfMemory = 2, noDevice = 100;
constexpr int capabilityMajor = 75, capabilityMinor = 76,
              sharedBytesOfBlock = 97; ///< For cuDeviceGetAttribute.
constexpr int dynamicSharedBytes = 8;  ///< For cuFuncSetAttribute.
constexpr int jitErrorLog = 5, jitErrorLogBytes = 6;
constexpr int captureThisThread = 1;
constexpr unsigned eventBlocks = 1, streamNonBlocking = 1;

} // namespace cuda

/// Calls F(name, (parameters)) for every function.
#define VIB_CUDA_FUNCTIONS(F)                                                  \
  F(cuInit, (unsigned flags))                                                  \
  F(cuDriverGetVersion, (int *version))                                        \
  F(cuGetErrorName, (cuda::Result result, const char **name))                  \
  F(cuGetErrorString, (cuda::Result result, const char **text))                \
  F(cuDeviceGet, (cuda::Device * device, int ordinal))                         \
  F(cuDeviceGetCount, (int *count))                                            \
  F(cuDeviceGetName, (char *name, int length, cuda::Device device))            \
  F(cuDeviceGetAttribute, (int *value, int attribute, cuda::Device device))    \
  F(cuDevicePrimaryCtxRetain, (cuda::Context * context, cuda::Device device))  \
  F(cuDevicePrimaryCtxRelease_v2, (cuda::Device device))                       \
  F(cuCtxSetCurrent, (cuda::Context context))                                  \
  F(cuModuleLoadDataEx, (cuda::Module * module, const void *image,             \
                         unsigned count, int *options, void **values))         \
  F(cuModuleGetFunction,                                                       \
    (cuda::Function * function, cuda::Module module, const char *name))        \
  F(cuModuleUnload, (cuda::Module module))                                     \
  F(cuFuncSetAttribute, (cuda::Function function, int attribute, int value))   \
  F(cuMemGetInfo_v2, (size_t *free, size_t *total))                            \
  F(cuMemAlloc_v2, (cuda::Pointer * pointer, size_t bytes))                    \
  F(cuMemFree_v2, (cuda::Pointer pointer))                                     \
  F(cuMemAllocHost_v2, (void **pointer, size_t bytes))                         \
  F(cuMemFreeHost, (void *pointer))                                            \
  F(cuMemcpyHtoDAsync_v2,                                                      \
    (cuda::Pointer to, const void *from, size_t bytes, cuda::Stream stream))   \
  F(cuMemcpyDtoHAsync_v2,                                                      \
    (void *to, cuda::Pointer from, size_t bytes, cuda::Stream stream))         \
  F(cuMemcpyDtoDAsync_v2,                                                      \
    (cuda::Pointer to, cuda::Pointer from, size_t bytes, cuda::Stream stream)) \
  F(cuMemsetD32Async,                                                          \
    (cuda::Pointer to, unsigned value, size_t count, cuda::Stream stream))     \
  F(cuStreamCreate, (cuda::Stream * stream, unsigned flags))                   \
  F(cuStreamSynchronize, (cuda::Stream stream))                                \
  F(cuStreamDestroy_v2, (cuda::Stream stream))                                 \
  F(cuStreamBeginCapture_v2, (cuda::Stream stream, int mode))                  \
  F(cuStreamEndCapture, (cuda::Stream stream, cuda::Graph * graph))            \
  F(cuGraphInstantiateWithFlags,                                               \
    (cuda::GraphExec * exec, cuda::Graph graph, unsigned long long flags))     \
  F(cuGraphLaunch, (cuda::GraphExec exec, cuda::Stream stream))                \
  F(cuGraphExecDestroy, (cuda::GraphExec exec))                                \
  F(cuGraphDestroy, (cuda::Graph graph))                                       \
  F(cuEventCreate, (cuda::Event * event, unsigned flags))                      \
  F(cuEventRecord, (cuda::Event event, cuda::Stream stream))                   \
  F(cuEventSynchronize, (cuda::Event event))                                   \
  F(cuEventElapsedTime,                                                        \
    (float *milliseconds, cuda::Event begin, cuda::Event end))                 \
  F(cuEventDestroy_v2, (cuda::Event event))                                    \
  F(cuLaunchKernel,                                                            \
    (cuda::Function function, unsigned gridX, unsigned gridY, unsigned gridZ,  \
     unsigned blockX, unsigned blockY, unsigned blockZ, unsigned sharedBytes,  \
     cuda::Stream stream, void **arguments, void **extra))

struct CudaDriver {
#define VIB_CUDA_FUNCTION(name, parameters) cuda::Result(*name) parameters;
  VIB_CUDA_FUNCTIONS(VIB_CUDA_FUNCTION)
#undef VIB_CUDA_FUNCTION

  /// Loads the driver. Throws an Error if there is none, if it lacks a
  /// function, or if its version is too old.
  CudaDriver();

  /// The result as text: "CUDA_ERROR_LAUNCH_FAILED (unspecified launch
  /// failure)".
  std::string describe(cuda::Result result) const;
};

/// A failure of the GPU or its driver, after which neither may work again.
class DeviceError : public Error {
public:
  using Error::Error;
};

/// A compute capability as text: "8.0" for 80.
std::string formatCapability(int capability);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDADRIVER_H
