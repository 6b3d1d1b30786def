//===- IndexRange.h - The values that an index can have ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_INDEXRANGE_H
#define VIB_COMPILER_PLAN_INDEXRANGE_H

#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include <optional>

namespace vib {

/// The numbers min, min + step, …, max. A constant has step 0. Upstream's
/// integer ranges have no steps, so that `i mod 32` of multiples of 16 could be
/// 31 for them.
struct IndexRange {
  int64_t min, max, step;
};

/// The ranges of the indices of a function, from its constants, the bounds of
/// its loops and the arithmetic between them.
class IndexRanges {
public:
  /// Sets the range of an argument.
  void set(mlir::Value value, IndexRange range) { known[value] = range; }
  /// The range of a value; none if nothing bounds it.
  std::optional<IndexRange> get(mlir::Value value);

private:
  /// A constant and multiples of values, so that `i - i` is 0 whatever i is.
  struct Sum {
    int64_t constant = 0;
    unsigned numValues = 0;
    llvm::MapVector<mlir::Value, int64_t> terms;
  };
  bool addTo(Sum &sum, mlir::Value value, int64_t factor);
  std::optional<IndexRange> getTerm(mlir::Value value);

  llvm::DenseMap<mlir::Value, std::optional<IndexRange>> known;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_INDEXRANGE_H
