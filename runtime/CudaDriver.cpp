//===- CudaDriver.cpp - The functions of the CUDA driver ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaDriver.h"

#include <dlfcn.h>

namespace vib::runtime {

namespace {

constexpr const char *library = "libcuda.so.1";
/// The first version with cuGraphInstantiateWithFlags, in the numbering of
/// cuDriverGetVersion.
constexpr int leastVersion = 11040;

std::string formatVersion(int version) {
  return fmt::format("{}.{}", version / 1000, version % 1000 / 10);
}

/// Sets `function` to the driver's function `name`.
template <typename Function>
void find(void *handle, const char *name, Function *&function) {
  function = reinterpret_cast<Function *>(dlsym(handle, name));
  if (!function)
    fail("the CUDA driver is too old: {} has no {}, expected the driver of "
         "CUDA {} or newer",
         library, name, formatVersion(leastVersion));
}

} // namespace

CudaDriver::CudaDriver() {
  // It is never closed, because the driver has threads and handlers of its own.
  void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!handle)
    fail("this program was compiled for an NVIDIA GPU, and its driver cannot "
         "be loaded: {}",
         dlerror());
  // Check the version first: an old driver lacks functions, and the message
  // should name the cause.
  find(handle, "cuDriverGetVersion", cuDriverGetVersion);
  int version = 0;
  if (cuDriverGetVersion(&version) != cuda::success)
    fail("the CUDA driver, {}, does not report its version", library);
  if (version < leastVersion)
    fail("the CUDA driver is too old: it is of CUDA {}, expected {} or newer",
         formatVersion(version), formatVersion(leastVersion));
#define VIB_CUDA_FUNCTION(name, parameters) find(handle, #name, name);
  VIB_CUDA_FUNCTIONS(VIB_CUDA_FUNCTION)
#undef VIB_CUDA_FUNCTION
}

std::string CudaDriver::describe(cuda::Result result) const {
  const char *name = nullptr, *text = nullptr;
  if (cuGetErrorName(result, &name) != cuda::success || !name)
    return fmt::format("error {} of the CUDA driver", result);
  if (cuGetErrorString(result, &text) != cuda::success || !text)
    return name;
  return fmt::format("{} ({})", name, text);
}

std::string formatCapability(int capability) {
  return fmt::format("{}.{}", capability / 10, capability % 10);
}

} // namespace vib::runtime
