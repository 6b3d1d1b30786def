//===- Settings.h - The options of a run ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_SETTINGS_H
#define VIB_TOOLS_VIBC_SETTINGS_H

#include "compiler/object/Target.h"
#include "compiler/ptx/GpuArch.h"
#include "tools/vibc/Flags.h"
#include "tools/vibc/Input.h"

namespace vib {

/// What a run compiles, and for what.
struct Settings {
  /// Takes the options that are stated in the module itself.
  void takeStated(mlir::ModuleOp module);

  CompileOptions options;
  std::string modelName;
  /// The CPU; in a program for a GPU it runs everything except the kernels.
  TargetInfo target;
  const GpuArch *arch = nullptr;
};

/// Takes the options that are recorded in the input, which flags must not
/// contradict, or else those of the flags. Prints the error if there is one,
/// and returns the exit code.
int settle(const Flags &flags, const Input &input, Settings &settings);

/// Chooses the target, which is done again where an option has become known.
int settleTarget(const Flags &flags, const Input &input, Settings &settings);

} // namespace vib

#endif // VIB_TOOLS_VIBC_SETTINGS_H
