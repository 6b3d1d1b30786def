//===- ModelAttributes.cpp - Describe a model for later phases --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/ModelAttributes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace vib;

/// A digest of what the model computes. It ignores locations, and also the
/// batch size and beta, which do not change the meaning of the weights. Encoder
/// and decoder must have been inlined.
static std::string computeHash(ModelOp model) {
  OwningOpRef<ModelOp> copy = model.clone();
  auto loss = *copy->getBody().getOps<LossOp>().begin();
  if (loss.getBetaAttr())
    loss.setBetaAttr(Builder(model.getContext()).getF64FloatAttr(0));
  auto forgetBatch = [](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type)
      return;
    SmallVector<int64_t> shape(type.getShape());
    shape.front() = ShapedType::kDynamic;
    value.setType(type.clone(shape));
  };
  for (Value argument : copy->getBody().getArguments())
    forgetBatch(argument);
  for (Operation &op : copy->getBody().front())
    for (Value result : op.getResults())
      forgetBatch(result);
  std::string text;
  llvm::raw_string_ostream stream(text);
  copy->print(stream, OpPrintingFlags().printGenericOpForm().useLocalScope());
  auto digest = llvm::SHA256::hash(llvm::arrayRefFromStringRef(text));
  return llvm::toHex(digest, /*LowerCase=*/true);
}

ModelAttr vib::getModelAttribute(ModelOp model, FloatType type, int64_t batch,
                                 std::optional<Precision> operands) {
  auto loss = *model.getBody().getOps<LossOp>().begin();
  auto sample = *model.getBody().getOps<ReparameterizeOp>().begin();
  auto nll = loss.getNll().getDefiningOp<NLLOp>();
  auto input = cast<RankedTensorType>(model.getInput().getType());
  Precision precision = type.isF64() ? Precision::F64 : Precision::F32;
  std::string hash = computeHash(model);
  return ModelAttr::getChecked(
      [&] { return model.emitOpError(); }, model.getContext(),
      StringRef(model.getSymName()), StringRef(hash), precision,
      operands.value_or(precision), batch, input.getShape().drop_front(),
      DistributionTypeInterface(sample.getDistribution().getType()),
      int64_t(sample.getSamples()),
      DistributionTypeInterface(nll.getLikelihood().getType()),
      loss.getRate() ? loss.getBetaAttr() : FloatAttr());
}

TrainingAttr vib::getTrainingAttribute(TrainOp train) {
  return TrainingAttr::get(train.getContext(), train.getEpochs(),
                           train.getSeed(), train.getOptimizer(),
                           train.getSchedule(), train.getBetaSchedule(),
                           train.getAverageAttr());
}

ArrayAttr vib::getParametersAttribute(ModelOp model, TrainOp train,
                                      FloatType type) {
  Builder builder(model.getContext());
  InitializerAttrInterface initializer = train.getInitializer();
  SmallVector<Attribute> entries;
  for (const Parameter &parameter : model.getParameters()) {
    Initialization init = Initialization::Constant;
    double scale = parameter.initial;
    if (parameter.kind == ParameterKind::Weight) {
      init = initializer.isUniform() ? Initialization::Uniform
                                     : Initialization::Normal;
      scale = initializer.getScale(parameter.fanIn, parameter.fanOut);
    }
    auto entry = ParameterAttr::getChecked(
        [&] { return model.emitOpError(); }, model.getContext(),
        StringRef(parameter.name), RankedTensorType::get(parameter.shape, type),
        parameter.transposed, init, builder.getF64FloatAttr(scale),
        PlaceAttr());
    if (!entry)
      return {};
    entries.push_back(entry);
  }
  return builder.getArrayAttr(entries);
}
