//===- StepField.cpp - The scalars of a step ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/StepField.h"
#include "runtime/Abi.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstddef>

using namespace vib;

std::optional<StepField> vib::lookupStepField(llvm::StringRef name) {
  auto integer = [](int64_t offset, unsigned bits) {
    return StepField{offset, bits, false};
  };
  auto real = [](int64_t offset) { return StepField{offset, 64, true}; };
  return llvm::StringSwitch<std::optional<StepField>>(name)
      .Case("seed", integer(offsetof(VibStep, seed), 64))
      .Case("step", integer(offsetof(VibStep, step), 64))
      .Case("rows", integer(offsetof(VibStep, rows), 32))
      .Case("row0", integer(offsetof(VibStep, row0), 32))
      .Case("sample", integer(offsetof(VibStep, sample), 32))
      .Case("beta", real(offsetof(VibStep, beta)))
      .Case("rate", real(offsetof(VibStep, rate)))
      .Case("rate1", real(offsetof(VibStep, rate1)))
      .Case("scale2", real(offsetof(VibStep, scale2)))
      .Case("average", real(offsetof(VibStep, average)))
      .Case("decay", real(offsetof(VibStep, decay)))
      .Default(std::nullopt);
}
