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
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace vib {

/// The numbers min, min + step, …, max. A constant has step 0. Upstream's
/// integer ranges have no steps, so that `i mod 32` of multiples of 16 could be
/// 31 for them.
struct IndexRange {
  int64_t min, max, step;
};

/// lesser + distance <= greater, which holds at a place of a function.
struct IndexOrder {
  mlir::Value lesser, greater;
  int64_t distance;
};

/// The ranges of the indices of a function, from its constants, the bounds of
/// its loops and the arithmetic between them.
class IndexRanges {
public:
  /// Sets the range of an argument.
  void set(mlir::Value value, IndexRange range) { given[value] = range; }
  /// The range of a value; none if nothing bounds it.
  std::optional<IndexRange> get(mlir::Value value);

  /// The ranges where an i1 is true, or false.
  IndexRanges assume(mlir::Value condition, bool isTrue);
  /// The ranges where a value is at least `least`.
  IndexRanges assumeAtLeast(mlir::Value value, int64_t least);
  /// What the conditions say that have been assumed.
  llvm::ArrayRef<IndexOrder> getOrders() const { return orders; }

private:
  /// A constant and multiples of values, so that `i - i` is 0 whatever i is.
  struct Sum {
    int64_t constant = 0;
    unsigned numValues = 0;
    llvm::MapVector<mlir::Value, int64_t> terms;
  };
  bool addTo(Sum &sum, mlir::Value value, int64_t factor);
  std::optional<IndexRange> getTerm(mlir::Value value);
  std::optional<IndexRange> computeTerm(mlir::Value value);
  /// The range of a value that a loop carries.
  std::optional<IndexRange> getCarried(mlir::BlockArgument argument);
  /// The range of a value that a condition selects.
  std::optional<IndexRange>
  getSelected(mlir::Value condition, mlir::Value ifTrue, mlir::Value ifFalse);

  /// The same ranges, from which more can follow.
  IndexRanges copy() const;
  void add(mlir::Value condition, bool isTrue);
  void addComparison(mlir::Value condition, bool isTrue);
  void addAtLeast(mlir::Value value, int64_t least);
  void addOrder(IndexOrder order);
  /// Narrows the range of a value.
  void narrow(mlir::Value value, int64_t least, int64_t most);

  /// Ranges of arguments, and those that conditions have narrowed.
  llvm::DenseMap<mlir::Value, IndexRange> given;
  llvm::DenseMap<mlir::Value, std::optional<IndexRange>> known;
  llvm::SmallVector<IndexOrder> orders;
  /// How many conditions and loops a value was followed through, and ops.
  unsigned numCopies = 0, numNested = 0;
  /// How many facts have been added to the ranges that these were copied from.
  unsigned numFacts = 0;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_INDEXRANGE_H
