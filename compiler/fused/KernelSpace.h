//===- KernelSpace.h - The iteration space of a kernel ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All ops of a kernel run over one iteration space: two loops of different ops
// are the same loop if they visit the same axis of the same tensor. A class is
// a set of loops and tensor axes that are the same in this sense. KernelSpace
// finds the classes by union-find over the axes of the kernel's tensors and the
// loops of its ops, connected by the indexing maps:
//
//   %0 = contract(%x[b, k], %w[k, n])      classes: b = {x.0, 0.0, 1.0, ...}
//   %1 = generic(%0[b, n], %bias[n])                n = {w.1, 0.1, 1.1, bias.0}
//   %2 = generic(%1[b, n]) reduces n                k = {x.1, w.0}
//
// An axis of a slice starts a new class if the slice takes only a part of the
// axis; whole axes keep their class. Both the decision which kernels to merge
// and the decision how to divide a kernel among threads are made by class: a
// class that no op reduces can be divided freely.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELSPACE_H
#define VIB_COMPILER_FUSED_KERNELSPACE_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/IntEqClasses.h"

namespace vib {

/// Whether `op` rounds a weight, or a slice of one, and only contractions of
/// its kernel read the result. Such an op has only the loops of the weight, and
/// is repeated wherever a contraction needs a part of it.
bool isPrologue(mlir::linalg::LinalgOp op);

class KernelSpace {
public:
  explicit KernelSpace(KernelOp kernel);

  /// The number of classes. They are numbered from 0 in the order in which the
  /// kernel's ops first use them.
  unsigned getNumClasses() const { return extents.size(); }
  /// The number of positions in a class.
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
  /// Whether a slice reads or writes a part of an axis of the class, and the
  /// axis belongs to a value computed in the kernel. The value must then be
  /// complete at once. A slice of an input is only an offset in memory.
  bool isSliced(unsigned cls) const { return sliced[cls]; }
  /// The classes that no op reduces and over which every linalg op except fills
  /// and prologues has a loop; the rows, in a kernel that works by rows.
  llvm::SmallVector<unsigned, 4> getSharedParallelClasses() const;

  /// Whether no op has two loops of the same class, as x * x^T has. Nothing
  /// else is known about the classes of a kernel if an op has.
  bool isConsistent() const { return consistent; }
  /// Whether all loops and axes of each class have one extent. The verifier of
  /// the phase ensures it.
  bool hasOneExtent() const { return fits; }

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
  bool consistent = true, fits = true;
};

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELSPACE_H
