//===- Device.cpp - A GPU, or a stand-in for one --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Device.h"
#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <cstdlib>
#include <dlfcn.h>

using namespace llvm;
using namespace vib;

#ifndef VIB_CUDA_DRIVER
#define VIB_CUDA_DRIVER "libcuda.so.1"
#endif

/// CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES.
static constexpr int kMaxDynamicShared = 8;

struct Device::Functions {
  using Address = uint64_t;
  using Handle = void *;

  int (*init)(unsigned);
  int (*retain)(Handle *, int);
  int (*setCurrent)(Handle);
  int (*loadModule)(Handle *, const void *, unsigned, int *, void **);
  int (*unload)(Handle);
  int (*getFunction)(Handle *, Handle, const char *);
  int (*setAttribute)(Handle, int, int);
  int (*allocate)(Address *, size_t);
  int (*release)(Address);
  int (*toDevice)(Address, const void *, size_t, Handle);
  int (*toHost)(void *, Address, size_t, Handle);
  int (*launch)(Handle, unsigned, unsigned, unsigned, unsigned, unsigned,
                unsigned, unsigned, Handle, void **, void **);
  int (*createStream)(Handle *, unsigned);
  int (*synchronize)(Handle);
  int (*destroyStream)(Handle);
  int (*getErrorString)(int, const char **);

  Handle stream = nullptr;
};

Device::Device() : functions(std::make_unique<Functions>()) {}

Device::~Device() {
  if (functions->stream)
    functions->destroyStream(functions->stream);
}

std::unique_ptr<Device> Device::open() {
  const char *name = getenv("VIB_CUDA");
  void *library = dlopen(name ? name : VIB_CUDA_DRIVER, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return nullptr;
  std::unique_ptr<Device> device(new Device);
  Functions &f = *device->functions;
  bool isComplete = true;
  auto find = [&](auto &function, const char *symbol) {
    function = reinterpret_cast<std::decay_t<decltype(function)>>(
        dlsym(library, symbol));
    isComplete &= function != nullptr;
  };
  find(f.init, "cuInit");
  find(f.retain, "cuDevicePrimaryCtxRetain");
  find(f.setCurrent, "cuCtxSetCurrent");
  find(f.loadModule, "cuModuleLoadDataEx");
  find(f.unload, "cuModuleUnload");
  find(f.getFunction, "cuModuleGetFunction");
  find(f.setAttribute, "cuFuncSetAttribute");
  find(f.allocate, "cuMemAlloc_v2");
  find(f.release, "cuMemFree_v2");
  find(f.toDevice, "cuMemcpyHtoDAsync_v2");
  find(f.toHost, "cuMemcpyDtoHAsync_v2");
  find(f.launch, "cuLaunchKernel");
  find(f.createStream, "cuStreamCreate");
  find(f.synchronize, "cuStreamSynchronize");
  find(f.destroyStream, "cuStreamDestroy_v2");
  find(f.getErrorString, "cuGetErrorString");
  Functions::Handle context;
  if (!isComplete || f.init(0) || f.retain(&context, 0) ||
      f.setCurrent(context) || f.createStream(&f.stream, 0))
    return nullptr;
  return device;
}

std::string Device::run(StringRef ptx, const Launch &launch,
                        ArrayRef<Buffer> buffers) {
  Functions &f = *functions;
  Functions::Handle module = nullptr, function = nullptr;
  SmallVector<Functions::Address> addresses(buffers.size());
  SmallVector<void *> arguments;
  std::string text = ptx.str();

  int error = 0;
  auto call = [&](auto *callee, auto... rest) {
    if (!error)
      error = callee(rest...);
  };
  call(f.loadModule, &module, text.c_str(), 0, nullptr, nullptr);
  call(f.getFunction, &function, module, "kernel");
  call(f.setAttribute, function, kMaxDynamicShared, int(launch.sharedBytes));
  for (auto [buffer, address] : llvm::zip_equal(buffers, addresses)) {
    call(f.allocate, &address, buffer.bytes);
    call(f.toDevice, address, buffer.data, buffer.bytes, f.stream);
    arguments.push_back(&address);
  }
  call(f.launch, function, launch.blocks, 1, 1, launch.threads, 1, 1,
       launch.sharedBytes, f.stream, arguments.data(), nullptr);
  for (auto [buffer, address] : llvm::zip_equal(buffers, addresses))
    call(f.toHost, buffer.data, address, buffer.bytes, f.stream);
  call(f.synchronize, f.stream);
  for (Functions::Address address : addresses)
    call(f.release, address);
  call(f.unload, module);
  if (!error)
    return "";
  const char *message = nullptr;
  f.getErrorString(error, &message);
  return message ? message : "unknown error";
}
