//===- IndexSystem.h - What is true of indices together ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_INDEXSYSTEM_H
#define VIB_COMPILER_PLAN_INDEXSYSTEM_H

#include "compiler/plan/IndexRange.h"

namespace vib {

/// Whether a sum of values is at most `most` wherever the conditions hold that
/// `ranges` assumes. Ranges alone do not tell this of `start + i` where
/// `i < min(extent - start, size)`.
bool isAtMost(llvm::ArrayRef<mlir::Value> values, int64_t most,
              IndexRanges &ranges);
/// The same for at least.
bool isAtLeast(mlir::Value value, int64_t least, IndexRanges &ranges);

} // namespace vib

#endif // VIB_COMPILER_PLAN_INDEXSYSTEM_H
