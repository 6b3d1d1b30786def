//===- Output.h - What a run writes -----------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_OUTPUT_H
#define VIB_TOOLS_VIBC_OUTPUT_H

#include "tools/vibc/Settings.h"

namespace vib {

/// Writes what the flags request: the phase at which the run ends, the phases
/// of --save-temps, and the report of --explain. The functions that return an
/// exit code have printed the error.
class Output {
public:
  /// The name of the model may become known later.
  Output(const Flags &flags, const Settings &settings)
      : flags(flags), settings(settings) {}

  /// Checks that the output can be written, and is not the input.
  int check() const;

  /// Write the text or file of a phase if it is requested. Set `done` if it is
  /// the last phase.
  int emit(Phase phase, llvm::StringRef contents, bool &done) const;
  int emit(Phase phase, mlir::ModuleOp module, bool &done) const;

  /// Links the object, and writes the program, or the library and its header.
  int link(llvm::StringRef object, llvm::StringRef toolPath) const;

  /// Prints to stdout, or to stderr if the output goes to stdout.
  void print(ExplainReport report) const;

private:
  /// The stem for the names of files that the user has not named.
  std::string getStem() const;
  std::string getPath() const;
  int saveTemp(Phase phase, llvm::StringRef contents) const;
  int writeEnd(llvm::StringRef contents) const;

  const Flags &flags;
  const Settings &settings;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_OUTPUT_H
