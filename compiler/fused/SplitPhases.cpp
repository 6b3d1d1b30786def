//===- SplitPhases.cpp - Leave out the zeros between pixels ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every phase (ImagePhases.h) becomes a contraction of its own, which reads the
// pixels without zeros and a copy of its taps. Its result is added to zeros at
// the positions of the phase.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/ImagePhases.h"
#include "compiler/fused/Passes.h"
#include "compiler/step/Dims.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_SPLITPHASES
#include "compiler/fused/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

class PhaseBuilder {
public:
  explicit PhaseBuilder(StridedImage &strided)
      : strided(strided), contraction(strided.contraction),
        builder(contraction) {}

  /// The result of the contraction.
  Value build();

private:
  Value createZeros(ArrayRef<int64_t> shape, Type element);
  /// The pixels with the zeros around them that some phase reads.
  Value createBorder();
  SmallVector<Value> createWeights(ArrayRef<Phases> all);
  /// The taps of these phases, of each of which there are as many.
  ValueRange createWeightsAlike(ArrayRef<Phases> alike);
  Value createContraction(ArrayRef<Phase> phases, Value image, Value weight);
  /// Writes the results of a phase into those of all phases.
  Value createSpread(ArrayRef<Phase> phases, Value part, Value whole);
  /// The op with the attributes of `like` that say what it computes.
  template <typename OpTy> OpTy described(OpTy op, Operation *like);

  StridedImage &strided;
  linalg::GenericOp contraction;
  OpBuilder builder;
};

struct SplitPhasesPass : public vib::impl::SplitPhasesBase<SplitPhasesPass> {
  void runOnOperation() override;
};

} // namespace

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

template <typename OpTy>
OpTy PhaseBuilder::described(OpTy op, Operation *like) {
  for (StringRef name : {kDimsAttrName, kLabelAttrName, kWordAttrName})
    if (Attribute attr = like->getAttr(name))
      op->setAttr(name, attr);
  return op;
}

Value PhaseBuilder::createZeros(ArrayRef<int64_t> shape, Type element) {
  Location loc = contraction.getLoc();
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

Value PhaseBuilder::createBorder() {
  Value pixels = strided.getPixels();
  RankedTensorType type = getType(pixels);
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<OpFoldResult> offsets(shape.size(), builder.getIndexAttr(0));
  for (const ImageAxis &axis : strided.axes) {
    auto [before, behind] = axis.getBorder();
    shape[axis.image] += before + behind;
    offsets[axis.image] = builder.getIndexAttr(before);
  }
  if (ArrayRef(shape) == type.getShape())
    return pixels;
  auto insert = tensor::InsertSliceOp::create(
      builder, contraction.getLoc(), pixels,
      createZeros(shape, type.getElementType()), offsets,
      getAsIndexOpFoldResult(builder.getContext(), type.getShape()),
      SmallVector<OpFoldResult>(shape.size(), builder.getIndexAttr(1)));
  described(insert, strided.spread)->removeAttr(kDimsAttrName);
  return insert;
}

ValueRange PhaseBuilder::createWeightsAlike(ArrayRef<Phases> alike) {
  linalg::GenericOp weight = strided.weight;
  RankedTensorType type = getType(weight->getResult(0));
  AffineMap identity = weight.getIndexingMapsArray().back();
  SmallVector<int64_t> shape(type.getShape());
  SmallVector<Value> inputs, outputs;
  SmallVector<AffineMap> maps;
  for (const Phases &phases : alike) {
    SmallVector<AffineExpr> taps(identity.getResults());
    for (auto [axis, phase] : llvm::zip_equal(strided.axes, phases)) {
      shape[axis.weight] = phase.taps;
      taps[axis.weight] = taps[axis.weight] * phase.tapStep + phase.firstTap;
    }
    auto some = AffineMap::get(taps.size(), 0, taps, builder.getContext());
    for (OpOperand *input : weight.getDpsInputOperands()) {
      inputs.push_back(input->get());
      maps.push_back(weight.getMatchingIndexingMap(input).compose(some));
    }
    outputs.push_back(tensor::EmptyOp::create(builder, weight.getLoc(), shape,
                                              type.getElementType()));
  }
  maps.append(outputs.size(), identity);
  Block &body = *weight.getBody();
  unsigned numInputs = weight.getNumDpsInputs();
  auto copy = linalg::GenericOp::create(
      builder, weight.getLoc(), TypeRange(ValueRange(outputs)), inputs, outputs,
      maps, weight.getIteratorTypesArray(),
      [&](OpBuilder &builder, Location loc, ValueRange elements) {
        SmallVector<Value> results;
        for (unsigned i = 0, e = alike.size(); i != e; ++i) {
          IRMapping mapping;
          mapping.map(body.getArguments().take_front(numInputs),
                      elements.slice(i * numInputs, numInputs));
          for (Operation &op : body.without_terminator())
            builder.clone(op, mapping);
          results.push_back(
              mapping.lookupOrDefault(body.getTerminator()->getOperand(0)));
        }
        linalg::YieldOp::create(builder, loc, results);
      });
  return described(copy, weight)->getResults();
}

SmallVector<Value> PhaseBuilder::createWeights(ArrayRef<Phases> all) {
  auto haveAsManyTaps = [](const Phases &lhs, const Phases &rhs) {
    return llvm::all_of(llvm::zip_equal(lhs, rhs), [](auto pair) {
      return std::get<0>(pair).taps == std::get<1>(pair).taps;
    });
  };
  SmallVector<Value> weights(all.size());
  for (unsigned first = 0; first != all.size(); ++first) {
    if (weights[first])
      continue;
    SmallVector<unsigned> numbers;
    SmallVector<Phases> alike;
    for (unsigned i = first; i != all.size(); ++i)
      if (haveAsManyTaps(all[first], all[i])) {
        numbers.push_back(i);
        alike.push_back(all[i]);
      }
    for (auto [number, weight] :
         llvm::zip_equal(numbers, createWeightsAlike(alike)))
      weights[number] = weight;
  }
  return weights;
}

Value PhaseBuilder::createContraction(ArrayRef<Phase> phases, Value image,
                                      Value weight) {
  Location loc = contraction.getLoc();
  SmallVector<int64_t> shape(getType(contraction->getResult(0)).getShape());
  SmallVector<int64_t> part(getType(image).getShape());
  SmallVector<OpFoldResult> offsets(part.size(), builder.getIndexAttr(0));
  SmallVector<AffineMap> maps = contraction.getIndexingMapsArray();
  AffineMap &map = maps[strided.imageOperand];
  SmallVector<AffineExpr> windows(map.getResults());
  for (auto [axis, phase] : llvm::zip_equal(strided.axes, phases)) {
    shape[axis.result] = phase.size;
    part[axis.image] = phase.getNumPixels();
    offsets[axis.image] =
        builder.getIndexAttr(axis.getBorder().first + phase.firstPixel);
    windows[axis.image] = builder.getAffineDimExpr(axis.loop) +
                          builder.getAffineDimExpr(axis.tap) * phase.pixelStep;
  }
  map = AffineMap::get(map.getNumDims(), 0, windows, builder.getContext());
  if (ArrayRef(part) != getType(image).getShape())
    image = tensor::ExtractSliceOp::create(
        builder, loc, image, offsets,
        getAsIndexOpFoldResult(builder.getContext(), part),
        SmallVector<OpFoldResult>(part.size(), builder.getIndexAttr(1)));
  Value zeros =
      createZeros(shape, getType(contraction->getResult(0)).getElementType());
  auto copy = cast<linalg::GenericOp>(builder.clone(*contraction));
  copy.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
  copy->setOperand(strided.imageOperand, image);
  copy->setOperand(1 - strided.imageOperand, weight);
  copy->setOperand(2, zeros);
  copy->getResult(0).setType(zeros.getType());
  return copy->getResult(0);
}

Value PhaseBuilder::createSpread(ArrayRef<Phase> phases, Value part,
                                 Value whole) {
  unsigned rank = getType(part).getRank();
  auto identity = builder.getMultiDimIdentityMap(rank);
  SmallVector<AffineExpr> places(identity.getResults());
  for (auto [axis, phase] : llvm::zip_equal(strided.axes, phases))
    places[axis.result] = places[axis.result] * axis.stride + phase.phase;
  auto spread = linalg::GenericOp::create(
      builder, contraction.getLoc(), whole.getType(), part, whole,
      {identity, AffineMap::get(rank, 0, places, builder.getContext())},
      SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
      [](OpBuilder &builder, Location loc, ValueRange elements) {
        Value sum =
            arith::AddFOp::create(builder, loc, elements[1], elements[0]);
        linalg::YieldOp::create(builder, loc, sum);
      });
  described(spread, contraction);
  if (auto dims = contraction->getAttrOfType<ArrayAttr>(kDimsAttrName)) {
    SmallVector<Attribute> names;
    AffineMap map = contraction.getIndexingMapsArray()[2];
    for (unsigned axis = 0; axis != rank; ++axis)
      names.push_back(dims[map.getDimPosition(axis)]);
    spread->setAttr(kDimsAttrName, builder.getArrayAttr(names));
  }
  return spread->getResult(0);
}

Value PhaseBuilder::build() {
  SmallVector<Phases> all(1);
  for (const ImageAxis &axis : strided.axes) {
    SmallVector<Phases> longer;
    for (const Phases &phases : all)
      for (const Phase &phase : axis.phases) {
        longer.push_back(phases);
        longer.back().push_back(phase);
      }
    all = std::move(longer);
  }
  SmallVector<Value> weights = createWeights(all);
  Value image = createBorder();
  RankedTensorType type = getType(contraction->getResult(0));
  Value whole = createZeros(type.getShape(), type.getElementType());
  for (auto [phases, weight] : llvm::zip_equal(all, weights))
    whole =
        createSpread(phases, createContraction(phases, image, weight), whole);
  return whole;
}

void SplitPhasesPass::runOnOperation() {
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    Block &body = function.getBody().front();
    bool changed = false;
    for (auto op : llvm::make_early_inc_range(body.getOps<linalg::GenericOp>()))
      if (std::optional<StridedImage> strided = matchStridedImage(op)) {
        op->getResult(0).replaceAllUsesWith(PhaseBuilder(*strided).build());
        op.erase();
        changed = true;
        ++numSplit;
      }
    if (!changed)
      continue;
    // Nothing reads the image with zeros and the copy of its weight any more.
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
      if (isOpTriviallyDead(&op))
        op.erase();
  }
}
