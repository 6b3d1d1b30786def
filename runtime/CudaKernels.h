//===- CudaKernels.h - The kernels of a model on a GPU ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDAKERNELS_H
#define VIB_RUNTIME_CUDAKERNELS_H

#include "runtime/CudaDevice.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// "train_step", …
const char *nameOf(VibGpuEntry entry);

/// The kernels of a launch: "encode.0.grad + encode.2.in".
std::string describeKernels(const VibModel &model, const VibLaunch &launch);

class CudaKernels {
public:
  CudaKernels(const VibModel &model, const CudaDevice &device);

  /// Launches the kernels of an entry one after the other. `arguments` point to
  /// what the ABI says.
  void launch(VibGpuEntry entry, void **arguments);

  /// Measures launches from now on, which must not be captured then.
  void startProfile();
  bool profiles() const { return !times.empty(); }
  /// After the launches so far are done.
  void readProfile();
  /// A table of what was measured. `steps` updates took `seconds`.
  std::string describeProfile(uint64_t steps, double seconds) const;
  /// Seconds of a launch by its place in VibGpu::launches, or 0 if it did not
  /// run.
  double secondsOf(size_t place) const;

private:
  struct Time {
    uint64_t launches = 0;
    double seconds = 0;
  };
  struct Measured {
    size_t place;
    CudaEvent begin, end;
  };

  const VibModel &model;
  const CudaDevice &device;
  CudaModule module;
  std::vector<cuda::Function> functions; ///< By place.
  std::vector<Time> times;               ///< By place.
  std::vector<Measured> measured;        ///< Since readProfile().
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDAKERNELS_H
