//===- CudaOutputs.cpp - Copying the outputs of a batch -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaOutputs.h"
#include "runtime/Session.h"

namespace vib::runtime {

CudaOutputs::CudaOutputs(const VibModel &model, const CudaDevice &device,
                         cuda::Pointer arena)
    : model(model), device(device), arena(arena), copied(model.num_tensors) {
  for (std::vector<bool> &ofEntry : wanted)
    ofEntry.resize(model.num_tensors);
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < model.num_tensors; ++i) {
    offsets.push_back(bytes);
    bytes += (sizeOf(model.tensors[i]) + 63) / 64 * 64;
  }
  memory = device.allocatePinned(bytes);
}

void CudaOutputs::begin(VibGpuEntry entry) {
  lastEntry = entry;
  copied.assign(copied.size(), false);
  for (size_t place = 0; place < wanted[entry].size(); ++place)
    if (wanted[entry][place])
      copy(place);
}

/// Begins to copy a tensor to the host.
void CudaOutputs::copy(size_t place) {
  const VibTensor &tensor = model.tensors[place];
  char *to = static_cast<char *>(memory.get()) + offsets[place];
  device.check(device.driver.cuMemcpyDtoHAsync_v2(
                   to, arena + tensor.offset, sizeOf(tensor), device.stream()),
               "copy the outputs of a batch");
  copied[place] = true;
  busy = true;
}

void CudaOutputs::wait(const std::string &what) {
  if (busy)
    device.synchronize(what);
  busy = false;
}

const void *CudaOutputs::fetch(const VibTensor &tensor) {
  size_t place = size_t(&tensor - model.tensors);
  wanted[lastEntry][place] = true;
  if (!copied[place])
    copy(place);
  wait(fmt::format("read the {} of a batch", tensor.name));
  return static_cast<char *>(memory.get()) + offsets[place];
}

} // namespace vib::runtime
