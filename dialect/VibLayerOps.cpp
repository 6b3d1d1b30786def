//===- VibLayerOps.cpp - Layers and activations -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// ScaleOp, FlattenOp
//===----------------------------------------------------------------------===//

/// Checks the shapes of an op that flattens all dimensions but the batch.
static LogicalResult verifyFlattening(Operation *op, RankedTensorType input,
                                      RankedTensorType result) {
  if (input.getRank() < 2)
    return op->emitOpError("expected at least one dimension beside the batch "
                           "but got ")
           << input;
  for (int64_t size : input.getShape().drop_front())
    if (ShapedType::isDynamic(size))
      return op->emitOpError("expected only the batch to be '?' but got ")
             << input;
  if (failed(verifyRows(op, result, "the result")))
    return failure();
  std::optional<int64_t> width = countElements(input);
  if (!width)
    return op->emitOpError("expected an input with fewer than 2^63 elements "
                           "for an example but got ")
           << input;
  if (*width != result.getDimSize(1))
    return op->emitOpError("expected a result of width ")
           << *width << ", all of " << input << " but its batch, but got "
           << result.getDimSize(1);
  return verifySameBatch(op, input, result);
}

/// Checks one of the two ranges of a vib.scale.
static LogicalResult verifyRange(ScaleOp op, FloatAttr low, FloatAttr high) {
  std::string bounds =
      "[" + formatNumber(low) + ", " + formatNumber(high) + "]";
  if (!low.getValue().isFinite() || !high.getValue().isFinite())
    return op.emitOpError("expected finite bounds but got ") << bounds;
  if (!(low.getValue() < high.getValue()))
    return op.emitOpError("expected the lower bound to be below the upper one "
                          "but got ")
           << bounds;
  return success();
}

/// Checks that the step can compute with the bounds and with the quotient of
/// the widths of the two ranges, of which `from` is written.
static LogicalResult verifySlope(ScaleOp op) {
  auto element =
      dyn_cast<FloatType>(getElementTypeOrSelf(op.getResult().getType()));
  if (!element)
    return success();
  double from = op.getFromLow()->convertToDouble();
  double to = op.getFromHigh()->convertToDouble();
  double low = op.getLow().convertToDouble();
  double width = op.getHigh().convertToDouble() - low;
  double slope = width / (to - from);
  for (double number : {from, to, low, width, slope}) {
    llvm::APFloat value(number);
    bool isInexact;
    value.convert(element.getFloatSemantics(),
                  llvm::APFloat::rmNearestTiesToEven, &isInexact);
    if (!value.isFinite() || (number == slope && value.isZero()))
      return op.emitOpError("expected ranges whose bounds and widths, and the "
                            "quotient of whose widths, are numbers of ")
             << element;
  }
  return success();
}

bool ScaleOp::scalesBytes() {
  return getElementTypeOrSelf(getInput().getType()).isUnsignedInteger(8) &&
         (!getFromLow() || (getFromLow()->convertToDouble() == 0.0 &&
                            getFromHigh()->convertToDouble() == 255.0));
}

/// Checks that the result has the elements of the input, flattened or with the
/// input's dimensions.
static LogicalResult verifyInputTypes(Operation *op, RankedTensorType input,
                                      RankedTensorType result) {
  if (result.getRank() == 2)
    return verifyFlattening(op, input, result);
  if (failed(verifyFeatures(op, result, "the result")))
    return failure();
  if (input.getRank() == 0 ||
      input.getShape().drop_front() != result.getShape().drop_front())
    return op->emitOpError("expected a result with the dimensions of ")
           << input << ", or with one dimension after the batch, but got "
           << result;
  return verifySameBatch(op, input, result);
}

LogicalResult ScaleOp::verify() {
  RankedTensorType input = cast<RankedTensorType>(getInput().getType());
  Type element = input.getElementType();
  if (!element.isUnsignedInteger(8) && !element.isF32() && !element.isF64())
    return emitOpError("expected an input of ui8, f32 or f64 but got ")
           << element;
  if (isa<FloatType>(element) && !getFromLow())
    return emitOpError("expected the range of the input, such as 'from [0.0, "
                       "16.0]', which only bytes need not have");
  if (!getFromLowAttr() != !getFromHighAttr())
    return emitOpError("expected both bounds of 'from' but got one");
  if (getFromLow() &&
      failed(verifyRange(*this, getFromLowAttr(), getFromHighAttr())))
    return failure();
  if (failed(verifyRange(*this, getLowAttr(), getHighAttr())))
    return failure();
  if (!scalesBytes() && failed(verifySlope(*this)))
    return failure();
  return verifyInputTypes(*this, input,
                          cast<RankedTensorType>(getResult().getType()));
}

//===----------------------------------------------------------------------===//
// StandardizeOp
//===----------------------------------------------------------------------===//

LogicalResult StandardizeOp::verify() {
  RankedTensorType input = cast<RankedTensorType>(getInput().getType());
  Type element = input.getElementType();
  if (!element.isF32() && !element.isF64())
    return emitOpError("expected an input of f32 or f64 but got ") << element;
  return verifyInputTypes(*this, input,
                          cast<RankedTensorType>(getResult().getType()));
}

SmallVector<Parameter> StandardizeOp::getState() {
  ArrayRef<int64_t> example =
      cast<RankedTensorType>(getInput().getType()).getShape().drop_front();
  SmallVector<int64_t, 2> shape = {ShapedType::getNumElements(example)};
  return {{(getName() + ".mean").str(), ParameterKind::Mean, shape},
          {(getName() + ".deviation").str(), ParameterKind::Deviation, shape}};
}

LogicalResult FlattenOp::verify() {
  RankedTensorType input = cast<RankedTensorType>(getInput().getType());
  RankedTensorType result = cast<RankedTensorType>(getResult().getType());
  if (failed(verifyFlattening(*this, input, result)))
    return failure();
  return verifySameRows(*this, input, result);
}

OpFoldResult FlattenOp::fold(FoldAdaptor) {
  return getInput().getType() == getResult().getType() ? getInput() : Value();
}

//===----------------------------------------------------------------------===//
// LinearOp, MLPOp
//===----------------------------------------------------------------------===//

static void addLinear(SmallVectorImpl<Parameter> &parameters, StringRef name,
                      int64_t in, int64_t out) {
  Parameter weight{(name + ".weight").str(), ParameterKind::Weight, {in, out}};
  weight.permutation = {1, 0};
  weight.fanIn = in;
  weight.fanOut = out;
  parameters.push_back(std::move(weight));
  parameters.push_back(
      Parameter{(name + ".bias").str(), ParameterKind::Bias, {out}});
}

SmallVector<Parameter> LinearOp::getParameters() {
  SmallVector<Parameter> parameters;
  addLinear(parameters, getName(), getInputWidth(), getWidth());
  return parameters;
}

static LogicalResult verifyLayer(Operation *op, Value input, Value result,
                                 StringRef name) {
  if (name.empty())
    return op->emitOpError("expected a name for its parameters");
  if (failed(verifyFeatures(op, input.getType(), "the input")) ||
      failed(verifyFeatures(op, result.getType(), "the result")))
    return failure();
  auto from = cast<RankedTensorType>(input.getType());
  auto to = cast<RankedTensorType>(result.getType());
  if (failed(verifySameRows(op, from, to)))
    return failure();
  if (from.getShape().drop_back() == to.getShape().drop_back())
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError("expected a result that differs from ")
      << from << " only in its last dimension, but got " << to;
  if (to.getRank() == 2)
    diagnostic << "; for one result of an example, flatten the input by "
                  "vib.flatten";
  return diagnostic;
}

LogicalResult LinearOp::verify() {
  return verifyLayer(*this, getInput(), getResult(), getName());
}

SmallVector<Parameter> MLPOp::getParameters() {
  SmallVector<Parameter> parameters;
  int64_t in = cast<RankedTensorType>(getInput().getType()).getShape().back();
  for (auto [index, width] : llvm::enumerate(getWidths())) {
    addLinear(parameters, getLayerName(index), in, width);
    in = width;
  }
  return parameters;
}

std::string MLPOp::getLayerName(size_t index) {
  return (getName() + "." + Twine(2 * index)).str();
}

LogicalResult MLPOp::verify() {
  if (getWidths().empty() ||
      llvm::any_of(getWidths(), [](int64_t width) { return width < 1; }))
    return emitOpError("expected a list of widths of at least 1");
  if (failed(verifyLayer(*this, getInput(), getResult(), getName())))
    return failure();
  int64_t width =
      cast<RankedTensorType>(getResult().getType()).getShape().back();
  if (getWidths().back() != width)
    return emitOpError("expected a result of the last width, ")
           << getWidths().back() << ", but got " << width;
  return success();
}

//===----------------------------------------------------------------------===//
// AddOp, MulOp
//===----------------------------------------------------------------------===//

LogicalResult AddOp::verify() {
  return verifyFeatures(*this, getLhs().getType(), "the operands");
}

LogicalResult MulOp::verify() {
  return verifyFeatures(*this, getLhs().getType(), "the operands");
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

LogicalResult ReLUOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult TanhOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult SigmoidOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult GELUOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult SoftplusOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult SiLUOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}
LogicalResult SELUOp::verify() {
  return verifyFeatures(*this, getInput().getType(), "the input");
}

/// Checks an activation with a number, which the step converts to the type of
/// the input.
static LogicalResult verifyNumberActivation(Operation *op, Value input,
                                            StringRef what, FloatAttr number) {
  if (failed(verifyFeatures(op, input.getType(), "the input")))
    return failure();
  auto element = cast<FloatType>(getElementTypeOrSelf(input.getType()));
  APFloat value = number.getValue();
  bool isInexact;
  value.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &isInexact);
  if (value.isFinite() && (!value.isNegative() || value.isZero()))
    return success();
  return op->emitOpError("expected ")
         << what << " of at least 0 that is a number of " << element
         << " but got " << formatNumber(number);
}

LogicalResult LeakyReLUOp::verify() {
  return verifyNumberActivation(*this, getInput(), "a slope", getSlopeAttr());
}
LogicalResult ELUOp::verify() {
  return verifyNumberActivation(*this, getInput(), "an alpha", getAlphaAttr());
}

/// Whether all elements are 0 or more.
static bool isNeverNegative(Value value) {
  return isa_and_nonnull<ReLUOp, SigmoidOp, SoftplusOp>(value.getDefiningOp());
}

/// relu(relu(x)) = relu(x), and relu does not change positive values.
OpFoldResult ReLUOp::fold(FoldAdaptor) {
  return isNeverNegative(getInput()) ? getInput() : Value();
}

/// These two change negative values only.
OpFoldResult LeakyReLUOp::fold(FoldAdaptor) {
  return isNeverNegative(getInput()) || getSlope().isExactlyValue(1.0)
             ? getInput()
             : Value();
}
OpFoldResult ELUOp::fold(FoldAdaptor) {
  return isNeverNegative(getInput()) ? getInput() : Value();
}
