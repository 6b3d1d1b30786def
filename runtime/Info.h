//===- Info.h - Describing a model ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_INFO_H
#define VIB_RUNTIME_INFO_H

#include "runtime/Abi.h"
#include "runtime/Options.h"

#include <string>

namespace vib::runtime {

std::string infoText(const VibModel &model);
std::string infoJson(const VibModel &model);

/// Describes the optimizer, the schedules and the weight average of the model
/// file, with exact numbers. A resumed run must have the same description.
std::string describeTraining(const VibModel &model);

/// The command `info`. Returns the exit code.
int runInfo(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_INFO_H
