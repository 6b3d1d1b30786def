//===- CudaOutputs.h - Copying the outputs of a batch -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A tensor that was fetched after an entry point once is usually fetched after
// it again. From then on it is copied right after each launch, so that the host
// waits only once per call.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDAOUTPUTS_H
#define VIB_RUNTIME_CUDAOUTPUTS_H

#include "runtime/CudaDevice.h"

#include <vector>

namespace vib::runtime {

class CudaOutputs {
public:
  CudaOutputs(const VibModel &model, const CudaDevice &device,
              cuda::Pointer arena);

  /// To be called after the launch of an entry point: begins to copy the
  /// tensors that were fetched after it before.
  void begin(VibGpuEntry entry);
  /// The tensor as the last launch has left it, on the host.
  const void *fetch(const VibTensor &tensor);

  /// Says that another copy has begun that wait() has to wait for.
  void setBusy() { busy = true; }
  /// Waits until all copies are complete. `what` names them in error messages.
  void wait(const std::string &what);

private:
  void copy(size_t place);

  const VibModel &model;
  const CudaDevice &device;
  cuda::Pointer arena;
  PinnedMemory memory; ///< All tensors, one after the other.
  std::vector<uint64_t> offsets;
  bool busy = false;
  VibGpuEntry lastEntry = VIB_GPU_ENCODE;
  std::vector<bool> copied; ///< By tensor: copied since the last launch.
  /// By entry point and tensor: fetched at least once.
  std::vector<bool> wanted[VIB_GPU_GATHER + 1];
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDAOUTPUTS_H
