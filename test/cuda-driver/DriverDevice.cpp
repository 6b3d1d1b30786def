//===- DriverDevice.cpp - Entry points: the driver and its devices --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Entry.h"

#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

Device &deviceOf(CUdevice number) {
  Driver &state = driver();
  require(number >= 0 && number < int(state.devices.size()),
          CUDA_ERROR_INVALID_DEVICE);
  return *state.devices[number];
}

int attributeOf(const Options &options, CUdevice_attribute attribute) {
  switch (attribute) {
  case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK:
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_X:
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Y:
    return 1024;
  case CU_DEVICE_ATTRIBUTE_MAX_BLOCK_DIM_Z:
    return 64;
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_X:
    return 0x7FFFFFFF;
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Y:
  case CU_DEVICE_ATTRIBUTE_MAX_GRID_DIM_Z:
    return 65535;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK:
    return 48 << 10;
  case CU_DEVICE_ATTRIBUTE_TOTAL_CONSTANT_MEMORY:
    return 64 << 10;
  case CU_DEVICE_ATTRIBUTE_WARP_SIZE:
    return 32;
  case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_BLOCK:
  case CU_DEVICE_ATTRIBUTE_MAX_REGISTERS_PER_MULTIPROCESSOR:
    return 65536;
  case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
    return 1000000;
  case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
    return 1;
  case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
    return 1000000;
  case CU_DEVICE_ATTRIBUTE_GLOBAL_MEMORY_BUS_WIDTH:
    return 64;
  case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
    return 1 << 20;
  case CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_MULTIPROCESSOR:
    return options.capability == 86 || options.capability >= 120 ? 1536 : 2048;
  case CU_DEVICE_ATTRIBUTE_UNIFIED_ADDRESSING:
    return 1;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    return options.capability / 10;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    return options.capability % 10;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_MULTIPROCESSOR:
    return maxSharedBytes(options.capability) + 1024;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    return maxSharedBytes(options.capability);
  }
  throw DriverError{CUDA_ERROR_INVALID_VALUE};
}

/// Reports a wrong environment variable, of which the caller knows nothing.
[[noreturn]] void refuse(const std::invalid_argument &error) {
  fmt::print(stderr, "cuda stand-in: {}\n", error.what());
  throw DriverError{CUDA_ERROR_INVALID_VALUE};
}

} // namespace

VIB_CUDA_ENTRY cuInit(unsigned flags) {
  return enter("cuInit", Need::Nothing, [&](Device *) {
    require(flags == 0);
    try {
      driver().initialize();
    } catch (const std::invalid_argument &error) {
      refuse(error);
    }
    require(!driver().devices.empty(), CUDA_ERROR_NO_DEVICE);
    // Only now are the options known, which may say that this call fails.
    beginCall("cuInit", Need::Nothing);
  });
}

VIB_CUDA_ENTRY cuDriverGetVersion(int *version) {
  return enter("cuDriverGetVersion", Need::Nothing, [&](Device *) {
    require(version);
    try {
      *version = driver().isInitialized
                     ? driver().options.driverVersion
                     : Options::fromEnvironment().driverVersion;
    } catch (const std::invalid_argument &error) {
      refuse(error);
    }
  });
}

VIB_CUDA_ENTRY cuDeviceGet(CUdevice *device, int ordinal) {
  return enter("cuDeviceGet", Need::Driver, [&](Device *) {
    require(device);
    deviceOf(ordinal);
    *device = ordinal;
  });
}

VIB_CUDA_ENTRY cuDeviceGetCount(int *count) {
  return enter("cuDeviceGetCount", Need::Driver, [&](Device *) {
    require(count);
    *count = driver().devices.size();
  });
}

VIB_CUDA_ENTRY cuDeviceGetName(char *name, int length, CUdevice device) {
  return enter("cuDeviceGetName", Need::Driver, [&](Device *) {
    require(name && length > 0);
    std::string text = fmt::format("PTX interpreter (sm_{})",
                                   deviceOf(device).options.capability);
    size_t size = std::min<size_t>(text.size(), length - 1);
    std::memcpy(name, text.data(), size);
    name[size] = 0;
  });
}

VIB_CUDA_ENTRY cuDeviceGetAttribute(int *value, CUdevice_attribute attribute,
                                    CUdevice device) {
  return enter("cuDeviceGetAttribute", Need::Driver, [&](Device *) {
    require(value);
    *value = attributeOf(deviceOf(device).options, attribute);
  });
}

VIB_CUDA_ENTRY cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice number) {
  return enter("cuDevicePrimaryCtxRetain", Need::Driver, [&](Device *) {
    require(context);
    Device &device = deviceOf(number);
    ++device.retained;
    *context = reinterpret_cast<CUcontext>(&device);
  });
}

VIB_CUDA_ENTRY cuDevicePrimaryCtxRelease_v2(CUdevice number) {
  return enter("cuDevicePrimaryCtxRelease_v2", Need::Driver, [&](Device *) {
    Device &device = deviceOf(number);
    require(device.retained, CUDA_ERROR_INVALID_CONTEXT);
    if (device.retained == 1 && device.error == CUDA_SUCCESS) {
      try {
        device.drainAll();
      } catch (const DriverError &) {
        // There is nobody left to report to.
      }
    }
    if (--device.retained == 0)
      driver().devices[number] = std::make_unique<Device>(device.options);
  });
}

VIB_CUDA_ENTRY cuCtxSetCurrent(CUcontext context) {
  return enter("cuCtxSetCurrent", Need::Driver, [&](Device *) {
    if (!context) {
      setCurrent(nullptr);
      return;
    }
    for (auto &device : driver().devices) {
      if (reinterpret_cast<CUcontext>(device.get()) == context &&
          device->retained) {
        setCurrent(device.get());
        return;
      }
    }
    throw DriverError{CUDA_ERROR_INVALID_CONTEXT};
  });
}

VIB_CUDA_ENTRY cuCtxSynchronize() {
  return enter("cuCtxSynchronize", Need::Context, [&](Device *device) {
    if (device->isCapturing(/*onlyBlocking=*/false)) {
      for (auto &entry : device->streams)
        if (entry.second->capture)
          entry.second->capture->isInvalid = true;
      throw DriverError{CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED};
    }
    device->drainAll();
  });
}

VIB_CUDA_ENTRY cuGetErrorName(CUresult error, const char **name) {
  return enter("cuGetErrorName", Need::Nothing, [&](Device *) {
    require(name);
    *name = nameOf(error);
    require(*name);
  });
}

VIB_CUDA_ENTRY cuGetErrorString(CUresult error, const char **text) {
  return enter("cuGetErrorString", Need::Nothing, [&](Device *) {
    require(text);
    *text = descriptionOf(error);
    require(*text);
  });
}
