//===- CpuKernelEmitter.h - Emit the functions of a kernel ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel's work is divided into units: tiles of one class of its iteration
// space (KernelPlan). The kernel becomes a function that computes a range of
// its units, so that threads can share them:
//
//   func @step.kernel(%begin, %end, bases, scalars) {
//     views of the blocks and the arena; scratch
//     for %unit = %begin to min(%end, number of whole units)
//       ops without the inner class, in order
//       for tiles of the inner class, and its remainder
//         ops with the inner class, in order
//     if the last, smaller unit is in the range: the same again, with its size
//   }
//
// Some ops do not have the class that is divided into units. If an op that has
// it needs their results, every unit computes them again, into scratch.
// Otherwise the first unit computes them. The emitter does not depend on the
// model or on the form of contractions: KernelPlan has divided the iteration
// space and placed the values, and TileEmitter emits the ops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_CPUKERNELEMITTER_H
#define VIB_COMPILER_CPU_CPUKERNELEMITTER_H

#include "compiler/cpu/TileEmitter.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/plan/Memory.h"

namespace vib {

class CpuKernelEmitter {
public:
  CpuKernelEmitter(KernelOp kernel, llvm::StringRef name,
                   const Machine &machine, const MemoryMap &memory)
      : kernel(kernel), name(name), machine(machine), memory(memory),
        plan(kernel), loc(kernel.getLoc()) {}

  /// Adds the blocks, the arena and the scalars that the kernel uses to
  /// `entry`.
  llvm::LogicalResult collect(Signature &entry);
  /// Creates the functions at `builder` and their launches at `launches`, in an
  /// entry with the signature `entry`.
  llvm::LogicalResult run(mlir::OpBuilder &builder, mlir::OpBuilder &launches,
                          const Signature &entry);

private:
  /// An op or a copy of the kernel's body; items are in the order of execution.
  struct Item {
    mlir::linalg::LinalgOp op;
    const Copy *copy = nullptr;
    bool usesUnit, usesInner, once;
  };

  void collectItems();
  /// Creates a function of a range of units, named after the kernel. Leaves the
  /// builder in front of its return.
  mlir::func::FuncOp createFunction(mlir::OpBuilder &builder,
                                    llvm::StringRef suffix);
  mlir::Value createView(mlir::OpBuilder &builder, unsigned buffer,
                         mlir::Value unit);
  /// Creates views of the buffers that all units share.
  void createViews(TileEmitter &e);
  /// Creates views of the buffers of which each unit has its own.
  void createUnitViews(TileEmitter &e, mlir::Value unit);
  void emitUnits(TileEmitter &e, mlir::Value begin, mlir::Value end);
  void emitUnit(TileEmitter &e, mlir::Value unit, bool isFirst);
  void emitItems(TileEmitter &e, mlir::Value unit, bool canBeFirst, bool inner);
  void emitItem(TileEmitter &e, const Item &item);
  /// Emits the launch of a function that was created with `suffix`.
  void launch(mlir::OpBuilder &launches, const Signature &entry,
              mlir::func::FuncOp function, llvm::StringRef suffix,
              int64_t units, KernelCost cost);

  // CombinePartials.cpp
  void emitCombinations(mlir::OpBuilder &builder);
  void emitCombination(TileEmitter &e, const Combination &combination);

  // PackSharedPairs.cpp
  /// Creates a view of the memory of pairs that all units share.
  mlir::Value createPairs(mlir::OpBuilder &builder, const SharedPairs &pairs);
  /// Emits the launch that packs these pairs before the kernel runs. A unit of
  /// it is one pair of rows.
  void emitPairs(mlir::OpBuilder &builder, mlir::OpBuilder &launches,
                 const Signature &entry, const SharedPairs &pairs);

  // CopySharedWeights.cpp
  /// Creates a view of a copy; of that of `unit` unless all units share it.
  mlir::Value createCopy(mlir::OpBuilder &builder, const WindowCopy &copy,
                         mlir::Value unit);
  /// Emits the launch that makes a copy before the kernel runs, the `number`th
  /// of the kernel. A unit of it is one row of the copy.
  void emitSharedCopy(mlir::OpBuilder &builder, mlir::OpBuilder &launches,
                      const Signature &entry, const WindowCopy &copy,
                      unsigned number);

  Place getPlace(const Buffer &buffer) const {
    return *memory.lookup(plan.getTensor(buffer));
  }
  int64_t getScratch() {
    return kernel->getAttrOfType<mlir::IntegerAttr>(kScratchAttrName).getInt();
  }

  KernelOp kernel;
  std::string name;
  const Machine &machine;
  const MemoryMap &memory;
  KernelPlan plan;
  mlir::Location loc;
  Signature signature;
  llvm::SmallVector<Item> items;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_CPUKERNELEMITTER_H
