//===- CudaDevice.h - A GPU, its memory and its stream ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A failure is thrown as an Error that names the operation. Because a GPU works
// asynchronously, the cause may be an earlier operation.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDADEVICE_H
#define VIB_RUNTIME_CUDADEVICE_H

#include "runtime/Abi.h"
#include "runtime/CudaDriver.h"

#include <string>
#include <utility>

namespace vib::runtime {

/// An object of the driver that is released at the end of its scope.
template <typename Handle> class CudaHandle {
public:
  CudaHandle() = default;
  CudaHandle(Handle handle, cuda::Result (*release)(Handle))
      : handle(handle), release(release) {}
  CudaHandle(CudaHandle &&other) noexcept { swap(other); }
  CudaHandle &operator=(CudaHandle &&other) noexcept {
    swap(other);
    return *this;
  }
  ~CudaHandle() {
    // After a failure of the GPU this fails too, and nothing can be done.
    if (handle)
      release(handle);
  }

  Handle get() const { return handle; }
  explicit operator bool() const { return handle; }

private:
  void swap(CudaHandle &other) {
    std::swap(handle, other.handle);
    std::swap(release, other.release);
  }

  Handle handle = {};
  cuda::Result (*release)(Handle) = nullptr;
};

using CudaMemory = CudaHandle<cuda::Pointer>;
/// Page-locked memory of the host that the GPU reads and writes directly.
using PinnedMemory = CudaHandle<void *>;
using CudaEvent = CudaHandle<cuda::Event>;
using CudaGraph = CudaHandle<cuda::GraphExec>;
using CudaModule = CudaHandle<cuda::Module>;

class CudaDevice {
public:
  /// Opens the driver's device number `ordinal`. Throws an Error if the device
  /// cannot run `gpu`.
  CudaDevice(const VibGpu &gpu, int ordinal);
  ~CudaDevice();
  CudaDevice(const CudaDevice &) = delete;
  CudaDevice &operator=(const CudaDevice &) = delete;

  const CudaDriver driver;

  /// "NVIDIA A100-SXM4-40GB (device 0, compute capability 8.0)".
  std::string describe() const;
  cuda::Stream stream() const { return ownStream.get(); }

  /// Throws a DeviceError "cannot …: CUDA_ERROR_…" unless the call succeeded.
  void check(cuda::Result result, const std::string &what) const;

  /// Loads the program's cubin if it is for exactly this device. Otherwise the
  /// driver compiles the PTX. Prints a note if the driver rejects the cubin,
  /// because compiling may take long.
  CudaModule loadModule(const VibModel &model) const;
  /// Finds the kernel of a launch and allows it its dynamic shared memory.
  cuda::Function findKernel(const CudaModule &module,
                            const VibLaunch &launch) const;

  /// Allocates memory filled with zeros. `what` names it in error messages.
  CudaMemory allocate(uint64_t bytes, const std::string &what) const;
  PinnedMemory allocatePinned(uint64_t bytes) const;
  CudaEvent makeEvent() const;

  /// Copy, and wait until the copy is complete.
  void upload(cuda::Pointer to, const void *from, uint64_t bytes,
              const std::string &what) const;
  void download(void *to, cuda::Pointer from, uint64_t bytes,
                const std::string &what) const;
  /// Waits until the GPU has completed everything. `what` names the work in
  /// error messages.
  void synchronize(const std::string &what) const;

private:
  std::string listDevices(int count) const;
  std::string nameOf(cuda::Device device) const;
  int attributeOf(cuda::Device device, int attribute) const;
  int capabilityOf(cuda::Device device) const;

  cuda::Device device = 0;
  int ordinal = 0;
  cuda::Context context = nullptr;
  CudaHandle<cuda::Stream> ownStream;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDADEVICE_H
