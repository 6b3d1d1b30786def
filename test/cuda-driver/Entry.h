//===- Entry.h - What all entry points share --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_ENTRY_H
#define VIB_TEST_CUDADRIVER_ENTRY_H

#include "test/cuda-driver/Device.h"

#include <mutex>
#include <new>

/// Marks an entry point. The library exports these and nothing else.
#define VIB_CUDA_ENTRY                                                         \
  extern "C" __attribute__((visibility("default"))) CUresult

namespace vib::cuda {

/// What must exist before a call makes sense.
enum class Need : uint8_t { Nothing, Driver, Context };

std::recursive_mutex &driverMutex();

/// Counts the call, and throws if it has to fail. With Need::Context, returns
/// the current device.
Device *beginCall(const char *name, Need need);

/// Throws unless the condition holds; most are about the caller's arguments.
inline void require(bool condition,
                    CUresult otherwise = CUDA_ERROR_INVALID_VALUE) {
  if (!condition)
    throw DriverError{otherwise};
}

template <typename F>
CUresult enter(const char *name, Need need, F body) noexcept {
  std::lock_guard<std::recursive_mutex> lock(driverMutex());
  try {
    body(beginCall(name, need));
    return CUDA_SUCCESS;
  } catch (const DriverError &error) {
    return error.result;
  } catch (const std::bad_alloc &) {
    return CUDA_ERROR_OUT_OF_MEMORY;
  }
}

/// The object of a handle; throws if there is none.
template <typename Map>
typename Map::mapped_type &find(Map &map, void *handle) {
  auto found = map.find(handle);
  require(found != map.end(), CUDA_ERROR_INVALID_HANDLE);
  return found->second;
}

/// The stream of a handle; null and CU_STREAM_LEGACY mean the default stream.
std::shared_ptr<Stream> findStream(Device &device, CUstream handle);

/// Makes the primary context of a device the current one.
void setCurrent(Device *device);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_ENTRY_H
