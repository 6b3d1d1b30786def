//===- Target.h - The target CPU --------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_TARGET_H
#define VIB_COMPILER_OBJECT_TARGET_H

#include "llvm/Support/Error.h"
#include "llvm/Target/TargetMachine.h"
#include <memory>
#include <string>

namespace vib {

/// The CPU that a value of `--cpu` names.
struct CpuName {
  std::string cpu;
  std::string features;
};

/// Resolves a value of `--cpu`; `native` is the machine that vibc runs on. For
/// an unknown name, the error suggests the nearest known one.
llvm::Expected<CpuName> resolveCpu(llvm::StringRef name);

/// Whether LLVM knows a CPU and features that a file has recorded. It would
/// ignore others.
llvm::Error checkCpu(llvm::StringRef cpu, llvm::StringRef features);

/// What the phases need to know about the target.
struct TargetInfo {
  std::unique_ptr<llvm::TargetMachine> machine;
  /// The extensions of the instruction set that its code may use, separated by
  /// commas. The program checks the CPU for them when it starts.
  std::string requiredFeatures;
  /// The width of the widest vector registers.
  unsigned vectorBits;
  /// Whether the CPU has AVX512_BF16.
  bool hasBf16;
  /// Whether the CPU is a baseline to which no current machine is limited.
  bool isGeneric;
};

/// Creates the target; never fails for the result of resolveCpu.
TargetInfo createTarget(llvm::StringRef cpu, llvm::StringRef features,
                        unsigned level);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_TARGET_H
