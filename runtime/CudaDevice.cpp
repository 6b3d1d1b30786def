//===- CudaDevice.cpp - A GPU, its memory and its stream ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaDevice.h"
#include "runtime/Console.h"

#include <algorithm>

namespace vib::runtime {

CudaDevice::CudaDevice(const VibGpu &gpu, int ordinal) : ordinal(ordinal) {
  cuda::Result result = driver.cuInit(0);
  int count = 0;
  if (result == cuda::success)
    check(driver.cuDeviceGetCount(&count), "count the GPUs");
  else if (result != cuda::noDevice)
    check(result, "start the CUDA driver");
  if (count == 0)
    fail("the CUDA driver finds no GPU, expected one of compute capability {} "
         "or more",
         formatCapability(int(gpu.capability)));
  if (ordinal >= count)
    fail("there is no device {}: the CUDA driver finds {}", ordinal,
         listDevices(count));
  check(driver.cuDeviceGet(&device, ordinal), "open the GPU");
  if (capabilityOf(device) < int(gpu.capability))
    fail("this program was compiled for {} and needs a GPU of compute "
         "capability {} or more; found {}",
         gpu.arch, formatCapability(int(gpu.capability)), describe());
  check(driver.cuDevicePrimaryCtxRetain(&context, device), "use the GPU");
  check(driver.cuCtxSetCurrent(context), "use the GPU");
  cuda::Stream stream = nullptr;
  check(driver.cuStreamCreate(&stream, cuda::streamNonBlocking),
        "create a stream");
  ownStream = {stream, driver.cuStreamDestroy_v2};
}

CudaDevice::~CudaDevice() {
  ownStream = {};
  driver.cuDevicePrimaryCtxRelease_v2(device);
}

std::string CudaDevice::listDevices(int count) const {
  std::string list = fmt::format("{} device{}", count, count == 1 ? "" : "s");
  for (int i = 0; i < count; ++i) {
    cuda::Device each = 0;
    check(driver.cuDeviceGet(&each, i), "open a GPU");
    list += fmt::format("{} {} {}", i == 0 ? "," : ";", i, nameOf(each));
  }
  return list;
}

std::string CudaDevice::nameOf(cuda::Device of) const {
  char name[256] = {};
  check(driver.cuDeviceGetName(name, sizeof(name) - 1, of), "name the GPU");
  return name;
}

int CudaDevice::attributeOf(cuda::Device of, int attribute) const {
  int value = 0;
  check(driver.cuDeviceGetAttribute(&value, attribute, of), "query the GPU");
  return value;
}

int CudaDevice::capabilityOf(cuda::Device of) const {
  return 10 * attributeOf(of, cuda::capabilityMajor) +
         attributeOf(of, cuda::capabilityMinor);
}

std::string CudaDevice::describe() const {
  return fmt::format("{} (device {}, compute capability {})", nameOf(device),
                     ordinal, formatCapability(capabilityOf(device)));
}

void CudaDevice::check(cuda::Result result, const std::string &what) const {
  if (result != cuda::success)
    throw DeviceError(
        fmt::format("cannot {}: {}", what, driver.describe(result)));
}

CudaModule CudaDevice::loadModule(const VibModel &model) const {
  const VibGpu &gpu = *model.gpu;
  cuda::Module module = nullptr;
  if (gpu.cubin && capabilityOf(device) == int(gpu.capability)) {
    cuda::Result result =
        driver.cuModuleLoadDataEx(&module, gpu.cubin, 0, nullptr, nullptr);
    if (result == cuda::success)
      return {module, driver.cuModuleUnload};
    note("the driver rejects the program's cubin for {}: {}; it compiles the "
         "PTX "
         "instead",
         describe(), driver.describe(result));
  }

  char log[8192] = {};
  int options[] = {cuda::jitErrorLog, cuda::jitErrorLogBytes};
  void *values[] = {log, reinterpret_cast<void *>(sizeof(log) - 1)};
  cuda::Result result =
      driver.cuModuleLoadDataEx(&module, gpu.ptx, 2, options, values);
  if (result != cuda::success)
    throw DeviceError(fmt::format(
        "the driver rejects the program's PTX for {}: {}{}{}", describe(),
        driver.describe(result), *log ? "\n" : "", log));
  return {module, driver.cuModuleUnload};
}

cuda::Function CudaDevice::findKernel(const CudaModule &module,
                                      const VibLaunch &launch) const {
  cuda::Function function = nullptr;
  check(driver.cuModuleGetFunction(&function, module.get(), launch.function),
        fmt::format("find the kernel {}", launch.function));
  // A kernel may use this much on every GPU without setting an attribute.
  constexpr uint32_t always = 48 << 10;
  if (launch.shared_bytes <= always)
    return function;
  int most = attributeOf(device, cuda::sharedBytesOfBlock);
  if (launch.shared_bytes > uint32_t(most))
    fail("the kernel {} needs {} bytes of shared memory; {} has {}",
         launch.function, launch.shared_bytes, describe(), most);
  check(driver.cuFuncSetAttribute(function, cuda::dynamicSharedBytes,
                                  int(launch.shared_bytes)),
        fmt::format("give the kernel {} {} bytes of shared memory",
                    launch.function, launch.shared_bytes));
  return function;
}

CudaMemory CudaDevice::allocate(uint64_t bytes, const std::string &what) const {
  constexpr uint64_t word = 4;
  bytes = std::max(word, (bytes + word - 1) / word * word);
  cuda::Pointer pointer = 0;
  cuda::Result result = driver.cuMemAlloc_v2(&pointer, bytes);
  if (result == cuda::outOfMemory) {
    size_t free = 0, total = 0;
    check(driver.cuMemGetInfo_v2(&free, &total), "query the free memory");
    throw DeviceError(fmt::format(
        "out of memory on {}: cannot allocate {} for {}; {} of {} are free",
        describe(), formatBytes(bytes), what, formatBytes(free),
        formatBytes(total)));
  }
  check(result, fmt::format("allocate {} for {}", formatBytes(bytes), what));
  CudaMemory memory(pointer, driver.cuMemFree_v2);
  check(driver.cuMemsetD32Async(pointer, 0, bytes / word, stream()),
        fmt::format("clear {}", what));
  return memory;
}

PinnedMemory CudaDevice::allocatePinned(uint64_t bytes) const {
  void *pointer = nullptr;
  check(driver.cuMemAllocHost_v2(&pointer, std::max<uint64_t>(bytes, 1)),
        fmt::format("allocate {} of pinned memory", formatBytes(bytes)));
  return {pointer, driver.cuMemFreeHost};
}

CudaEvent CudaDevice::makeEvent() const {
  cuda::Event event = nullptr;
  check(driver.cuEventCreate(&event, cuda::eventBlocks), "create an event");
  return {event, driver.cuEventDestroy_v2};
}

void CudaDevice::upload(cuda::Pointer to, const void *from, uint64_t bytes,
                        const std::string &what) const {
  std::string copy = fmt::format("copy {} to the GPU", what);
  check(driver.cuMemcpyHtoDAsync_v2(to, from, bytes, stream()), copy);
  synchronize(copy);
}

void CudaDevice::download(void *to, cuda::Pointer from, uint64_t bytes,
                          const std::string &what) const {
  std::string copy = fmt::format("copy {} from the GPU", what);
  check(driver.cuMemcpyDtoHAsync_v2(to, from, bytes, stream()), copy);
  synchronize(copy);
}

void CudaDevice::synchronize(const std::string &what) const {
  check(driver.cuStreamSynchronize(stream()), what);
}

} // namespace vib::runtime
