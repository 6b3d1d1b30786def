//===- LinalgBuilder.h - Create the ops of the step -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All ops of the phase `step` are created here, so that all have labels, and
// all contractions and loops have the same form. The dimensions of an iteration
// space are named by letters: an operand with the letters "mk" is read at [m,
// k], a result with "mn" is written at [m, n], and letters that no result has
// are reduced. The dimensions are in the order in which the results, and then
// the operands, first name them.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_LINALGBUILDER_H
#define VIB_COMPILER_STEP_LINALGBUILDER_H

#include "compiler/step/ScalarBuilder.h"
#include "mlir/IR/AffineMap.h"

namespace vib {

/// A tensor and the letters of the dimensions that index it.
struct Access {
  mlir::Value tensor;
  llvm::StringRef dims;
};

/// Creates linalg ops on static tensors at an insertion point.
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
  /// The model's type: that of its weights and activations.
  mlir::FloatType getType() const { return type; }

  /// The label of the ops that are created next.
  mlir::StringAttr getLabel() const { return label; }
  void setLabel(mlir::StringAttr newLabel) { label = newLabel; }

  /// The word for what the ops that are created next compute.
  mlir::StringAttr getWord() const { return word; }
  void setWord(mlir::StringAttr newWord) { word = newWord; }
  void setWord(const llvm::Twine &newWord) {
    word = builder.getStringAttr(newWord);
  }
  /// Names the results of the op that computes them.
  void nameResults(mlir::Value result, llvm::ArrayRef<llvm::StringRef> names);

  /// A tensor.empty.
  mlir::Value empty(llvm::ArrayRef<int64_t> shape, mlir::Type element = {});
  /// A tensor that is filled with one value.
  mlir::Value fill(llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value);
  mlir::Value zeros(llvm::ArrayRef<int64_t> shape) {
    return fill(shape, builder.getFloatAttr(type, 0.0));
  }

  /// The sum of products of `lhs` and `rhs` over the letters that `result` does
  /// not have, as in contract({x, "mk"}, {w, "kn"}, "mn"). bf16 operands are
  /// extended; the sum has the model's type.
  mlir::Value contract(Access lhs, Access rhs, llvm::StringRef result);

  /// A loop without reduction. It writes one new tensor for each type in
  /// `elements`, with the shape that the letters in `result` imply.
  llvm::SmallVector<mlir::Value> map(llvm::ArrayRef<Access> inputs,
                                     llvm::StringRef result,
                                     mlir::TypeRange elements, Body body);
  /// The same with a single result of the model's type.
  mlir::Value map(llvm::ArrayRef<Access> inputs, llvm::StringRef result,
                  ScalarFunction body);

  /// Folds `inputs` into `init` over the letters that `result` does not have.
  /// `body` gets the elements of the inputs, followed by the accumulator.
  mlir::Value reduce(llvm::ArrayRef<Access> inputs, mlir::TypedAttr init,
                     llvm::StringRef result, ScalarFunction body);
  /// The sum of the values that `body` returns.
  mlir::Value sum(llvm::ArrayRef<Access> inputs, llvm::StringRef result,
                  ScalarFunction body);

  /// A loop in destination-passing style, which overwrites `outputs` or
  /// accumulates into them. `body` gets the elements of the inputs, with bf16
  /// extended to the model's type, followed by those of the outputs.
  llvm::SmallVector<mlir::Value> generic(llvm::ArrayRef<Access> inputs,
                                         llvm::ArrayRef<Access> outputs,
                                         Body body);

  /// The columns [offset, offset + width) of a matrix, or of each matrix in a
  /// stack.
  mlir::Value columns(mlir::Value matrix, int64_t offset, int64_t width);
  /// Concatenates matrices along their columns.
  mlir::Value concatenate(mlir::ValueRange matrices);

private:
  template <typename OpTy> OpTy labelled(OpTy op);
  template <typename OpTy> OpTy described(OpTy op);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::FloatType type;
  mlir::StringAttr label, word;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_LINALGBUILDER_H
