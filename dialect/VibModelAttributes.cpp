//===- VibModelAttributes.cpp - A model and its training ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace vib;

static constexpr Count kBatch{"batch", 1, kMostRows};
static constexpr Count kSamples{"samples", 1, kMostSamples};
static constexpr Count kInput{"input", 1, kMostMemoryBytes};
static constexpr Count kEpochs{"epochs", 1, kMostEpochs};

Attribute ModelAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol, hash;
  Precision type = Precision::F32;
  std::optional<Precision> operands;
  int64_t batch = 0, samples = 1;
  SmallVector<int64_t> input;
  DistributionTypeInterface posterior, likelihood;
  FloatAttr beta;
  auto parseOperands = [&]() -> ParseResult {
    return parseWord(parser, operands.emplace());
  };
  auto parseDistribution =
      [&](DistributionTypeInterface &distribution) -> ParseResult {
    SMLoc typeLoc = parser.getCurrentLocation();
    Type type;
    if (parser.parseType(type))
      return failure();
    distribution = dyn_cast<DistributionTypeInterface>(type);
    if (!distribution)
      return parser.emitError(typeLoc, "expected a distribution but got ")
             << type;
    return success();
  };
  auto parseExtent = [&]() -> ParseResult {
    return parseSize(parser, input.emplace_back());
  };
  auto parseInput = [&]() -> ParseResult {
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                          parseExtent);
  };
  if (parser.parseLess() || parseText(parser, symbol) ||
      FieldList(parser, name)
          .add("hash", hash)
          .add("type", type)
          .add("operands", parseOperands)
          .optional()
          .add(kBatch, batch)
          .add("input", parseInput)
          .add("posterior", [&] { return parseDistribution(posterior); })
          .add(kSamples, samples)
          .optional()
          .add("likelihood", [&] { return parseDistribution(likelihood); })
          .add("beta", beta)
          .optional()
          .parseRest())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), StringRef(hash), type,
                    operands.value_or(type), batch, ArrayRef<int64_t>(input),
                    posterior, samples, likelihood, beta);
}

void ModelAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printString(getName());
  printer << ", hash = ";
  printer.printString(getHash());
  printer << ", type = " << stringifyEnum(getType());
  if (getOperands() != getType())
    printer << ", operands = " << stringifyEnum(getOperands());
  printer << ", batch = " << getBatch() << ", input = [";
  llvm::interleaveComma(getInput(), printer);
  printer << "], posterior = " << getPosterior();
  if (getSamples() != 1)
    printer << ", samples = " << getSamples();
  printer << ", likelihood = " << getLikelihood();
  if (getBeta()) {
    printer << ", beta = ";
    printNumber(printer, getBeta());
  }
  printer << '>';
}

LogicalResult
ModelAttr::verify(EmitError emitError, StringRef name, StringRef hash,
                  Precision type, Precision operands, int64_t batch,
                  ArrayRef<int64_t> input, DistributionTypeInterface posterior,
                  int64_t samples, DistributionTypeInterface likelihood,
                  FloatAttr beta) {
  if (failed(verifyText(emitError, "name", name)) ||
      failed(verifyText(emitError, "hash", hash)))
    return failure();
  if (type != Precision::F32 && type != Precision::F64)
    return emitError() << "expected 'type' to be f32 or f64 but got "
                       << stringifyEnum(type);
  if (operands != type &&
      (type == Precision::F64 || operands == Precision::F64))
    return emitError() << "expected 'operands' to be "
                       << (type == Precision::F64 ? "f64" : "f32, bf16 or tf32")
                       << ", because 'type' is " << stringifyEnum(type)
                       << ", but got " << stringifyEnum(operands);
  if (failed(kBatch.verify(emitError, batch)) ||
      failed(kSamples.verify(emitError, samples)))
    return failure();
  if (input.empty() || input.size() > 3)
    return emitError() << "expected 'input' to have one to three dimensions "
                       << "but got " << input.size();
  int64_t numInputs = 1;
  for (int64_t extent : input)
    if (failed(kInput.verify(emitError, extent)))
      return failure();
    else if (llvm::MulOverflow(numInputs, extent, numInputs) ||
             numInputs > kMostMemoryBytes)
      return emitError() << "expected 'input' to have at most "
                         << kMostMemoryBytes << " numbers but got [" << input
                         << "]";
  if (!posterior.hasSamples())
    return emitError() << "expected 'posterior' to be a distribution that can "
                       << "be sampled but got " << posterior;
  return beta ? verifyNumber(emitError, "beta", beta, 0) : success();
}

FloatType ModelAttr::getElementType() const {
  Builder builder(getContext());
  if (getType() == Precision::F64)
    return builder.getF64Type();
  return builder.getF32Type();
}

bool ModelAttr::isCategorical() const {
  return getLikelihood().getNumClasses() != 0;
}

int64_t ModelAttr::getNumInputs() const {
  return ShapedType::getNumElements(getInput());
}

int64_t ModelAttr::getNumLatents() const { return getPosterior().getSize(); }

int64_t ModelAttr::getNumOutputs() const { return getLikelihood().getSize(); }

Attribute TrainingAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t epochs = 0;
  IntegerAttr seed = parser.getBuilder().getI64IntegerAttr(0);
  FloatAttr zero = parser.getBuilder().getF64FloatAttr(0), average;
  Attribute optimizer;
  Attribute schedule = ConstantAttr::get(parser.getContext(), zero);
  Attribute betaSchedule = schedule;
  auto parseSeed = [&] {
    return parseCount(parser, seed, "'seed'", 0,
                      std::numeric_limits<uint64_t>::max());
  };
  if (FieldList(parser, name)
          .add(kEpochs, epochs)
          .add("seed", parseSeed)
          .optional()
          .add("optimizer", optimizer)
          .add("schedule", schedule)
          .optional()
          .add("beta_schedule", betaSchedule)
          .optional()
          .add("average", average)
          .optional()
          .parse())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    epochs, seed.getValue().getZExtValue(), optimizer, schedule,
                    betaSchedule, average);
}

void TrainingAttr::print(AsmPrinter &printer) const {
  printer << "<epochs = " << getEpochs() << ", seed = " << getSeed()
          << ", optimizer = " << getOptimizer()
          << ", schedule = " << getSchedule()
          << ", beta_schedule = " << getBetaSchedule();
  if (getAverage()) {
    printer << ", average = ";
    printNumber(printer, getAverage());
  }
  printer << '>';
}

LogicalResult TrainingAttr::verify(EmitError emitError, int64_t epochs,
                                   uint64_t, Attribute optimizer,
                                   Attribute schedule, Attribute betaSchedule,
                                   FloatAttr average) {
  if (failed(kEpochs.verify(emitError, epochs)))
    return failure();
  if (!isa_and_nonnull<OptimizerAttrInterface>(optimizer))
    return emitError() << "expected 'optimizer' to be one of "
                       << listGroup(EntryKind::Attribute, "optimizers")
                       << " but got " << optimizer;
  auto rate = dyn_cast_or_null<ScheduleAttrInterface>(schedule);
  if (!rate || !rate.isForRate())
    return emitError() << "expected 'schedule' to be a schedule that can drive "
                       << "the learning rate but got " << schedule;
  auto beta = dyn_cast_or_null<ScheduleAttrInterface>(betaSchedule);
  if (!beta || !beta.isForBeta())
    return emitError() << "expected 'beta_schedule' to be a schedule that can "
                       << "drive beta but got " << betaSchedule;
  if (!average)
    return success();
  if (failed(verifyNumber(emitError, "average", average, 0)))
    return failure();
  if (average.getValueAsDouble() >= 1)
    return emitError() << "expected 'average' to be below 1 but got "
                       << formatNumber(average);
  return success();
}

Optimizer TrainingAttr::getOptimizerRule() const {
  return cast<OptimizerAttrInterface>(getOptimizer()).getOptimizer();
}

Schedule TrainingAttr::getRateSchedule() const {
  return cast<ScheduleAttrInterface>(getSchedule()).getSchedule();
}

Schedule TrainingAttr::getBetaScheduleRule() const {
  return cast<ScheduleAttrInterface>(getBetaSchedule()).getSchedule();
}
