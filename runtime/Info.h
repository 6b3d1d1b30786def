//===- Info.h - What a program knows of itself ------------------*- C++ -*-===//
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

/// The optimizer, the schedules and the weight average of the model file, every
/// number exact: what a run that goes on must share, beside the values of
/// flags.
std::string describeTraining(const VibModel &model);

/// `info`. Returns the exit code.
int runInfo(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_INFO_H
