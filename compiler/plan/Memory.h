//===- Memory.h - The blocks, the arena and places in them ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled program has one arena and up to five blocks with the same layout:
// the weights, the two moments, the average and the gradients. `vib-plan-arena`
// assigns a place to every tensor and records it in the attributes of the
// module. This file reads these attributes, and creates the signatures of
// functions that work on this memory.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_MEMORY_H
#define VIB_COMPILER_PLAN_MEMORY_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// On an argument: the block that it points to, or the arena.
inline constexpr llvm::StringLiteral kBaseAttrName = "vib.base";
/// On a function of the phase kernels: an entry of the program.
inline constexpr llvm::StringLiteral kEntryAttrName = "vib.entry";
/// On a function of the phase kernels: code that several kernels call.
inline constexpr llvm::StringLiteral kSharedAttrName = "vib.shared";
/// The alignment in bytes of the blocks and the arena.
inline constexpr int64_t kMemoryAlignment = 64;
/// On a vib.kernel: the #vib.place of each of its outs.
inline constexpr llvm::StringLiteral kPlacesAttrName = "places";
/// On a vib.kernel: the offset of its scratch in the arena.
inline constexpr llvm::StringLiteral kScratchAttrName = "scratch";

/// Functions take the blocks and the arena as arguments in the order of
/// BaseKind.
inline constexpr unsigned kNumBases = getMaxEnumValForBaseKind() + 1;

/// The layout of a tensor, as in a #vib.place, but `row` is always known. In
/// panels, element (r, c) is at c / row * panel + r * row + c % row.
struct Layout {
  int64_t row;
  int64_t panel = 0;
  bool operator==(const Layout &other) const {
    return row == other.row && panel == other.panel;
  }
};

/// The place of a tensor in memory: `offset` bytes from `base`.
struct Place {
  BaseKind base;
  int64_t offset;
  Layout layout;
};

/// The place of a tensor of this type as an attribute, and back.
PlaceAttr getPlaceAttr(const Place &place, mlir::RankedTensorType type);
Place getPlace(PlaceAttr attr, mlir::RankedTensorType type);

/// The bytes of a memref of static shape without gaps; none if it is not one,
/// or if there are too many for an int64_t.
std::optional<int64_t> getStaticBytes(mlir::MemRefType type);

/// The type of the memory of a tensor: its shape with padded rows, or
/// [panel][row][column in the panel].
mlir::MemRefType getMemoryType(mlir::RankedTensorType type, Layout layout);
/// The bytes of that memory.
int64_t getMemoryBytes(mlir::RankedTensorType type, Layout layout);

/// The last dimension of `type`; 1 for a tensor without dimensions.
int64_t getRow(mlir::RankedTensorType type);

/// Row-major without padding.
Layout getPlainLayout(mlir::RankedTensorType type);
/// Row-major, padded so that rows do not compete for the same cache sets: rows
/// of a large power of two get one more cache line.
Layout choosePaddedLayout(mlir::RankedTensorType type);
/// Panels of `columns` if the matrix is wider than that, otherwise padded rows.
Layout choosePanelLayout(mlir::RankedTensorType type, int64_t columns);

/// The memory plan that vib-plan-arena recorded in a module.
class MemoryMap {
public:
  explicit MemoryMap(mlir::ModuleOp module);

  /// The place of a slot that is a tensor; failure if the plan has none.
  mlir::FailureOr<Place> lookup(SlotAttr slot,
                                mlir::RankedTensorType type) const;
  /// The place of a value in a function of the phase planned: for an argument
  /// that of its slot, for a kernel's result that in the kernel's `places`.
  mlir::FailureOr<Place> lookup(mlir::Value value) const;
  int64_t getBytes(BaseKind base) const {
    return base == BaseKind::Arena ? arenaBytes : blockBytes;
  }

private:
  llvm::StringMap<PlaceAttr> parameters, tensors;
  int64_t blockBytes = 0, arenaBytes = 0;
};

/// The arguments of an entry or a kernel: blocks, arena and scalars, each at
/// most once. They are collected first and then appended to a function's
/// arguments.
class Signature {
public:
  void addBase(BaseKind base) { bases[static_cast<unsigned>(base)] = true; }
  void addScalar(SlotAttr slot, mlir::Type type) {
    scalars.insert({slot, type});
  }
  /// Creates a function whose arguments are `leading` followed by these. Leaves
  /// the builder at the end of its block, which has no terminator yet.
  mlir::func::FuncOp createFunction(mlir::OpBuilder &builder,
                                    mlir::Location loc, llvm::StringRef name,
                                    mlir::TypeRange leading,
                                    const MemoryMap &memory);
  /// The arguments of the function that was created last.
  mlir::Value getBase(BaseKind base) const {
    return baseValues[static_cast<unsigned>(base)];
  }
  mlir::Value getScalar(SlotAttr slot) const {
    return scalarValues.lookup(slot);
  }
  /// The operands that a caller with the signature `caller` passes for these
  /// arguments.
  llvm::SmallVector<mlir::Value> getOperands(const Signature &caller) const;
  void addAll(const Signature &other);

private:
  std::array<bool, kNumBases> bases = {};
  std::array<mlir::Value, kNumBases> baseValues = {};
  llvm::MapVector<SlotAttr, mlir::Type> scalars;
  llvm::DenseMap<SlotAttr, mlir::Value> scalarValues;
};

/// A view of the tensor at `place`, at the insertion point.
mlir::Value createView(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value base, const Place &place,
                       mlir::RankedTensorType type);

/// The slot of an argument or a result; null if it has none.
SlotAttr getArgSlot(mlir::func::FuncOp function, unsigned index);
SlotAttr getResultSlot(mlir::func::FuncOp function, unsigned index);

/// Checks that the tensors a function of the phase planned returns are already
/// where the runtime expects them.
mlir::LogicalResult checkResults(mlir::func::FuncOp function,
                                 const MemoryMap &memory);

} // namespace vib

#endif // VIB_COMPILER_PLAN_MEMORY_H
