//===- Entry.cpp - What all entry points share ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Entry.h"

#include <algorithm>

using namespace vib::cuda;

namespace {

thread_local Device *current = nullptr;

/// Whether a context cannot be used any more after the error.
bool staysForever(CUresult error) {
  return (error >= 700 && error < 800) ||
         error == CUDA_ERROR_ECC_UNCORRECTABLE ||
         error == CUDA_ERROR_DEVICE_UNAVAILABLE;
}

} // namespace

std::recursive_mutex &vib::cuda::driverMutex() {
  static std::recursive_mutex mutex;
  return mutex;
}

void vib::cuda::setCurrent(Device *device) { current = device; }

Device *vib::cuda::beginCall(const char *name, Need need) {
  Driver &state = driver();
  Device *device = nullptr;
  if (need != Need::Nothing)
    require(state.isInitialized, CUDA_ERROR_NOT_INITIALIZED);
  if (need == Need::Context) {
    auto isCurrent = [](auto &other) {
      return other.get() == current && other->retained;
    };
    auto found =
        std::find_if(state.devices.begin(), state.devices.end(), isCurrent);
    require(found != state.devices.end(), CUDA_ERROR_INVALID_CONTEXT);
    device = found->get();
  }
  if (state.isInitialized && state.options.failing == name &&
      ++state.calls[name] == state.options.failingCall) {
    if (device && staysForever(state.options.failure))
      device->error = state.options.failure;
    throw DriverError{state.options.failure};
  }
  if (device)
    require(device->error == CUDA_SUCCESS, device->error);
  return device;
}

std::shared_ptr<Stream> vib::cuda::findStream(Device &device, CUstream handle) {
  auto legacy = reinterpret_cast<CUstream>(1);
  if (!handle || handle == legacy)
    return device.defaultStream;
  return find(device.streams, handle);
}
