//===- CudaRows.h - The rows of a split on a GPU ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDAROWS_H
#define VIB_RUNTIME_CUDAROWS_H

#include "runtime/CudaDevice.h"
#include "runtime/Dataset.h"

#include <vector>

namespace vib::runtime {

/// The rows of a split in the memory of a GPU, in the order of the split, and
/// the order in which batches use them.
class CudaRows {
public:
  /// `labels` are null for predictions.
  CudaRows(const CudaDevice &device, const VibModel &model,
           const std::vector<Inputs> &inputs,
           const std::vector<Labels> *labels);

  /// Sets the order of the rows. An empty `order` is that of the split.
  void setOrder(const std::vector<uint32_t> &order);

  /// The inputs, and then the labels, as the kernel `gather` takes them.
  std::vector<cuda::Pointer> arrays() const;
  cuda::Pointer order() const { return orderMemory.get(); }

private:
  const CudaDevice &device;
  size_t count;
  std::vector<CudaMemory> inputMemory, labelMemory;
  CudaMemory orderMemory; ///< 0, 1, …, or the order of a training epoch.
  bool ordered = false;   ///< Whether orderMemory is 0, 1, ….
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDAROWS_H
