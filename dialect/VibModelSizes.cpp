//===- VibModelSizes.cpp - The sizes of a model do not overflow -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibModelVerifier.h"
#include "dialect/VibVerify.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace vib;

/// 256 GiB of f32. With these bounds, the bytes and the operations of a step
/// with the largest batch can be counted in 64 bits.
static constexpr int64_t kMostNumbers = int64_t(1) << 36;
static constexpr int64_t kMostProducts = int64_t(1) << 40;

SmallVector<int64_t, 2> vib::getFileShape(const Parameter &parameter) {
  SmallVector<int64_t, 2> shape(parameter.shape);
  for (auto [i, dimension] : llvm::enumerate(parameter.permutation))
    shape[i] = parameter.shape[dimension];
  return shape;
}

/// The product of a shape's sizes, in which the batch is '?', and of `count`;
/// or `most` + 1 if it is larger than `most`.
static int64_t countAtMost(int64_t most, int64_t count,
                           ArrayRef<int64_t> shape) {
  for (int64_t size : shape) {
    if (ShapedType::isDynamic(size) || size <= 0)
      continue;
    if (count > most / size)
      return most + 1;
    count *= size;
  }
  return count;
}

namespace {

class SizeVerifier {
public:
  LogicalResult verifyValue(Location loc, Value value);
  LogicalResult verifyOp(Operation *op);

private:
  LogicalResult verifyTensor(Location loc, RankedTensorType type);
  LogicalResult verifyBorders(Conv2DOp conv);
  LogicalResult verifyBorders(ConvTranspose2DOp conv);
  LogicalResult verifyParameter(Operation *op, const Parameter &parameter);

  /// The samples for which the ops at hand are computed, and what the ops so
  /// far have.
  int64_t samples = 1, values = 0, parameters = 0, products = 0;
  /// The names of the parameters so far.
  llvm::StringSet<> names;
};

} // namespace

LogicalResult SizeVerifier::verifyValue(Location loc, Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? verifyTensor(loc, type) : success();
}

LogicalResult SizeVerifier::verifyTensor(Location loc, RankedTensorType type) {
  int64_t count = countAtMost(kMostNumbers, samples, type.getShape());
  values += count;
  if (values <= kMostNumbers)
    return success();
  InFlightDiagnostic diagnostic =
      emitError(loc, "expected at most 2^36 numbers for an example but got ");
  if (samples > 1)
    diagnostic << samples << " samples of ";
  diagnostic << type;
  if (count <= kMostNumbers)
    diagnostic << ", which with the values before has " << values;
  return diagnostic;
}

/// Counts the copies of the input and of the gradient that have a border.
LogicalResult SizeVerifier::verifyBorders(Conv2DOp conv) {
  RankedTensorType input = conv.getInput().getType();
  SmallVector<int64_t> shape(input.getShape());
  SmallVector<int64_t> gradient(conv.getType().getShape());
  for (unsigned axis : {0, 1}) {
    gradient[axis + 1] = shape[axis + 1] + conv.getReach(axis);
    shape[axis + 1] +=
        conv.getPadding()[2 * axis] + conv.getPadding()[2 * axis + 1];
  }
  return failure(failed(verifyTensor(conv.getLoc(), input.clone(shape))) ||
                 failed(verifyTensor(conv.getLoc(), input.clone(gradient))));
}

LogicalResult SizeVerifier::verifyBorders(ConvTranspose2DOp conv) {
  RankedTensorType input = conv.getInput().getType();
  SmallVector<int64_t> shape(conv.getType().getShape()), gradient(shape);
  for (unsigned axis : {0, 1}) {
    shape[axis + 1] += conv.getReach(axis);
    gradient[axis + 1] +=
        conv.getPadding()[2 * axis] + conv.getPadding()[2 * axis + 1];
  }
  shape[3] = conv.getInputChannels();
  return failure(failed(verifyTensor(conv.getLoc(), input.clone(shape))) ||
                 failed(verifyTensor(conv.getLoc(), input.clone(gradient))));
}

LogicalResult SizeVerifier::verifyParameter(Operation *op,
                                            const Parameter &parameter) {
  int64_t count = countAtMost(kMostNumbers, 1, parameter.shape);
  if (names.insert(parameter.name).second)
    parameters += count;
  if (parameters > kMostNumbers) {
    InFlightDiagnostic diagnostic =
        op->emitOpError("expected the parameter '")
        << parameter.name << "' to have at most 2^36 numbers but its shape is ["
        << getFileShape(parameter) << "]";
    if (count <= kMostNumbers)
      diagnostic << ", and the parameters before have " << parameters - count;
    return diagnostic;
  }
  // A layer is applied at each position of a dimension that it keeps.
  int64_t uses = samples;
  auto type = op->getNumResults() == 1
                  ? dyn_cast<RankedTensorType>(op->getResult(0).getType())
                  : RankedTensorType();
  if (type && type.getRank() > 2)
    uses = countAtMost(kMostProducts, samples,
                       type.getShape().drop_front().drop_back());
  // The gradient of a convolution's input has a product for each element of it,
  // which is more than the forward pass has if windows are apart.
  if (auto conv = dyn_cast<Conv2DOp>(op))
    uses = std::max(
        uses,
        countAtMost(
            kMostProducts, samples,
            conv.getInput().getType().getShape().drop_front().drop_back()));
  products += countAtMost(kMostProducts, uses, parameter.shape);
  if (products <= kMostProducts)
    return success();
  return op->emitOpError("expected at most 2^40 products of weights for "
                         "an example but got ")
         << uses << (uses == samples ? " samples" : " uses")
         << " of the parameter '" << parameter.name << "', whose shape is ["
         << getFileShape(parameter) << "], and more before";
}

LogicalResult SizeVerifier::verifyOp(Operation *op) {
  // The ops after it are computed for each sample.
  if (auto sample = dyn_cast<ReparameterizeOp>(op))
    samples = sample.getSamples();
  for (Value value : op->getResults())
    if (failed(verifyValue(op->getLoc(), value)))
      return failure();
  if (auto conv = dyn_cast<Conv2DOp>(op); conv && failed(verifyBorders(conv)))
    return failure();
  if (auto conv = dyn_cast<ConvTranspose2DOp>(op);
      conv && failed(verifyBorders(conv)))
    return failure();
  // Its tokens become one-hot vectors first.
  if (auto embedding = dyn_cast<EmbeddingOp>(op)) {
    SmallVector<int64_t> shape(embedding.getType().getShape());
    shape.back() = embedding.getNumValues();
    if (failed(verifyTensor(op->getLoc(), embedding.getType().clone(shape))))
      return failure();
  }
  if (auto parameterized = dyn_cast<ParameterizedOpInterface>(op))
    for (const Parameter &parameter : parameterized.getParameters())
      if (failed(verifyParameter(op, parameter)))
        return failure();
  return success();
}

LogicalResult vib::verifySizes(ModelOp model) {
  SizeVerifier verifier;
  for (BlockArgument argument : model.getBody().getArguments())
    if (failed(verifier.verifyValue(argument.getLoc(), argument)))
      return failure();
  WalkResult result = model.getBody().walk(
      [&](Operation *op) { return WalkResult(verifier.verifyOp(op)); });
  return failure(result.wasInterrupted());
}
