//===- Program.h - A compiled program without its main ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PROGRAM_H
#define VIB_RUNTIME_PROGRAM_H

#include "runtime/Abi.h"

namespace vib::runtime {

/// Runs the command line for a model. Returns the exit code: 0 done, 1 the
/// input, the data or the environment is wrong, 2 wrong usage,
/// interruptionCode() after a signal.
int runProgram(const VibModel &model, int argc, const char *const *argv);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROGRAM_H
