//===- ImagePhases.cpp - Phases of strided images -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/ImagePhases.h"
#include "compiler/step/WindowMap.h"
#include "compiler/step/ZeroFill.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include <numeric>

using namespace mlir;
using namespace vib;

/// Each phase has code of its own, so more of them would take long to compile.
static constexpr size_t kMostPhases = 16;

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

/// The phases that have taps, which differ by the first of these.
static SmallVector<Phase, 4> findPhases(const ImageAxis &axis,
                                        int64_t numResults, int64_t numTaps) {
  SmallVector<Phase, 4> phases;
  int64_t common = std::gcd(axis.stride, axis.dilation);
  int64_t tapStep = axis.stride / common;
  for (int64_t tap = 0, e = std::min(tapStep, numTaps); tap != e; ++tap) {
    int64_t phase = llvm::mod(axis.low - axis.dilation * tap, axis.stride);
    if (phase >= numResults)
      continue;
    int64_t size = llvm::divideCeil(numResults - phase, axis.stride);
    int64_t taps = llvm::divideCeil(numTaps - tap, tapStep);
    int64_t pixel = (phase + axis.dilation * tap - axis.low) / axis.stride;
    phases.push_back(
        {phase, size, tap, tapStep, taps, pixel, axis.dilation / common});
  }
  llvm::sort(phases, [](const Phase &lhs, const Phase &rhs) {
    return lhs.phase < rhs.phase;
  });
  return phases;
}

std::pair<int64_t, int64_t> ImageAxis::getBorder() const {
  int64_t before = 0, behind = 0;
  for (const Phase &phase : phases) {
    before = std::max(before, -phase.firstPixel);
    behind =
        std::max(behind, phase.firstPixel + phase.getNumPixels() - numPixels);
  }
  return {before, behind};
}

/// The op that spreads pixels over zeros, at `low` + its strides; null if the
/// image is not computed like this.
static linalg::GenericOp getSpread(Value image, SmallVectorImpl<int64_t> &low) {
  low.assign(getType(image).getRank(), 0);
  if (auto insert = image.getDefiningOp<tensor::InsertSliceOp>()) {
    if (!getZeroFill(insert.getDest()) || !insert.hasUnitStride() ||
        insert.getSourceType().getRank() != insert.getDestType().getRank())
      return nullptr;
    low.assign(insert.getStaticOffsets().begin(),
               insert.getStaticOffsets().end());
    image = insert.getSource();
  }
  auto spread = image.getDefiningOp<linalg::GenericOp>();
  // The contraction reads the pixels in place of the image, so nothing may
  // round them in between.
  return spread && isSpread(spread) && getZeroFill(spread) &&
                 getElementTypeOrSelf(spread.getDpsInputs().front()) ==
                     getElementTypeOrSelf(image)
             ? spread
             : nullptr;
}

/// The copy of a weight, of which a phase can copy a part of the taps.
static linalg::GenericOp getCopy(Value weight) {
  auto copy = weight.getDefiningOp<linalg::GenericOp>();
  return copy && copy->getNumResults() == 1 &&
                 copy.getNumReductionLoops() == 0 &&
                 !copy.hasIndexSemantics() &&
                 copy.getIndexingMapsArray().back().isIdentity() &&
                 !copy.payloadUsesValueFromOperand(copy.getDpsInitOperand(0))
             ? copy
             : nullptr;
}

/// The result of a map that is the loop; none if there is none.
static std::optional<unsigned> getResultOf(AffineMap map, unsigned loop) {
  return map.getResultPosition(getAffineDimExpr(loop, map.getContext()));
}

/// Finds an axis along which the windows run one by one: one loop over results
/// and one over taps index it, and each of them one other tensor.
static std::optional<ImageAxis>
matchAxis(linalg::GenericOp op, unsigned imageOperand, unsigned number) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  LinearIndex index = *getLinearIndex(maps[imageOperand].getResult(number));
  if (index.offset != 0 || index.terms.size() != 2)
    return std::nullopt;
  auto [loop, factor] = index.terms[0];
  auto [tap, dilation] = index.terms[1];
  AffineMap weight = maps[1 - imageOperand];
  std::optional<unsigned> resultAxis = getResultOf(maps[2], loop);
  std::optional<unsigned> weightAxis = getResultOf(weight, tap);
  if (factor != 1 || dilation < 1 || !resultAxis || !weightAxis ||
      weight.isFunctionOfDim(loop) || maps[2].isFunctionOfDim(tap))
    return std::nullopt;
  ImageAxis axis;
  axis.image = number;
  axis.result = *resultAxis;
  axis.weight = *weightAxis;
  axis.loop = loop;
  axis.tap = tap;
  axis.dilation = dilation;
  return axis;
}

static std::optional<StridedImage> matchOperand(linalg::GenericOp op,
                                                unsigned imageOperand) {
  SmallVector<int64_t> low;
  linalg::GenericOp spread = getSpread(op->getOperand(imageOperand), low);
  linalg::GenericOp weight = getCopy(op->getOperand(1 - imageOperand));
  if (!spread || !weight || !getZeroFill(op))
    return std::nullopt;
  StridedImage strided{op, weight, spread, imageOperand, {}};
  ArrayRef<int64_t> image = getType(op->getOperand(imageOperand)).getShape();
  AffineMap places = spread.getIndexingMapsArray().back();
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  size_t numPhases = 1;
  for (auto [number, expr] : llvm::enumerate(places.getResults())) {
    LinearIndex index = *getLinearIndex(expr);
    int64_t numPixels = getType(strided.getPixels()).getDimSize(number);
    if (isa<AffineDimExpr>(expr) && numPixels == image[number])
      continue;
    std::optional<ImageAxis> axis = matchAxis(op, imageOperand, number);
    if (!axis)
      return std::nullopt;
    axis->stride = index.terms.front().second;
    axis->low = low[number] + index.offset;
    axis->numPixels = numPixels;
    axis->phases = findPhases(*axis, extents[axis->loop], extents[axis->tap]);
    numPhases *= axis->phases.size();
    if (numPhases > kMostPhases)
      return std::nullopt;
    strided.axes.push_back(*axis);
  }
  return strided;
}

std::optional<StridedImage> vib::matchStridedImage(linalg::GenericOp op) {
  if (!isContraction(op))
    return std::nullopt;
  std::optional<StridedImage> strided = matchOperand(op, 0);
  return strided ? strided : matchOperand(op, 1);
}
