//===- Target.h - The CPU that is compiled for ------------------*- C++ -*-===//
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

/// What `--cpu` resolves to.
struct CpuName {
  std::string cpu;
  std::string features;
};

/// `native` is the machine that vibc runs on; an unknown name is an error that
/// says what comes close.
llvm::Expected<CpuName> resolveCpu(llvm::StringRef name);

/// What the phases have to know of the target.
struct TargetInfo {
  std::unique_ptr<llvm::TargetMachine> machine;
  /// Extensions of the instruction set that code for it may use, comma
  /// separated: what the program asks the CPU for when it starts.
  std::string requiredFeatures;
  /// Of its widest vector registers.
  unsigned vectorBits;
  /// Whether it has AVX512_BF16.
  bool hasBf16;
  /// Whether it is a baseline that no real machine of today is limited to.
  bool isGeneric;
};

/// Never fails for what resolveCpu has returned.
TargetInfo createTarget(llvm::StringRef cpu, llvm::StringRef features,
                        unsigned level);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_TARGET_H
