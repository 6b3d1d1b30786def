//===- Pairs.h - Operands of bf16 in pairs ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The instruction of AVX512_BF16 multiplies and adds pairs: lane j of the sum
// gets a[2j] b[2j] + a[2j+1] b[2j+1]. The two are neighbours along the
// reduction, so that a panel is packed as
//
//   [reduction / 2][column][2]
//
// A register of it is 16 columns, and the other operand's factor for them is
// one pair, broadcast. If the reduction is odd its last pair ends in zeros.
//
// Of an operand that is broadcast a register tile reads a few columns only, in
// all rows. It is packed in blocks of that many columns, a power of two,
//
//   [column / block][reduction / 2][block][2]
//
// so that a tile reads one piece of memory from its beginning to its end.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_PAIRS_H
#define VIB_COMPILER_KERNELS_PAIRS_H

#include "compiler/kernels/ContractionForm.h"
#include "compiler/kernels/TileEmitter.h"

namespace vib {

/// Where the elements of a panel in pairs are.
struct PairLayout {
  /// Elements from one row to the next, and from one column to the next one
  /// that may begin a block.
  int64_t row, column;
  /// The columns of a block, and all elements.
  int64_t block, elements;
};
/// One block, whose pairs of rows are whole registers and no large power of two
/// apart.
PairLayout getPairLayout(int64_t depth, int64_t columns);
/// The layout of what is packed for all units.
PairLayout getPairLayout(const SharedPairs &pairs);

/// A panel in pairs, in flat memory of bf16. Positions along the reduction are
/// even.
struct Pairs {
  mlir::Value memory;
  PairLayout layout;
};

/// What a panel is packed from: `depth` x `columns` elements of f32, which are
/// rounded, or bf16.
struct PairSource {
  TensorRef ref;
  mlir::AffineMap map;
  unsigned reduction, column;
  int64_t depth, columns;
};

/// Packs a panel of one block. `positions` are those of the op's loops.
void packPairs(TileEmitter &e, const PairSource &source, const Pairs &pairs,
               llvm::MutableArrayRef<mlir::Value> positions);
/// Packs the rows `k`, even, and k + 1 of a panel whose columns are contiguous;
/// zeros in place of the latter if `isLast`.
void packPairOfRows(TileEmitter &e, const PairSource &source,
                    const Pairs &pairs, mlir::Value k, bool isLast,
                    llvm::MutableArrayRef<mlir::Value> positions);

/// Sixteen columns from `column` of the rows k and k + 1.
mlir::Value loadPairs(TileEmitter &e, const Pairs &pairs, mlir::Value k,
                      mlir::Value column);
/// The pair at one column, in all lanes: `step` columns from `start`, where a
/// block begins unless there is but one.
mlir::Value loadPair(TileEmitter &e, const Pairs &pairs, mlir::Value k,
                     mlir::Value start, int64_t step);
/// Two elements that are neighbours in memory, in all lanes; one and a zero if
/// `isLast`.
mlir::Value loadPair(TileEmitter &e, const TensorRef &ref, mlir::AffineMap map,
                     llvm::ArrayRef<mlir::Value> positions, bool isLast);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_PAIRS_H
