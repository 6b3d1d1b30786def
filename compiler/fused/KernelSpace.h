//===- KernelSpace.h - The iteration space of a kernel ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ops of a kernel run over one iteration space: a loop of one op and a loop
// of another are the same when they visit the same axis of the same tensor.
// KernelSpace finds these classes by union-find over the axes of the kernel's
// tensors and the loops of its ops, through the indexing maps:
//
//   %0 = contract(%x[b, k], %w[k, n])      classes: b = {x.0, 0.0, 1.0, ...}
//   %1 = generic(%0[b, n], %bias[n])                n = {w.1, 0.1, 1.1, bias.0}
//   %2 = generic(%1[b, n]) reduces n                k = {x.1, w.0}
//
// A slice starts a class of its own where it takes a part of an axis; whole
// axes stay in their class. What fusion may merge and what the emitter may
// divide among threads are both questions about classes: one that no op reduces
// can be divided freely.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELSPACE_H
#define VIB_COMPILER_FUSED_KERNELSPACE_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/IntEqClasses.h"

namespace vib {

/// The classes of a contraction's loops: both operands and the result have
/// `batch`, the left operand and the result `m`, the right one and the result
/// `n`, both operands but not the result `k`.
struct ContractionClasses {
  llvm::SmallVector<unsigned, 2> batch, m, n, k;
};

/// Whether `op` rounds a whole weight, or a slice of one, for the contractions
/// of its kernel and for nothing else. It has the loops of the weight only, and
/// is done again wherever a contraction needs a part of it.
bool isPrologue(mlir::linalg::LinalgOp op);

class KernelSpace {
public:
  explicit KernelSpace(KernelOp kernel);

  /// The number of classes; they are numbered from 0 in the order in which the
  /// kernel's ops first name them.
  unsigned getNumClasses() const { return extents.size(); }
  /// How many positions a class has.
  int64_t getExtent(unsigned cls) const { return extents[cls]; }

  /// The class of an axis of a tensor of the kernel.
  unsigned getClass(mlir::Value tensor, unsigned axis) const;
  /// The classes of all axes of a tensor of the kernel.
  llvm::SmallVector<unsigned, 4> getClasses(mlir::Value tensor) const;
  /// The classes of an op's loops, in the order of its loops.
  llvm::SmallVector<unsigned, 4>
  getLoopClasses(mlir::linalg::LinalgOp op) const;
  /// The classes over which an op reduces.
  llvm::SmallVector<unsigned, 2>
  getReducedClasses(mlir::linalg::LinalgOp op) const;

  /// Whether some op reduces over the class.
  bool isReduced(unsigned cls) const { return reduced[cls]; }
  /// Whether a slice takes part of, or writes part of, an axis of the class
  /// that belongs to a value computed in the kernel: all of it must be there
  /// at once. Slices of the kernel's ins are only an offset in memory.
  bool isSliced(unsigned cls) const { return sliced[cls]; }
  /// The classes that no op of the kernel reduces, and of which every linalg op
  /// but fills has a loop: rows, for a kernel that works by rows.
  llvm::SmallVector<unsigned, 4> getSharedParallelClasses() const;

  /// Whether no op has two loops of one class, as x * x^T has: nothing can be
  /// said of a kernel where one has.
  bool isConsistent() const { return consistent; }

  /// The classes of a contraction's loops; failure if `op` is none.
  mlir::FailureOr<ContractionClasses>
  getContraction(mlir::linalg::LinalgOp op) const;

private:
  using Axis = std::pair<mlir::Value, unsigned>;

  unsigned getNode(mlir::Value tensor, unsigned axis);
  unsigned getLoopNode(mlir::Operation *op, unsigned loop);
  unsigned addNode(int64_t extent);
  void join(unsigned lhs, unsigned rhs);
  void addLinalgOp(mlir::linalg::LinalgOp op);
  void addSlice(mlir::Value whole, mlir::RankedTensorType partType,
                llvm::ArrayRef<mlir::Value> parts,
                llvm::ArrayRef<mlir::OpFoldResult> sizes,
                const llvm::SmallBitVector &dropped, bool inMemory);

  KernelOp kernel;
  llvm::DenseMap<Axis, unsigned> axisNodes;
  llvm::DenseMap<std::pair<mlir::Operation *, unsigned>, unsigned> loopNodes;
  llvm::SmallVector<int64_t> nodeExtents;
  llvm::SmallVector<std::pair<unsigned, unsigned>> joins;
  llvm::SmallVector<unsigned> reducedNodes, slicedNodes;
  llvm::IntEqClasses classes;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<bool> reduced, sliced;
  bool consistent = true;
};

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELSPACE_H
