//===- MergePlacement.h - Where two kernels can run as one ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Merging two kernels moves at least one of them past the kernels in between,
// so each of those must be able to run either before or after the merged
// kernel. A kernel depends on an earlier one if it reads a result of it, or if
// it updates state that the earlier one reads. Let
//
//   after  = the kernels in between that depend on the first kernel,
//   before = the kernels in between on which the second kernel depends
//
// (both transitively). The two kernels can be merged if no kernel is in both
// sets. The merged kernel is placed where the second one was if `after` is
// empty. Otherwise it is placed where the first one was, and the kernels in
// `before` are moved in front of it.
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_MERGEPLACEMENT_H
#define VIB_COMPILER_FUSED_MERGEPLACEMENT_H

#include "dialect/Vib.h"

namespace vib {

class MergePlacement {
public:
  /// The place of the kernel that `first` and the later `second` are merged
  /// into. Fails if a kernel has to run between them, and sets `reason`.
  static mlir::FailureOr<MergePlacement> find(KernelOp first, KernelOp second,
                                              std::string &reason);
  /// Moves the merged kernel, which is in front of the second one, to its
  /// place.
  void move(KernelOp merged, KernelOp first) const;

private:
  /// The kernels to move in front of the merged one, in order.
  llvm::SmallVector<KernelOp> before;
  /// Whether the merged kernel replaces the second one, not the first one.
  bool atSecond;
};

} // namespace vib

#endif // VIB_COMPILER_FUSED_MERGEPLACEMENT_H
