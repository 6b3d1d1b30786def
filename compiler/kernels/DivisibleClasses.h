//===- DivisibleClasses.h - What may be divided -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A class may be divided when each piece can be worked off on its own: nothing
// that is reduced over it is needed again in the kernel, and no slice of a
// computed value cuts it. A result that is reduced over a class of the units
// and only handed out is allowed: each unit makes a partial result, and they
// are combined in the order of the units, so that the bits do not depend on
// how many threads there are.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_DIVISIBLECLASSES_H
#define VIB_COMPILER_KERNELS_DIVISIBLECLASSES_H

#include "compiler/fused/KernelSpace.h"
#include "llvm/ADT/SmallBitVector.h"

namespace vib {

class DivisibleClasses {
public:
  DivisibleClasses(KernelOp kernel, const KernelSpace &space);

  /// Whether the class may be divided: among units of work, which may leave
  /// partial results, or else by a loop.
  bool isLegal(unsigned cls, bool asUnit) const;

private:
  /// Marks the classes that slices and unusual indexing forbid to divide.
  void findIllegal();

  mlir::Block &body;
  const KernelSpace &space;
  llvm::SmallVector<mlir::linalg::LinalgOp> ops;
  llvm::SmallBitVector illegal;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_DIVISIBLECLASSES_H
