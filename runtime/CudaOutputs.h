//===- CudaOutputs.h - What a batch gives, on the host ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What was wanted once of an entry is wanted again: later all of it is copied
// without being asked for, so that the host waits once a call.
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

  /// After the launch of an entry: copies what is wanted of it.
  void begin(VibGpuEntry entry);
  /// The tensor as the last launch has left it.
  const void *fetch(const VibTensor &tensor);

  /// Something else may still be copied.
  void setBusy() { busy = true; }
  /// Waits until nothing is.
  void wait(const std::string &what);

private:
  void copy(size_t place);

  const VibModel &model;
  const CudaDevice &device;
  cuda::Pointer arena;
  PinnedMemory memory; ///< All tensors, one behind the other.
  std::vector<uint64_t> offsets;
  bool busy = false;
  VibGpuEntry lastEntry = VIB_GPU_ENCODE;
  std::vector<bool> copied; ///< By tensor: since the last launch.
  std::vector<bool> wanted[VIB_GPU_GATHER + 1]; ///< By entry and tensor: ever.
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDAOUTPUTS_H
