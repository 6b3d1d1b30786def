//===- CudaDevice.h - A GPU, its memory and its stream ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What fails here is an Error that says what was being done. As a GPU works
// behind, that may be the failure of what it was told before.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDADEVICE_H
#define VIB_RUNTIME_CUDADEVICE_H

#include "runtime/Abi.h"
#include "runtime/CudaDriver.h"

#include <string>
#include <utility>

namespace vib::runtime {

/// Something of the driver that is given back in the end.
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
    // After a failure this fails too, and there is nothing to do about it.
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
/// Memory of the process that the GPU copies from and to by itself.
using PinnedMemory = CudaHandle<void *>;
using CudaEvent = CudaHandle<cuda::Event>;
using CudaGraph = CudaHandle<cuda::GraphExec>;
using CudaModule = CudaHandle<cuda::Module>;

class CudaDevice {
public:
  /// Opens device number `ordinal` of those that the driver shows. It must be
  /// able to run `gpu`.
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

  /// The code for this device: the program's own if it is for exactly that, or
  /// else what the driver makes of the PTX. Says so where the driver refuses
  /// the former, as compiling may take long.
  CudaModule loadModule(const VibModel &model) const;
  /// A kernel that is launched with so many bytes of dynamic shared memory.
  cuda::Function findKernel(const CudaModule &module,
                            const VibLaunch &launch) const;

  /// Memory of zeros. The message of its lack says what it was for.
  CudaMemory allocate(uint64_t bytes, const std::string &what) const;
  PinnedMemory allocatePinned(uint64_t bytes) const;
  CudaEvent makeEvent() const;

  /// Copies, and waits until it is done.
  void upload(cuda::Pointer to, const void *from, uint64_t bytes,
              const std::string &what) const;
  void download(void *to, cuda::Pointer from, uint64_t bytes,
                const std::string &what) const;
  /// Waits until all is done. `what` it was.
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
