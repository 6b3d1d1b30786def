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
// space have names: an operand with the names {rows, inputs} is read at [rows,
// inputs], a result with {rows, features} is written at [rows, features], and
// dimensions that no result has are reduced. The dimensions are in the order in
// which the results, and then the operands, first name them. The attribute
// `vib.dims` of an op records this order.
//
// An op whose operands do not fit together is reported at the location of the
// layer, and the builder has failed. It goes on with zeros in place of the
// operand that does not fit, so that its callers need not check each op.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_LINALGBUILDER_H
#define VIB_COMPILER_STEP_LINALGBUILDER_H

#include "compiler/step/ScalarBuilder.h"
#include "mlir/IR/AffineMap.h"
#include "llvm/ADT/DenseMap.h"

namespace vib {

/// What indexes an axis of a tensor: a dimension, or a sum of multiples of
/// dimensions and a number, as in height * stride + tap * dilation.
struct AxisIndex {
  using Term = std::pair<llvm::StringRef, int64_t>;

  AxisIndex(llvm::StringRef dim) : terms({{dim, 1}}) {}
  AxisIndex(const char *dim) : AxisIndex(llvm::StringRef(dim)) {}
  AxisIndex(llvm::ArrayRef<Term> terms, int64_t offset = 0)
      : terms(terms), offset(offset) {}

  /// Whether it is a dimension, which then has the extent of the axis.
  bool isDim() const {
    return terms.size() == 1 && terms[0].second == 1 && offset == 0;
  }

  llvm::SmallVector<Term, 1> terms;
  int64_t offset = 0;
};

/// A tensor and the dimensions that index it.
struct Access {
  Access(mlir::Value tensor, llvm::ArrayRef<llvm::StringRef> dims)
      : tensor(tensor), axes(dims.begin(), dims.end()) {}
  Access(mlir::Value tensor, std::initializer_list<AxisIndex> axes)
      : tensor(tensor), axes(axes) {}
  Access(mlir::Value tensor, llvm::ArrayRef<AxisIndex> axes)
      : tensor(tensor), axes(axes) {}

  mlir::Value tensor;
  llvm::SmallVector<AxisIndex, 2> axes;
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

  /// The names of a tensor's dimensions.
  Dims getDims(mlir::Value tensor);
  void setDims(mlir::Value tensor, llvm::ArrayRef<llvm::StringRef> names);
  /// The extent of a dimension of a tensor; 1 if the tensor does not have it.
  int64_t getExtent(mlir::Value tensor, llvm::StringRef dim);

  /// Reports that an op cannot be built. Only the first report is emitted.
  void fail(const llvm::Twine &message);
  bool hasFailed() const { return failed; }

  /// A tensor.empty.
  mlir::Value empty(llvm::ArrayRef<int64_t> shape, mlir::Type element = {});
  /// A tensor that is filled with one value.
  mlir::Value fill(llvm::ArrayRef<int64_t> shape, mlir::TypedAttr value);
  mlir::Value zeros(llvm::ArrayRef<int64_t> shape) {
    return fill(shape, builder.getFloatAttr(type, 0.0));
  }

  /// The sum of products of `lhs` and `rhs` over the dimensions that `result`
  /// does not have, as in contract({x, {rows, inputs}}, {w, {inputs,
  /// features}}, {rows, features}). bf16 operands are extended; the sum has the
  /// model's type.
  mlir::Value contract(Access lhs, Access rhs,
                       llvm::ArrayRef<llvm::StringRef> result);

  /// A loop without reduction. It writes one new tensor for each type in
  /// `elements`, with the shape that the names in `result` imply.
  llvm::SmallVector<mlir::Value> map(llvm::ArrayRef<Access> inputs,
                                     llvm::ArrayRef<llvm::StringRef> result,
                                     mlir::TypeRange elements, Body body);
  /// The same with a single result of the model's type.
  mlir::Value map(llvm::ArrayRef<Access> inputs,
                  llvm::ArrayRef<llvm::StringRef> result, ScalarFunction body);

  /// Folds `inputs` into `init` over the dimensions that `result` does not
  /// have. `body` gets the elements of the inputs, followed by the accumulator.
  mlir::Value reduce(llvm::ArrayRef<Access> inputs, mlir::TypedAttr init,
                     llvm::ArrayRef<llvm::StringRef> result,
                     ScalarFunction body);
  /// The sum of the values that `body` returns.
  mlir::Value sum(llvm::ArrayRef<Access> inputs,
                  llvm::ArrayRef<llvm::StringRef> result, ScalarFunction body);
  /// The largest element.
  mlir::Value maximum(const Access &input,
                      llvm::ArrayRef<llvm::StringRef> result);

  /// A loop in destination-passing style, which overwrites `outputs` or
  /// accumulates into them. `body` gets the elements of the inputs, with bf16
  /// extended to the model's type, followed by those of the outputs.
  llvm::SmallVector<mlir::Value> generic(llvm::ArrayRef<Access> inputs,
                                         llvm::ArrayRef<Access> outputs,
                                         Body body);

  /// The part [offset, offset + size) of the last dimension of a tensor, which
  /// has the name `dim` in the part.
  mlir::Value slice(mlir::Value tensor, int64_t offset, int64_t size,
                    llvm::StringRef dim);
  /// The tensor with `part` at [offset, …) of its last dimension.
  mlir::Value insertFeatures(mlir::Value part, mlir::Value tensor,
                             int64_t offset);
  /// Concatenates tensors along their last dimension, which has the name `dim`
  /// in the result.
  mlir::Value concatenate(mlir::ValueRange tensors, llvm::StringRef dim);

  /// A loop nest that copies each element.
  mlir::Value copy(const Access &from, const Access &to);

  /// The tensor with all dimensions after the rows, but samples, in one, which
  /// has the name `features`; and back. The elements are copied, and keep their
  /// row-major order.
  mlir::Value flatten(mlir::Value tensor);
  mlir::Value unflatten(mlir::Value flat, llvm::ArrayRef<int64_t> shape,
                        llvm::ArrayRef<llvm::StringRef> names);

private:
  /// Copies the elements of one of two tensors to the other: each position of
  /// `shape`, which is [rows, …, features], from or to its part of a row.
  mlir::Value copyPositions(mlir::Value from, llvm::ArrayRef<int64_t> shape,
                            llvm::ArrayRef<llvm::StringRef> names,
                            bool flattens);
  template <typename OpTy> OpTy labelled(OpTy op);
  template <typename OpTy> OpTy described(OpTy op);
  /// Records the dimensions of an op's loops, and of the tensors it makes.
  void nameLoops(mlir::Operation *op, llvm::ArrayRef<llvm::StringRef> loops,
                 llvm::ArrayRef<Access> results);
  /// The accesses, with zeros in place of those that do not fit the others.
  llvm::SmallVector<Access> checkAccesses(llvm::ArrayRef<Access> accesses);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::FloatType type;
  mlir::StringAttr label, word;
  llvm::DenseMap<mlir::Value, Dims> dimNames;
  bool failed = false;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_LINALGBUILDER_H
