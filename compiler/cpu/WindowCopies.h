//===- WindowCopies.h - Copies of bf16 operands of windows ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The AVX512_BF16 instruction multiplies and adds pairs of bf16 (Pairs.h). In a
// convolution, a pair consists of
//
//   - two channels, in a forward pass and an input gradient. They are
//     neighbours in the image. The weight is copied before the kernel runs, as
//       [taps …][channels / 2][column][2]
//   - two images, in a weight gradient. Each unit copies what it reads of both
//     operands, one block of images after another, as
//       [images / 2][rows …][columns …][channel][2]
//     Every tap reads the block again, from the cache. Two neighbouring pixels
//     would be no pair for all taps, as every second tap begins between them.
//
// Without the instruction, the same copies and one of the image are f32. The
// multiply-adds then are those of an f32 model, and nothing is converted in
// their loops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_WINDOWCOPIES_H
#define VIB_COMPILER_CPU_WINDOWCOPIES_H

#include "compiler/cpu/ContractionForm.h"

namespace vib {

class TileEmitter;
struct TensorRef;

/// A copy of an operand of a contraction, in the arena from the kernel's
/// scratch on.
struct WindowCopy {
  mlir::linalg::LinalgOp op;
  unsigned operand;
  /// In pairs, or in rows of f32.
  Packing packing;
  /// The elements along each axis; pairs along `axis` if `packing` is pairs.
  llvm::SmallVector<int64_t, 4> sizes;
  /// The axis of which pairs consist, or which is divided into blocks.
  std::optional<unsigned> axis;
  /// Whether it is made once for all units, before the kernel runs. Otherwise
  /// each unit has its own, `unitBytes` after that of the unit before it.
  bool isShared;
  int64_t offset = 0, unitBytes = 0;

  /// The type of the memory, whose last axis holds pairs or elements.
  mlir::RankedTensorType getType() const;
  /// The tensor that it is a copy of: the source of a weight that is rounded
  /// when it is read.
  mlir::Value getSource() const;
  /// How many positions of `axis` are in one of the copy.
  int64_t getStride() const { return packing == Packing::Pairs ? 2 : 1; }
};

/// Why the operands of a contraction cannot be copied so; empty if they can.
std::string findCopyProblem(mlir::linalg::LinalgOp op,
                            const ContractionForm &form, Packing packing,
                            const KernelSpace &space, const TileChoice &tiles,
                            const Machine &machine);
/// The fastest of the ways in which the operands of a contraction can be
/// copied; none if they are not bf16, or not read through windows.
Packing chooseWindowCopies(mlir::linalg::LinalgOp op,
                           const ContractionForm &form,
                           const KernelSpace &space, const TileChoice &tiles,
                           const Machine &machine);

/// The copies of a contraction whose loops have the extents `extents` in a
/// unit, and whose blocks have `block` positions.
llvm::SmallVector<WindowCopy> getWindowCopies(mlir::linalg::LinalgOp op,
                                              const ContractionForm &form,
                                              Packing packing,
                                              llvm::ArrayRef<int64_t> extents,
                                              int64_t block);

/// Copies the row at `positions` of all axes of a copy but the last, from
/// `source` to `memory`. Along `axis`, the copy begins at `start` of the
/// source; null means 0. If `isLast`, zeros take the place of the second
/// element of a pair.
void emitCopiedRow(TileEmitter &e, const WindowCopy &copy,
                   const TensorRef &source, mlir::Value memory,
                   llvm::ArrayRef<mlir::Value> positions, mlir::Value start,
                   bool isLast);

} // namespace vib

#endif // VIB_COMPILER_CPU_WINDOWCOPIES_H
