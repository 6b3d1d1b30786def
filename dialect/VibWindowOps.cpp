//===- VibWindowOps.cpp - Layers that read windows of images ----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibVerify.h"
#include "dialect/VibWindow.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

/// Each element of a window is an operand of its own, and the byte that names
/// the maximum has this many values.
static constexpr int64_t kMostTaps = 256;

//===----------------------------------------------------------------------===//
// Window
//===----------------------------------------------------------------------===//

SmallVector<int64_t> Window::getSamePadding(int64_t height,
                                            int64_t width) const {
  SmallVector<int64_t> zeros, sizes = {height, width};
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    // findMisfit() reports a larger image.
    size = std::min(size, kMostImage);
    int64_t windows = llvm::divideCeil(size, strides[axis]);
    int64_t total = std::max<int64_t>(
        (windows - 1) * strides[axis] + getReach(axis) + 1 - size, 0);
    zeros.append({total / 2, total - total / 2});
  }
  return zeros;
}

/// Says that the padding is not below the size of a window; empty if it is.
static std::string findLargePadding(const Window &window, unsigned axis) {
  int64_t reach = window.getReach(axis) + 1;
  int64_t most =
      std::max(window.padding[2 * axis], window.padding[2 * axis + 1]);
  if (most < reach)
    return "";
  return "expected less padding than the " +
         std::string(axis == 0 ? "height" : "width") + " of a window, " +
         std::to_string(reach) + ", but got " + std::to_string(most);
}

std::string
Window::findTransposedMisfit(int64_t height, int64_t width,
                             ArrayRef<int64_t> outputPadding) const {
  SmallVector<int64_t> sizes = {height, width};
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    std::string what = axis == 0 ? "height" : "width";
    if (size > kMostImage)
      return "expected an image with a " + what + " of at most " +
             std::to_string(kMostImage) + " but got " + std::to_string(size);
    std::string large = findLargePadding(*this, axis);
    if (!large.empty())
      return large;
    int64_t bound = std::max(strides[axis], dilations[axis]);
    if (outputPadding[axis] >= bound)
      return "expected less output padding of the " + what +
             " than its stride or its dilation, " + std::to_string(bound) +
             ", but got " + std::to_string(outputPadding[axis]);
    int64_t extent = getTransposedExtent(axis, size, outputPadding[axis]);
    if (size < 1 || extent < 1 || extent > kMostImage)
      return "expected a result with a " + what + " of 1 to " +
             std::to_string(kMostImage) + ", but with this padding it is " +
             std::to_string(extent);
  }
  return "";
}

std::string Window::findMisfit(int64_t height, int64_t width) const {
  std::string text;
  llvm::raw_string_ostream os(text);
  SmallVector<int64_t> sizes = {height, width};
  for (auto [axis, size] : llvm::enumerate(sizes)) {
    StringRef what = axis == 0 ? "height" : "width";
    if (size > kMostImage) {
      os << "expected an image with a " << what << " of at most " << kMostImage
         << " but got " << size;
      return text;
    }
    int64_t reach = getReach(axis) + 1;
    int64_t before = padding[2 * axis], after = padding[2 * axis + 1];
    std::string large = findLargePadding(*this, axis);
    if (!large.empty())
      return large;
    if (size >= 1 && size + before + after >= reach)
      continue;
    os << "expected windows that fit into the image, but their " << what
       << " is " << reach << " and that of the image ";
    if (before + after)
      os << "with its padding ";
    os << "is " << size + before + after;
    return text;
  }
  return text;
}

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

static LogicalResult verifyImages(Operation *op, Type type, StringRef what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() != 4 ||
      ShapedType::isDynamicShape(tensor.getShape().drop_front()) ||
      llvm::any_of(tensor.getShape().drop_front(),
                   [](int64_t size) { return size < 1; }))
    return op->emitOpError("expected ")
           << what << " to be images, as in 'tensor<?x28x28x1xf32>' with "
           << "height, width and channels, but got " << type;
  if (!tensor.getElementType().isF32() && !tensor.getElementType().isF64())
    return op->emitOpError("expected ")
           << what << " to be f32 or f64 but got " << tensor.getElementType();
  return success();
}

/// Numbers of at least `least`; other numbers come from the generic form.
static LogicalResult verifyNumbers(Operation *op, StringRef what,
                                   ArrayRef<int64_t> numbers, size_t count,
                                   int64_t least) {
  if (numbers.size() == count && llvm::all_of(numbers, [&](int64_t number) {
        return number >= least && number <= kMostWindow;
      }))
    return success();
  return op->emitOpError("expected ")
         << what << " to be " << count << " numbers from " << least << " to "
         << kMostWindow << " but got [" << numbers << "]";
}

static LogicalResult verifyParts(Operation *op, const Window &window,
                                 Value input, Value result) {
  return failure(
      failed(verifyNumbers(op, "the size of a window", window.kernel, 2, 1)) ||
      failed(verifyNumbers(op, "its stride", window.strides, 2, 1)) ||
      failed(verifyNumbers(op, "its padding", window.padding, 4, 0)) ||
      failed(verifyNumbers(op, "its dilation", window.dilations, 2, 1)) ||
      failed(verifyImages(op, input.getType(), "the input")) ||
      failed(verifyImages(op, result.getType(), "the result")));
}

static LogicalResult verifyWindow(Operation *op, const Window &window,
                                  Value input, Value result,
                                  std::optional<int64_t> channels) {
  if (failed(verifyParts(op, window, input, result)))
    return failure();
  auto type = cast<RankedTensorType>(input.getType());
  auto resultType = cast<RankedTensorType>(result.getType());
  std::string problem =
      window.findMisfit(type.getDimSize(1), type.getDimSize(2));
  if (!problem.empty())
    return op->emitOpError() << problem;
  SmallVector<int64_t> shape(resultType.getShape());
  for (unsigned axis : {0, 1})
    shape[axis + 1] = window.getExtent(axis, type.getDimSize(axis + 1));
  if (channels)
    shape[3] = *channels;
  if (ArrayRef(shape) != resultType.getShape())
    return op->emitOpError("expected a result of ")
           << resultType.clone(shape) << " but got " << resultType;
  return verifySameRows(op, type, resultType);
}

/// Groups divide both numbers of channels of a convolution of images.
template <typename OpTy> static LogicalResult verifyGroups(OpTy op) {
  if (!op.getGroups())
    return success();
  int64_t groups = *op.getGroups(), in = op.getInputChannels(),
          out = op.getChannels();
  if (groups >= 1 && in % groups == 0 && out % groups == 0)
    return success();
  return op.emitOpError("expected groups that divide the ")
         << in << (in == 1 ? " channel" : " channels")
         << " of the input and the " << out << " of the result but got "
         << groups;
}

LogicalResult Conv2DOp::verify() {
  if (getName().empty())
    return emitOpError("expected a name for its parameters");
  Window window(getKernel(), getStrides(), getPadding(), getDilations());
  return failure(failed(verifyWindow(*this, window, getInput(), getResult(),
                                     std::nullopt)) ||
                 failed(verifyGroups(*this)));
}

LogicalResult ConvTranspose2DOp::verify() {
  if (getName().empty())
    return emitOpError("expected a name for its parameters");
  Window window(getKernel(), getStrides(), getPadding(), getDilations());
  if (failed(verifyParts(*this, window, getInput(), getResult())) ||
      failed(
          verifyNumbers(*this, "its output padding", getOutputPadding(), 2, 0)))
    return failure();
  auto type = cast<RankedTensorType>(getInput().getType());
  auto resultType = cast<RankedTensorType>(getResult().getType());
  std::string problem = window.findTransposedMisfit(
      type.getDimSize(1), type.getDimSize(2), getOutputPadding());
  if (!problem.empty())
    return emitOpError() << problem;
  SmallVector<int64_t> shape(resultType.getShape());
  for (unsigned axis : {0, 1})
    shape[axis + 1] = window.getTransposedExtent(
        axis, type.getDimSize(axis + 1), getOutputPadding()[axis]);
  if (ArrayRef(shape) != resultType.getShape())
    return emitOpError("expected a result of ")
           << resultType.clone(shape) << " but got " << resultType;
  return failure(failed(verifySameRows(*this, type, resultType)) ||
                 failed(verifyGroups(*this)));
}

SmallVector<CNNOp::Layer> CNNOp::getLayers(RankedTensorType input,
                                           ArrayRef<int64_t> kernel, bool same,
                                           ArrayRef<int64_t> list,
                                           std::string &problem) {
  SmallVector<Layer> all;
  SmallVector<int64_t> shape(input.getShape()), pooled = {2, 2};
  int64_t number = 0;
  for (int64_t channels : list) {
    bool isPool = channels == kPool;
    Window window(isPool ? ArrayRef<int64_t>(pooled) : kernel,
                  isPool ? pooled : SmallVector<int64_t>{1, 1});
    if (same && !isPool)
      window.padding = window.getSamePadding(shape[1], shape[2]);
    problem = window.findMisfit(shape[1], shape[2]);
    if (!problem.empty()) {
      problem += ", of layer " + std::to_string(number);
      return all;
    }
    for (unsigned axis : {0, 1})
      shape[axis + 1] = window.getExtent(axis, shape[axis + 1]);
    if (!isPool)
      shape[3] = channels;
    all.push_back({isPool, number, input.clone(shape), window.padding});
    number += isPool ? 1 : 2;
  }
  return all;
}

SmallVector<CNNOp::Layer> CNNOp::getLayers() {
  std::string problem;
  return getLayers(cast<RankedTensorType>(getInput().getType()), getKernel(),
                   getSame(), getChannels(), problem);
}

std::string CNNOp::getLayerName(const Layer &layer) {
  return (getName() + "." + Twine(layer.number)).str();
}

LogicalResult CNNOp::verify() {
  if (getName().empty())
    return emitOpError("expected a name for its parameters");
  ArrayRef<int64_t> list = getChannels();
  if (list.empty() || llvm::any_of(list, [](int64_t n) { return n < 0; }))
    return emitOpError("expected a list of channels of at least 1, or 'pool'");
  if (failed(verifyNumbers(*this, "the size of a window", getKernel(), 2, 1)) ||
      failed(verifyImages(*this, getInput().getType(), "the input")) ||
      failed(verifyImages(*this, getResult().getType(), "the result")))
    return failure();
  auto input = cast<RankedTensorType>(getInput().getType());
  std::string problem;
  SmallVector<Layer> layers =
      getLayers(input, getKernel(), getSame(), list, problem);
  if (!problem.empty())
    return emitOpError() << problem;
  if (layers.back().type != getResult().getType())
    return emitOpError("expected a result of ")
           << layers.back().type << " but got " << getResult().getType();
  return success();
}

template <typename OpTy> static LogicalResult verifyPool(OpTy op) {
  Window window(op.getWindow(), op.getStrides());
  auto type = cast<RankedTensorType>(op.getInput().getType());
  if (failed(verifyWindow(op, window, op.getInput(), op.getResult(),
                          type.getRank() == 4 ? type.getDimSize(3) : 0)))
    return failure();
  if (window.kernel[0] * window.kernel[1] <= kMostTaps)
    return success();
  return op.emitOpError("expected windows of at most ")
         << kMostTaps << " elements but got " << window.kernel[0] << " x "
         << window.kernel[1];
}

LogicalResult MaxPoolOp::verify() { return verifyPool(*this); }

LogicalResult AvgPoolOp::verify() { return verifyPool(*this); }

LogicalResult GlobalAvgPoolOp::verify() {
  if (failed(verifyImages(*this, getInput().getType(), "the input")) ||
      failed(verifyRows(*this, getResult().getType(), "the result")))
    return failure();
  auto type = cast<RankedTensorType>(getInput().getType());
  auto resultType = cast<RankedTensorType>(getResult().getType());
  if (type.getDimSize(3) != resultType.getDimSize(1))
    return emitOpError("expected a result of width ")
           << type.getDimSize(3) << ", the channels of " << type << ", but got "
           << resultType.getDimSize(1);
  return verifySameRows(*this, type, resultType);
}

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

/// The product of sizes; the largest number if it does not fit.
static int64_t multiply(int64_t lhs, int64_t rhs) {
  int64_t product;
  return llvm::MulOverflow(lhs, rhs, product)
             ? std::numeric_limits<int64_t>::max()
             : product;
}

static void addConvolution(SmallVectorImpl<Parameter> &parameters,
                           StringRef name, ArrayRef<int64_t> kernel, int64_t in,
                           int64_t out, int64_t groups = 1) {
  in /= groups;
  Parameter weight{(name + ".weight").str(),
                   ParameterKind::Weight,
                   {kernel[0], kernel[1], in, out}};
  weight.permutation = {3, 2, 0, 1};
  weight.fanIn = multiply(kernel[0] * kernel[1], in);
  weight.fanOut = multiply(kernel[0] * kernel[1], out);
  parameters.push_back(std::move(weight));
  parameters.push_back(
      Parameter{(name + ".bias").str(), ParameterKind::Bias, {out}});
}

SmallVector<Parameter> Conv2DOp::getParameters() {
  SmallVector<Parameter> parameters;
  addConvolution(parameters, getName(), getKernel(), getInputChannels(),
                 getChannels(), getNumGroups());
  return parameters;
}

SmallVector<Parameter> CNNOp::getParameters() {
  SmallVector<Parameter> parameters;
  int64_t in = cast<RankedTensorType>(getInput().getType()).getDimSize(3);
  for (const Layer &layer : getLayers()) {
    int64_t out = layer.type.getDimSize(3);
    if (!layer.isPool)
      addConvolution(parameters, getLayerName(layer), getKernel(), in, out);
    in = out;
  }
  return parameters;
}

SmallVector<Parameter> ConvTranspose2DOp::getParameters() {
  int64_t height = getKernel()[0], width = getKernel()[1];
  int64_t channels = getChannels() / getNumGroups();
  // The order that the gradient of the input reads. The forward pass reads a
  // copy, because its window is turned.
  Parameter weight{(getName() + ".weight").str(),
                   ParameterKind::Weight,
                   {height, width, channels, getInputChannels()}};
  weight.permutation = {3, 2, 0, 1};
  weight.fanIn = multiply(height * width, channels);
  weight.fanOut = multiply(height * width, getInputChannels());
  Parameter bias{
      (getName() + ".bias").str(), ParameterKind::Bias, {getChannels()}};
  return {std::move(weight), std::move(bias)};
}

bool vib::isFeatureMap(Value value) {
  llvm::SmallSetVector<Value, 8> values;
  values.insert(value);
  for (size_t i = 0; i != values.size(); ++i) {
    Operation *op = values[i].getDefiningOp();
    if (isa_and_nonnull<Conv2DOp, ConvTranspose2DOp, MaxPoolOp, AvgPoolOp,
                        CNNOp>(op))
      return true;
    if (auto reshape = dyn_cast_or_null<ReshapeOp>(op)) {
      if (reshape.getChannelsFirst())
        return true;
      continue;
    }
    if (!op)
      continue;
    // What has other dimensions is no image, such as a flattened one.
    for (Value operand : op->getOperands())
      if (auto type = dyn_cast<RankedTensorType>(operand.getType());
          type && type.getRank() == 4)
        values.insert(operand);
  }
  return false;
}
