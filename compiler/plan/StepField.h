//===- StepField.h - The scalars of a step ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_STEPFIELD_H
#define VIB_COMPILER_PLAN_STEPFIELD_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace vib {

/// A field of the runtime's VibStep; `offset` is in bytes.
struct StepField {
  int64_t offset;
  unsigned bits;
  bool isFloat;
};

/// The field that holds a scalar of the step, by the name of its slot.
std::optional<StepField> lookupStepField(llvm::StringRef name);

} // namespace vib

#endif // VIB_COMPILER_PLAN_STEPFIELD_H
