//===- LinalgBuilder.h - Writes the ops of the step -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every op of the phase `step` is made here, so that all of them carry a label
// and all contractions and loops have one form. Iteration spaces are named by
// letters: operand("mk") is read at [m, k], result("mn") written at [m, n], and
// a letter that no result has is reduced. The space's dimensions stand in the
// order in which the results, then the operands, first name them.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_LINALGBUILDER_H
#define VIB_COMPILER_STEP_LINALGBUILDER_H

#include "compiler/step/ScalarBuilder.h"
#include "mlir/IR/AffineMap.h"

namespace vib {

/// A tensor and the letters of the dimensions at which a loop visits it.
struct Access {
  mlir::Value tensor;
  llvm::StringRef dims;
};

/// Writes linalg ops over static tensors at an insertion point.
class LinalgBuilder {
public:
  using Body = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      ScalarBuilder &, mlir::ValueRange)>;
  using ScalarFunction =
      llvm::function_ref<mlir::Value(ScalarBuilder &, mlir::ValueRange)>;

  LinalgBuilder(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::FloatType type)
      : builder(builder), loc(loc), type(type) {}

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }
  void setLoc(mlir::Location newLoc) { loc = newLoc; }
  /// The model's type, that of weights and activations.
  mlir::FloatType getType() const { return type; }

  /// The label of the ops that follow.
  mlir::StringAttr getLabel() const { return label; }
  void setLabel(mlir::StringAttr newLabel) { label = newLabel; }

  /// A tensor without contents.
  mlir::Value empty(llvm::ArrayRef<int64_t> shape, mlir::Type element = {});
  /// A tensor of one value.
  mlir::Value fill(llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value);
  mlir::Value zeros(llvm::ArrayRef<int64_t> shape) {
    return fill(shape, builder.getFloatAttr(type, 0.0));
  }

  /// The sum of products of `lhs` and `rhs` over the letters that `result` does
  /// not have: contract({x, "mk"}, {w, "kn"}, "mn"). Operands of bf16 are
  /// extended; the sum is of the model's type.
  mlir::Value contract(Access lhs, Access rhs, llvm::StringRef result);

  /// A loop without a reduction that writes one new tensor for each of
  /// `elements`, all of the shape that `result` gives.
  llvm::SmallVector<mlir::Value> map(llvm::ArrayRef<Access> inputs,
                                     llvm::StringRef result,
                                     mlir::TypeRange elements, Body body);
  /// The same with one result of the model's type.
  mlir::Value map(llvm::ArrayRef<Access> inputs, llvm::StringRef result,
                  ScalarFunction body);

  /// Folds `inputs` into `init` over the letters that `result` does not have;
  /// `body` gets the inputs and then the accumulator.
  mlir::Value reduce(llvm::ArrayRef<Access> inputs, mlir::TypedAttr init,
                     llvm::StringRef result, ScalarFunction body);
  /// The sum of what `body` gives.
  mlir::Value sum(llvm::ArrayRef<Access> inputs, llvm::StringRef result,
                  ScalarFunction body);

  /// A loop in destination style; `outputs` are overwritten or accumulated
  /// into. `body` gets the elements of the inputs, those of bf16 extended to
  /// the model's type, then those of the outputs.
  llvm::SmallVector<mlir::Value> generic(llvm::ArrayRef<Access> inputs,
                                         llvm::ArrayRef<Access> outputs,
                                         Body body);

  /// Columns [offset, offset + width) of a matrix, or of each of a stack.
  mlir::Value columns(mlir::Value matrix, int64_t offset, int64_t width);
  /// Matrices of equally many rows side by side.
  mlir::Value concatenate(mlir::ValueRange matrices);

private:
  template <typename OpTy> OpTy labelled(OpTy op);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::FloatType type;
  mlir::StringAttr label;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_LINALGBUILDER_H
