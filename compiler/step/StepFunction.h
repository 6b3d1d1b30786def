//===- StepFunction.h - A function of the step ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_STEPFUNCTION_H
#define VIB_COMPILER_STEP_STEPFUNCTION_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace vib {

/// A function of the step under construction. It is created with every argument
/// that it could need; `finish` removes those that it does not.
class StepFunction {
public:
  StepFunction(mlir::OpBuilder &builder, mlir::Location loc,
               llvm::StringRef name);

  /// `shownName` is what the text calls the argument if its slot has another
  /// name.
  mlir::Value addArgument(mlir::Type type, SlotKind kind, llvm::StringRef name,
                          llvm::StringRef shownName = "");
  /// Whether a tensor is an argument, is a result already, or equals a slice
  /// that is one. A tensor has only one place.
  bool hasPlace(mlir::Value tensor) const;
  void addResult(mlir::Value value, SlotKind kind, llvm::StringRef name);
  /// Returns the results, and removes ops and arguments that they do not need.
  void finish();

private:
  SlotAttr getSlot(SlotKind kind, llvm::StringRef name);
  /// The attributes of arguments or results with these slots.
  llvm::SmallVector<mlir::DictionaryAttr>
  getAttributes(llvm::ArrayRef<SlotAttr> slots);

  mlir::OpBuilder &builder;
  mlir::OpBuilder::InsertionGuard guard;
  mlir::func::FuncOp function;
  llvm::SmallVector<SlotAttr> argumentSlots, resultSlots;
  llvm::SmallVector<mlir::Value> results;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_STEPFUNCTION_H
