//===- StepField.h - The scalars of a step -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_STEPFIELD_H
#define VIB_COMPILER_KERNELS_STEPFIELD_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace vib {

/// A field of the runtime's VibStep.
struct StepField {
  /// In bytes.
  int64_t offset;
  unsigned bits;
  bool isFloat;
};

/// The field behind a scalar of a step, by the name of its slot.
std::optional<StepField> lookupStepField(llvm::StringRef name);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_STEPFIELD_H
