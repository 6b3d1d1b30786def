//===- Supervisor.h - Runs the compiler in a child process ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The parsers of MLIR and LLVM, and LLVM's code generator, end the process when
// a text goes too deep for their stack or breaks what they take for granted.
// Only another process can tell the user so in every case: a thread that has no
// stack left runs no signal handler.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_SUPERVISOR_H
#define VIB_TOOLS_VIBC_SUPERVISOR_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace vib {

/// What the child process does, and so what a crash means.
enum class Stage {
  /// Parses the input.
  Reading,
  /// Compiles a file of a later phase, which may have been edited.
  CompilingPhase,
  /// Compiles a model that the parser and the verifiers have accepted: a crash
  /// is a bug in vibc.
  CompilingModel,
};

/// Runs `work` in a child process and returns its exit code, or 1 after a
/// message that names `input` if the child crashes. Passes SIGINT, SIGTERM and
/// SIGHUP on to it. Where the system allows no other process, `work` runs in
/// this one. There must be no other thread.
int runSupervised(llvm::StringRef input, llvm::StringRef toolPath,
                  llvm::function_ref<int()> work);

/// Tells the supervisor, which assumes `Reading` at first.
void enterStage(Stage stage);

} // namespace vib

#endif // VIB_TOOLS_VIBC_SUPERVISOR_H
