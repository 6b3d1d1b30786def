//===- Flags.h - The command line of vibc -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_FLAGS_H
#define VIB_TOOLS_VIBC_FLAGS_H

#include "compiler/object/Options.h"
#include "compiler/onnx/WeightsFile.h"
#include "compiler/plan/ExplainReport.h"
#include <optional>
#include <string>

namespace vib {

/// The flags on the command line. A flag that is not given is empty.
struct Flags {
  std::string input;
  std::string output;
  /// The phase at which the run ends.
  Phase emit = Phase::Exe;
  std::optional<std::string> target;
  std::optional<std::string> arch;
  bool cubin = false;
  std::optional<std::string> cpu;
  std::optional<std::string> precision;
  std::optional<int64_t> batch;
  std::optional<unsigned> level;
  bool gradients = false;
  std::optional<ExplainForm> explain;
  bool outline = false;
  bool timing = false;
  std::string saveTemps;
  /// The file of weights for ONNX, and which of them.
  std::string weights;
  std::optional<onnx::Use> use;
};

/// Parses the command line, including the options of LLVM and MLIR. Exits with
/// 2 on wrong usage, and with 0 after --help and --version.
Flags parseFlags(int argc, char **argv);

/// The text of --help.
llvm::StringRef getHelp();

} // namespace vib

#endif // VIB_TOOLS_VIBC_FLAGS_H
