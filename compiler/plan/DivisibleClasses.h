//===- DivisibleClasses.h - Which classes can be divided --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A class of the iteration space (KernelSpace) can be divided if each piece can
// be computed on its own: no value that is reduced over the class is read again
// in the kernel, and no slice of a computed value cuts the class.
//
// Work units may also divide a class over which a result is reduced, if the
// kernel only yields that result. Each unit then computes a partial result, and
// the partial results are combined in the order of the units, so that the bits
// do not depend on the number of threads.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_DIVISIBLECLASSES_H
#define VIB_COMPILER_PLAN_DIVISIBLECLASSES_H

#include "compiler/fused/KernelSpace.h"
#include "llvm/ADT/SmallBitVector.h"

namespace vib {

class DivisibleClasses {
public:
  DivisibleClasses(KernelOp kernel, const KernelSpace &space);

  /// Whether the class can be divided: if `asUnit` among work units, which may
  /// compute partial results, otherwise by a loop within a unit.
  bool isLegal(unsigned cls, bool asUnit) const;

private:
  /// Marks the classes that cannot be divided because of slices or of indexing
  /// by other expressions than loops.
  void findIllegal();

  mlir::Block &body;
  const KernelSpace &space;
  llvm::SmallVector<mlir::linalg::LinalgOp> ops;
  llvm::SmallBitVector illegal;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_DIVISIBLECLASSES_H
