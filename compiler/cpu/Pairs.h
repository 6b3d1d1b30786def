//===- Pairs.h - Pack bf16 operands in pairs --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The AVX512_BF16 instruction multiplies and adds pairs: lane j of the sum is
// increased by a[2j] b[2j] + a[2j+1] b[2j+1]. The two elements of a pair are
// neighbours along the reduction, so a panel is packed as
//
//   [reduction / 2][column][2]
//
// A register holds 16 columns of it, and the other operand's factor for them is
// one pair, broadcast. If the reduction is odd, the last pair ends in a zero.
//
// A register tile reads only a few columns, in all rows, of an operand that is
// broadcast. Such an operand is packed in blocks of that many columns, a power
// of two,
//
//   [column / block][reduction / 2][block][2]
//
// so that a tile reads one contiguous piece of memory.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_PAIRS_H
#define VIB_COMPILER_CPU_PAIRS_H

#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/TileEmitter.h"

namespace vib {

/// The arrangement of the elements of a panel in pairs.
struct PairLayout {
  /// The distance in elements from one row to the next, and from a column to
  /// the next one, at the start of blocks.
  int64_t row, column;
  /// The number of columns in a block, and of elements altogether.
  int64_t block, elements;
};
/// The layout of a single block. Its pairs of rows fill whole registers and are
/// not a large power of two apart.
PairLayout getPairLayout(int64_t depth, int64_t columns);
/// The layout of an operand that is packed once for all units.
PairLayout getPairLayout(const SharedPairs &pairs);

/// A panel in pairs, in flat memory of bf16. Positions along the reduction are
/// even.
struct Pairs {
  mlir::Value memory;
  PairLayout layout;
};

/// The source of a panel: `depth` x `columns` elements, either bf16 or f32,
/// which is rounded.
struct PairSource {
  TensorRef ref;
  mlir::AffineMap map;
  unsigned reduction, column;
  int64_t depth, columns;
};

/// Packs a panel as one block. `positions` are those of the op's loops.
void packPairs(TileEmitter &e, const PairSource &source, const Pairs &pairs,
               llvm::MutableArrayRef<mlir::Value> positions);
/// Packs the rows `k`, which is even, and k + 1 of a panel whose columns are
/// contiguous. If `isLast`, zeros take the place of row k + 1.
void packPairOfRows(TileEmitter &e, const PairSource &source,
                    const Pairs &pairs, mlir::Value k, bool isLast,
                    llvm::MutableArrayRef<mlir::Value> positions);

/// Loads sixteen columns from `column` on of the rows k and k + 1.
mlir::Value loadPairs(TileEmitter &e, const Pairs &pairs, mlir::Value k,
                      mlir::Value column);
/// Broadcasts the pair in column `start` + `step`. A block begins at `start`,
/// unless there is only one block.
mlir::Value loadPair(TileEmitter &e, const Pairs &pairs, mlir::Value k,
                     mlir::Value start, int64_t step);
/// Broadcasts two elements that are adjacent in memory; if `isLast`, one
/// element and a zero.
mlir::Value loadPair(TileEmitter &e, const TensorRef &ref, mlir::AffineMap map,
                     llvm::ArrayRef<mlir::Value> positions, bool isLast);

} // namespace vib

#endif // VIB_COMPILER_CPU_PAIRS_H
