//===- ModelAttributes.cpp - Describe a model for later phases --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/ModelAttributes.h"
#include "compiler/step/Optimizers.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace vib;

static StringRef getName(ScheduleKind kind) {
  switch (kind) {
  case ScheduleKind::Constant:
    return "constant";
  case ScheduleKind::Staircase:
    return "staircase";
  case ScheduleKind::Exponential:
    return "exponential";
  case ScheduleKind::Cosine:
    return "cosine";
  case ScheduleKind::Linear:
    return "linear";
  case ScheduleKind::Geometric:
    return "geometric";
  }
  llvm_unreachable("a schedule without a name");
}

static DictionaryAttr getAttribute(Builder &builder, const Schedule &schedule) {
  return builder.getDictionaryAttr(
      {builder.getNamedAttr("kind",
                            builder.getStringAttr(getName(schedule.kind))),
       builder.getNamedAttr("factor", builder.getF64FloatAttr(schedule.factor)),
       builder.getNamedAttr("epochs", builder.getF64FloatAttr(schedule.epochs)),
       builder.getNamedAttr("warmup_epochs",
                            builder.getF64FloatAttr(schedule.warmupEpochs))});
}

DictionaryAttr vib::getModelAttribute(ModelOp model, TrainOp train,
                                      FloatType type, int64_t batch,
                                      StringRef operands, StringRef hash) {
  Builder builder(model.getContext());
  NamedAttrList fields;
  auto addString = [&](StringRef name, const Twine &value) {
    fields.append(name, builder.getStringAttr(value));
  };
  auto addInteger = [&](StringRef name, int64_t value) {
    fields.append(name, builder.getI64IntegerAttr(value));
  };
  auto addNumber = [&](StringRef name, double value) {
    fields.append(name, builder.getF64FloatAttr(value));
  };

  auto loss = *model.getBody().getOps<LossOp>().begin();
  auto sample = *model.getBody().getOps<ReparameterizeOp>().begin();
  auto nll = loss.getNll().getDefiningOp<NLLOp>();
  auto categorical = dyn_cast<CategoricalType>(nll.getLikelihood().getType());
  addString("name", model.getSymName());
  addString("hash", hash);
  StringRef typeName = type.isF64() ? "f64" : "f32";
  addString("type", typeName);
  addString("operands", operands.empty() ? typeName : operands);
  addString("likelihood", categorical ? "categorical" : "normal");
  addInteger("batch", batch);
  addInteger("samples", sample.getSamples());
  addInteger("latents", sample.getDistribution().getType().getWidth());
  addInteger("outputs",
             categorical
                 ? categorical.getClasses()
                 : cast<NormalType>(nll.getLikelihood().getType()).getWidth());
  auto input = cast<RankedTensorType>(model.getInput().getType());
  fields.append("input_shape",
                builder.getDenseI64ArrayAttr(input.getShape().drop_front()));
  addInteger("epochs", train.getEpochs());
  addInteger("seed", train.getSeed());

  Optimizer rule = train.getOptimizerRule();
  addString("optimizer", getName(rule.kind));
  addInteger("moments", getNumMoments(rule));
  addNumber("rate", rule.rate);
  addNumber("beta1", rule.beta1);
  addNumber("beta2", rule.beta2);
  addNumber("epsilon", rule.epsilon);
  addNumber("momentum", rule.momentum);
  addNumber("weight_decay", rule.weightDecay);
  fields.append("averaged",
                builder.getBoolAttr(train.getAverageAttr() != nullptr));
  addNumber("average_decay", train.getAverageAttr()
                                 ? train.getAverageAttr().getValueAsDouble()
                                 : 0);
  fields.append("rate_schedule",
                getAttribute(builder, train.getRateSchedule()));
  if (loss.getRate())
    addNumber("beta", loss.getBetaAttr().getValueAsDouble());
  fields.append("beta_schedule",
                getAttribute(builder, train.getBetaScheduleRule()));
  return fields.getDictionary(model.getContext());
}

ArrayAttr vib::getParametersAttribute(ModelOp model, TrainOp train) {
  Builder builder(model.getContext());
  InitializerAttrInterface initializer = train.getInitializer();
  SmallVector<Attribute> entries;
  for (const Parameter &parameter : model.getParameters()) {
    StringRef init = "constant";
    double scale = parameter.initial;
    if (parameter.kind == ParameterKind::Weight) {
      init = initializer.isUniform() ? "uniform" : "normal";
      scale = initializer.getScale(parameter.fanIn, parameter.fanOut);
    }
    entries.push_back(builder.getDictionaryAttr(
        {builder.getNamedAttr("name", builder.getStringAttr(parameter.name)),
         builder.getNamedAttr("shape",
                              builder.getDenseI64ArrayAttr(parameter.shape)),
         builder.getNamedAttr("transposed",
                              builder.getBoolAttr(parameter.transposed)),
         builder.getNamedAttr("init", builder.getStringAttr(init)),
         builder.getNamedAttr("init_scale", builder.getF64FloatAttr(scale))}));
  }
  return builder.getArrayAttr(entries);
}

std::string vib::computeHash(ModelOp model) {
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
