//===- Sweep.h - The command sweep ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The runs of a sweep differ in what flags set: coefficients, rate, seed, …. A
// thread trains one run after another, in a folder and with a session of its
// own. The data is loaded once. Each run writes what `train` with its flags
// writes, and is resumed as `train --resume` does.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SWEEP_H
#define VIB_RUNTIME_SWEEP_H

#include "runtime/Abi.h"
#include "runtime/Options.h"

namespace vib::runtime {

/// The command `sweep`. Returns the exit code: 1 if a run failed. A run that
/// has diverged has not failed.
int runSweep(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SWEEP_H
