//===- Train.h - The training loop ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_TRAIN_H
#define VIB_RUNTIME_TRAIN_H

#include "runtime/Abi.h"
#include "runtime/Options.h"

namespace vib::runtime {

/// The command `train`. Returns the exit code.
int runTrain(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_TRAIN_H
