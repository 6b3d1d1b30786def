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

/// The name of an entry point: "train_step", ….
const char *nameOf(VibGpuEntry entry);

/// The names of the kernels of a launch: "encode.0.grad + encode.2.in".
std::string describeKernels(const VibModel &model, const VibLaunch &launch);

class CudaKernels {
public:
  CudaKernels(const VibModel &model, const CudaDevice &device);

  /// Launches the kernels of an entry point one after the other. `arguments`
  /// are those of VibLaunch.
  void launch(VibGpuEntry entry, void **arguments);

  /// Measures each launch from now on. Measured launches cannot be captured in
  /// a graph.
  void startProfile();
  bool profiles() const { return !times.empty(); }
  /// Reads the times of the launches, all of which must be complete.
  void readProfile();
  /// A table of the measured times. `steps` updates took `seconds`.
  std::string describeProfile(uint64_t steps, double seconds) const;
  /// The mean time of a launch in seconds, or 0 if it did not run. `place` is
  /// its index in VibGpu::launches.
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
  std::vector<cuda::Function> functions; ///< By index in VibGpu::launches.
  std::vector<Time> times;               ///< By index in VibGpu::launches.
  std::vector<Measured> measured;        ///< Since readProfile().
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDAKERNELS_H
