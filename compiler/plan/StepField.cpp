//===- StepField.cpp - The scalars of a step ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/StepField.h"
#include "dialect/Vib.h"
#include "dialect/VibNumbers.h"
#include "runtime/Abi.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstddef>

using namespace vib;

std::optional<StepField> vib::lookupStepField(llvm::StringRef name) {
  auto integer = [](int64_t offset, unsigned bits) {
    return StepField{offset, bits, false};
  };
  auto real = [](int64_t offset) { return StepField{offset, 64, true}; };
  static_assert(kMostCoefficients == VIB_MAX_COEFFICIENTS);
  if (std::optional<unsigned> place = getCoefficientPlace(name)) {
    if (*place >= VIB_MAX_COEFFICIENTS)
      return std::nullopt;
    return real(offsetof(VibStep, coefficients) + *place * sizeof(double));
  }
  return llvm::StringSwitch<std::optional<StepField>>(name)
      .Case("seed", integer(offsetof(VibStep, seed), 64))
      .Case("step", integer(offsetof(VibStep, step), 64))
      .Case("rows", integer(offsetof(VibStep, rows), 32))
      .Case("row0", integer(offsetof(VibStep, row0), 32))
      // The lower halves: the noise and the divisor take 32 bits.
      .Case("first_row", integer(offsetof(VibStep, first_row), 32))
      .Case("total_rows", integer(offsetof(VibStep, total_rows), 32))
      .Case("sample", integer(offsetof(VibStep, sample), 32))
      .Case("rate", real(offsetof(VibStep, rate)))
      .Case("rate1", real(offsetof(VibStep, rate1)))
      .Case("scale2", real(offsetof(VibStep, scale2)))
      .Case("average", real(offsetof(VibStep, average)))
      .Case("decay", real(offsetof(VibStep, decay)))
      .Default(std::nullopt);
}
