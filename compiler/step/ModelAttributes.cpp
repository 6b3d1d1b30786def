//===- ModelAttributes.cpp - Describe a model for later phases --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/ModelAttributes.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/SHA256.h"

using namespace mlir;
using namespace vib;

/// The attributes of a loss, as they stand in the text that the digest is of. A
/// likelihood and a rate are printed as the first version of the language did,
/// because checkpoints contain the digest.
static std::string getHashedAttributes(LossOp loss) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  SmallVector<CoefficientAttr> factors(loss.getFactors());
  bool isLikelihood =
      factors.front().isOne() && loss.getTerms().front().getDefiningOp<NLLOp>();
  bool isOfMeans = loss.getFunctionsAttr() != nullptr;
  if (isLikelihood && factors.size() == 1)
    return "";
  if (isLikelihood && !isOfMeans && factors.size() == 2 &&
      factors.back().isNamed() &&
      loss.getTerms().back().getDefiningOp<KLOp>()) {
    stream << " <{beta = " << FloatAttr(factors.back().getValue())
           << ", beta_name = "
           << StringAttr::get(loss.getContext(), factors.back().getName())
           << "}>";
    return text;
  }
  stream << " <" << loss->getPropertiesAsAttribute() << ">";
  return text;
}

/// A digest of what the model computes. It ignores locations, and also the
/// batch size and the values of named coefficients, which do not change the
/// meaning of the weights. Encoder and decoder must have been inlined.
static std::string computeHash(ModelOp model) {
  OwningOpRef<ModelOp> copy = model.clone();
  auto loss = *copy->getBody().getOps<LossOp>().begin();
  Builder builder(model.getContext());
  auto forgetValue = [&](CoefficientAttr value) {
    return value && value.isNamed()
               ? CoefficientAttr::get(model.getContext(), value.getName(),
                                      builder.getF64FloatAttr(0))
               : value;
  };
  SmallVector<Attribute> factors, functions;
  for (CoefficientAttr factor : loss.getFactors())
    factors.push_back(forgetValue(factor));
  for (FunctionAttr function : loss.getTermFunctions())
    functions.push_back(FunctionAttr::get(model.getContext(),
                                          function.getKind(),
                                          forgetValue(function.getNumber())));
  loss.setCoefficientsAttr(builder.getArrayAttr(factors));
  if (loss.getFunctionsAttr())
    loss.setFunctionsAttr(builder.getArrayAttr(functions));
  copy->walk([&](ConcreteOp op) {
    op.setTemperatureAttr(forgetValue(op.getTemperature()));
  });
  std::string attributes = getHashedAttributes(loss);
  loss.setCoefficientsAttr(builder.getArrayAttr({}));
  loss.removeFunctionsAttr();
  // With one input, target and stream each, nothing depends on their names.
  SmallVector<ReparameterizeOp> samples = getSamples(*copy);
  if (copy->getBody().getNumArguments() == 2)
    copy->removeArgumentNamesAttr();
  if (samples.size() == 1)
    samples.front().removeNameAttr();
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
  // No other op has an attribute of this name.
  auto [before, after] = StringRef(text).split(" <{coefficients = []}>");
  auto digest = llvm::SHA256::hash(
      llvm::arrayRefFromStringRef((before + attributes + after).str()));
  return llvm::toHex(digest, /*LowerCase=*/true);
}

/// The names of the inputs that decoders read beside samples; null if there are
/// none. `inputs` are their names.
static ArrayAttr getBypassed(ModelOp model, ArrayRef<NamedAttribute> inputs) {
  llvm::SetVector<Value> read;
  for (auto bypass : model.getBody().getOps<BypassOp>())
    read.insert(bypass.getInput());
  for (unsigned i = 0; i < read.size(); ++i)
    if (Operation *op = read[i].getDefiningOp())
      read.insert_range(op->getOperands());
  SmallVector<Attribute> names;
  for (auto [input, entry] : llvm::zip_equal(model.getInputs(), inputs))
    if (read.contains(input))
      names.push_back(entry.getName());
  return names.empty() ? ArrayAttr()
                       : ArrayAttr::get(model.getContext(), names);
}

ModelAttr vib::getModelAttribute(ModelOp model, FloatType type, int64_t batch,
                                 std::optional<Precision> operands) {
  auto loss = *model.getBody().getOps<LossOp>().begin();
  Builder builder(model.getContext());
  bool isPair = model.getBody().getNumArguments() == 2;
  SmallVector<BlockArgument> modelInputs = model.getInputs();
  auto getArgumentName = [&](BlockArgument argument, StringRef plain) {
    StringRef name = model.getArgumentName(argument);
    return isPair && name.empty() ? plain : name;
  };
  SmallVector<NamedAttribute> inputs, posteriors, likelihoods;
  NamedAttrList tokens;
  for (BlockArgument input : modelInputs) {
    SmallVector<int64_t> shape(
        cast<RankedTensorType>(input.getType()).getShape().drop_front());
    StringRef name = getArgumentName(input, "x");
    if (TokenOpInterface reader = getTokenReader(input)) {
      tokens.append(name, builder.getI64IntegerAttr(reader.getNumValues()));
      // One token without a dimension of tokens.
      if (shape.empty())
        shape = {1};
    }
    inputs.push_back(
        builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(shape)));
  }
  SmallVector<ReparameterizeOp> samples = getSamples(model);
  for (auto [i, sample] : llvm::enumerate(samples)) {
    std::string name = "z";
    if (samples.size() > 1)
      name =
          sample.getName() ? sample.getName()->str() : "z" + std::to_string(i);
    posteriors.push_back(builder.getNamedAttr(
        name, TypeAttr::get(sample.getDistribution().getType())));
  }
  SmallVector<NLLOp> nlls = getLikelihoodTerms(loss);
  // A likelihood with the name of an input is of this input.
  for (NLLOp nll : nlls)
    likelihoods.push_back(builder.getNamedAttr(
        getArgumentName(nll.getTargetArgument(),
                        nll.isReconstruction() ? "x" : "y"),
        TypeAttr::get(nll.getLikelihood().getType())));
  SmallVector<std::string> termNames;
  for (Value term : loss.getTerms()) {
    if (auto nll = term.getDefiningOp<NLLOp>()) {
      termNames.push_back(ModelAttr::getTensorName(
          nll.hasObjective() ? "objective" : "nll", likelihoods,
          llvm::find(nlls, nll) - nlls.begin()));
      continue;
    }
    if (auto entropy = term.getDefiningOp<EntropyOp>()) {
      auto nll = llvm::find_if(nlls, [&](NLLOp op) {
        return op.getLikelihood() == entropy.getLikelihood();
      });
      termNames.push_back(
          ModelAttr::getTensorName("entropy", likelihoods, nll - nlls.begin()));
      continue;
    }
    auto pairwise = term.getDefiningOp<PairwiseOp>();
    auto kl = term.getDefiningOp<KLOp>();
    Value posterior = pairwise ? pairwise.getPosterior() : kl.getPosterior();
    auto sample = llvm::find_if(samples, [&](ReparameterizeOp op) {
      return op.getDistribution() == posterior;
    });
    termNames.push_back(
        ModelAttr::getTensorName(pairwise ? "pairwise" : kl.getTensorName(),
                                 posteriors, sample - samples.begin()));
  }
  SmallVector<StringRef> terms(termNames.begin(), termNames.end());
  SmallVector<CoefficientAttr> named = getTemperatures(model);
  ArrayAttr temperatures;
  if (!named.empty())
    temperatures = builder.getArrayAttr(
        SmallVector<Attribute>(named.begin(), named.end()));
  Precision precision = type.isF64() ? Precision::F64 : Precision::F32;
  std::string hash = computeHash(model);
  return ModelAttr::getChecked(
      [&] { return model.emitOpError(); }, model.getContext(),
      StringRef(model.getSymName()), StringRef(hash), precision,
      operands.value_or(precision), batch, ArrayRef<NamedAttribute>(inputs),
      ArrayRef<NamedAttribute>(posteriors),
      int64_t(samples.front().getSamples()),
      ArrayRef<NamedAttribute>(likelihoods), builder.getStrArrayAttr(terms),
      loss.getCoefficientsAttr(), loss.getFunctionsAttr(), temperatures,
      getBypassed(model, inputs),
      tokens.empty() ? DictionaryAttr()
                     : tokens.getDictionary(model.getContext()));
}

TrainingAttr vib::getTrainingAttribute(TrainOp train, ModelAttr model) {
  Builder builder(train.getContext());
  SmallVector<CoefficientAttr> named = model.getNamedCoefficients();
  // The schedules have the names of their coefficients; `beta` may mean
  // another.
  SmallVector<NamedAttribute> schedules;
  for (auto [i, coefficient] : llvm::enumerate(named)) {
    Attribute schedule = train.getCoefficients().get(coefficient.getName());
    if (!schedule && model.getBeta() == i)
      schedule = train.getCoefficients().get("beta");
    if (schedule)
      schedules.push_back(
          builder.getNamedAttr(coefficient.getName(), schedule));
  }
  return TrainingAttr::get(train.getContext(), train.getEpochs(),
                           train.getSeed(), train.getOptimizer(),
                           train.getSchedule(),
                           builder.getDictionaryAttr(schedules),
                           train.getClipAttr(), train.getAverageAttr());
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
    } else if (parameter.kind == ParameterKind::Center) {
      init = Initialization::Normal;
    } else if (parameter.kind == ParameterKind::Example) {
      init = Initialization::Examples;
    }
    auto entry = ParameterAttr::getChecked(
        [&] { return model.emitOpError(); }, model.getContext(),
        StringRef(parameter.name), RankedTensorType::get(parameter.shape, type),
        ArrayRef<int64_t>(parameter.permutation), init,
        builder.getF64FloatAttr(scale), PlaceAttr());
    if (!entry)
      return {};
    entries.push_back(entry);
  }
  for (auto [i, input] : llvm::enumerate(model.getInputs()))
    for (auto op : model.getBody().getOps<InputOpInterface>())
      for (const Parameter &state : op.getState())
        if (op.getInput() == input)
          entries.push_back(ParameterAttr::get(
              model.getContext(), state.name,
              RankedTensorType::get(state.shape, type), ArrayRef<int64_t>(),
              state.kind == ParameterKind::Mean ? Initialization::Mean
                                                : Initialization::Deviation,
              builder.getF64FloatAttr(double(i)), PlaceAttr()));
  for (const Parameter &state : getRunningState(model))
    entries.push_back(ParameterAttr::get(
        model.getContext(), state.name,
        RankedTensorType::get(state.shape, type), ArrayRef<int64_t>(),
        state.kind == ParameterKind::RunningMean
            ? Initialization::RunningMean
            : Initialization::RunningVariance,
        builder.getF64FloatAttr(state.initial), PlaceAttr()));
  return builder.getArrayAttr(entries);
}
