//===- VibTraining.cpp - Optimizers, schedules, initializers ----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// Fields: `<name = number, …>`
//===----------------------------------------------------------------------===//

namespace {
/// The finite numbers that a field can have.
enum class Bounds { Positive, NotNegative, BelowOne, UpToOne, PositiveUpToOne };

/// A named number of an attribute; one without a default must be written.
struct Field {
  StringRef name;
  Bounds bounds;
  std::optional<double> initial = std::nullopt;
};
} // namespace

static bool contains(Bounds bounds, double value) {
  switch (bounds) {
  case Bounds::Positive:
    return value > 0;
  case Bounds::NotNegative:
    return value >= 0;
  case Bounds::BelowOne:
    return value >= 0 && value < 1;
  case Bounds::UpToOne:
    return value >= 0 && value <= 1;
  case Bounds::PositiveUpToOne:
    return value > 0 && value <= 1;
  }
  llvm_unreachable("all bounds are covered");
}

static StringRef describe(Bounds bounds) {
  switch (bounds) {
  case Bounds::Positive:
    return "above 0";
  case Bounds::NotNegative:
    return "of at least 0";
  case Bounds::BelowOne:
    return "in [0, 1)";
  case Bounds::UpToOne:
    return "in [0, 1]";
  case Bounds::PositiveUpToOne:
    return "in (0, 1]";
  }
  llvm_unreachable("all bounds are covered");
}

static LogicalResult verifyField(EmitError emitError, const Field &field,
                                 FloatAttr value) {
  if (!value || !value.getType().isF64())
    return emitError() << "expected '" << field.name << "' to be an f64";
  if (!value.getValue().isFinite() ||
      !contains(field.bounds, value.getValueAsDouble()))
    return emitError() << "expected '" << field.name << "' "
                       << describe(field.bounds) << " but got "
                       << formatNumber(value);
  return success();
}

static LogicalResult verifyFields(EmitError emitError, ArrayRef<Field> fields,
                                  ArrayRef<FloatAttr> values) {
  for (auto [field, value] : llvm::zip_equal(fields, values))
    if (failed(verifyField(emitError, field, value)))
      return failure();
  return success();
}

/// Parses the fields in any order and builds the attribute from them.
template <typename AttrT, size_t... index>
static Attribute parseFields(AsmParser &parser, ArrayRef<Field> fields,
                             std::index_sequence<index...>) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<FloatAttr> values(fields.size());
  FieldList list(parser, AttrT::name);
  for (auto [field, value] : llvm::zip_equal(fields, values)) {
    if (field.initial)
      value = parser.getBuilder().getF64FloatAttr(*field.initial);
    list.add(field.name,
             [&parser, &field = field, &value = value]() -> ParseResult {
               SMLoc valueLoc = parser.getCurrentLocation();
               FailureOr<FloatAttr> parsed = parseNumber(parser);
               if (failed(parsed))
                 return failure();
               value = *parsed;
               return verifyField([&] { return parser.emitError(valueLoc); },
                                  field, value);
             });
    if (field.initial)
      list.optional();
  }
  if (list.parse(/*isOptional=*/true))
    return {};
  return AttrT::getChecked([&] { return parser.emitError(loc); },
                           parser.getContext(), values[index]...);
}

/// Prints the fields that differ from their defaults.
static void printFields(AsmPrinter &printer, ArrayRef<Field> fields,
                        ArrayRef<FloatAttr> values) {
  bool first = true;
  for (auto [field, value] : llvm::zip_equal(fields, values)) {
    if (field.initial && value.getValueAsDouble() == *field.initial)
      continue;
    printer << (first ? "<" : ", ") << field.name << " = ";
    printNumber(printer, value);
    first = false;
  }
  if (!first)
    printer << ">";
}

/// The parser and the printer of an attribute of fields. Some fields have other
/// names than their accessors, so both are listed.
#define VIB_FIELDS(Class, count, fields, ...)                                  \
  Attribute Class::parse(AsmParser &parser, Type) {                            \
    return parseFields<Class>(parser, fields,                                  \
                              std::make_index_sequence<count>());              \
  }                                                                            \
  void Class::print(AsmPrinter &printer) const {                               \
    printFields(printer, fields, {__VA_ARGS__});                               \
  }

static const Field kSGDFields[] = {{"lr", Bounds::Positive},
                                   {"momentum", Bounds::BelowOne, 0.0},
                                   {"weight_decay", Bounds::NotNegative, 0.0}};
static const Field kAdamFields[] = {{"lr", Bounds::Positive},
                                    {"beta1", Bounds::BelowOne, 0.9},
                                    {"beta2", Bounds::BelowOne, 0.999},
                                    {"eps", Bounds::Positive, 1.0e-8}};
static const Field kAdamWFields[] = {
    {"lr", Bounds::Positive},
    {"beta1", Bounds::BelowOne, 0.9},
    {"beta2", Bounds::BelowOne, 0.999},
    {"eps", Bounds::Positive, 1.0e-8},
    {"weight_decay", Bounds::NotNegative, 0.01}};
static const Field kConstantFields[] = {{"warmup", Bounds::NotNegative, 0.0}};
static const Field kDecayFields[] = {{"rate", Bounds::PositiveUpToOne},
                                     {"epochs", Bounds::Positive},
                                     {"warmup", Bounds::NotNegative, 0.0}};
static const Field kCosineFields[] = {{"epochs", Bounds::Positive},
                                      {"final", Bounds::UpToOne, 0.0},
                                      {"warmup", Bounds::NotNegative, 0.0}};
static const Field kLinearWarmupFields[] = {{"epochs", Bounds::NotNegative},
                                            {"from", Bounds::UpToOne, 0.0}};
static const Field kExponentialWarmupFields[] = {
    {"epochs", Bounds::NotNegative}, {"from", Bounds::PositiveUpToOne, 1.0e-3}};

VIB_FIELDS(SGDAttr, 3, kSGDFields, getLr(), getMomentum(), getWeightDecay())
VIB_FIELDS(AdamAttr, 4, kAdamFields, getLr(), getBeta1(), getBeta2(), getEps())
VIB_FIELDS(AdamWAttr, 5, kAdamWFields, getLr(), getBeta1(), getBeta2(),
           getEps(), getWeightDecay())
VIB_FIELDS(ConstantAttr, 1, kConstantFields, getWarmup())
VIB_FIELDS(StaircaseAttr, 3, kDecayFields, getRate(), getEpochs(), getWarmup())
VIB_FIELDS(ExponentialAttr, 3, kDecayFields, getRate(), getEpochs(),
           getWarmup())
VIB_FIELDS(CosineAttr, 3, kCosineFields, getEpochs(), getFinal(), getWarmup())
VIB_FIELDS(LinearWarmupAttr, 2, kLinearWarmupFields, getEpochs(), getFrom())
VIB_FIELDS(ExponentialWarmupAttr, 2, kExponentialWarmupFields, getEpochs(),
           getFrom())
#undef VIB_FIELDS

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult SGDAttr::verify(EmitError emitError, FloatAttr lr,
                              FloatAttr momentum, FloatAttr weightDecay) {
  return verifyFields(emitError, kSGDFields, {lr, momentum, weightDecay});
}

LogicalResult AdamAttr::verify(EmitError emitError, FloatAttr lr,
                               FloatAttr beta1, FloatAttr beta2,
                               FloatAttr eps) {
  return verifyFields(emitError, kAdamFields, {lr, beta1, beta2, eps});
}

LogicalResult AdamWAttr::verify(EmitError emitError, FloatAttr lr,
                                FloatAttr beta1, FloatAttr beta2, FloatAttr eps,
                                FloatAttr weightDecay) {
  return verifyFields(emitError, kAdamWFields,
                      {lr, beta1, beta2, eps, weightDecay});
}

LogicalResult ConstantAttr::verify(EmitError emitError, FloatAttr warmup) {
  return verifyFields(emitError, kConstantFields, {warmup});
}

LogicalResult StaircaseAttr::verify(EmitError emitError, FloatAttr rate,
                                    FloatAttr epochs, FloatAttr warmup) {
  return verifyFields(emitError, kDecayFields, {rate, epochs, warmup});
}

LogicalResult ExponentialAttr::verify(EmitError emitError, FloatAttr rate,
                                      FloatAttr epochs, FloatAttr warmup) {
  return verifyFields(emitError, kDecayFields, {rate, epochs, warmup});
}

LogicalResult CosineAttr::verify(EmitError emitError, FloatAttr epochs,
                                 FloatAttr final, FloatAttr warmup) {
  return verifyFields(emitError, kCosineFields, {epochs, final, warmup});
}

LogicalResult LinearWarmupAttr::verify(EmitError emitError, FloatAttr epochs,
                                       FloatAttr from) {
  return verifyFields(emitError, kLinearWarmupFields, {epochs, from});
}

LogicalResult ExponentialWarmupAttr::verify(EmitError emitError,
                                            FloatAttr epochs, FloatAttr from) {
  return verifyFields(emitError, kExponentialWarmupFields, {epochs, from});
}

//===----------------------------------------------------------------------===//
// What the attributes mean
//===----------------------------------------------------------------------===//

Optimizer SGDAttr::getOptimizer() const {
  Optimizer optimizer{OptimizerKind::SGD};
  optimizer.rate = getLr().getValueAsDouble();
  optimizer.momentum = getMomentum().getValueAsDouble();
  optimizer.weightDecay = getWeightDecay().getValueAsDouble();
  return optimizer;
}

Optimizer AdamAttr::getOptimizer() const {
  Optimizer optimizer{OptimizerKind::Adam};
  optimizer.rate = getLr().getValueAsDouble();
  optimizer.beta1 = getBeta1().getValueAsDouble();
  optimizer.beta2 = getBeta2().getValueAsDouble();
  optimizer.epsilon = getEps().getValueAsDouble();
  return optimizer;
}

Optimizer AdamWAttr::getOptimizer() const {
  Optimizer optimizer{OptimizerKind::AdamW};
  optimizer.rate = getLr().getValueAsDouble();
  optimizer.beta1 = getBeta1().getValueAsDouble();
  optimizer.beta2 = getBeta2().getValueAsDouble();
  optimizer.epsilon = getEps().getValueAsDouble();
  optimizer.weightDecay = getWeightDecay().getValueAsDouble();
  return optimizer;
}

Schedule ConstantAttr::getSchedule() const {
  return {ScheduleKind::Constant, 1, 0, getWarmup().getValueAsDouble()};
}
bool ConstantAttr::isForRate() const { return true; }
bool ConstantAttr::isForBeta() const { return true; }

Schedule StaircaseAttr::getSchedule() const {
  return {ScheduleKind::Staircase, getRate().getValueAsDouble(),
          getEpochs().getValueAsDouble(), getWarmup().getValueAsDouble()};
}
bool StaircaseAttr::isForRate() const { return true; }
bool StaircaseAttr::isForBeta() const { return false; }

Schedule ExponentialAttr::getSchedule() const {
  return {ScheduleKind::Exponential, getRate().getValueAsDouble(),
          getEpochs().getValueAsDouble(), getWarmup().getValueAsDouble()};
}
bool ExponentialAttr::isForRate() const { return true; }
bool ExponentialAttr::isForBeta() const { return false; }

Schedule CosineAttr::getSchedule() const {
  return {ScheduleKind::Cosine, getFinal().getValueAsDouble(),
          getEpochs().getValueAsDouble(), getWarmup().getValueAsDouble()};
}
bool CosineAttr::isForRate() const { return true; }
bool CosineAttr::isForBeta() const { return false; }

Schedule LinearWarmupAttr::getSchedule() const {
  return {ScheduleKind::Linear, getFrom().getValueAsDouble(),
          getEpochs().getValueAsDouble(), 0};
}
bool LinearWarmupAttr::isForRate() const { return true; }
bool LinearWarmupAttr::isForBeta() const { return true; }

Schedule ExponentialWarmupAttr::getSchedule() const {
  return {ScheduleKind::Geometric, getFrom().getValueAsDouble(),
          getEpochs().getValueAsDouble(), 0};
}
bool ExponentialWarmupAttr::isForRate() const { return false; }
bool ExponentialWarmupAttr::isForBeta() const { return true; }

bool GlorotUniformAttr::isUniform() const { return true; }
double GlorotUniformAttr::getScale(int64_t fanIn, int64_t fanOut) const {
  return std::sqrt(6.0 / static_cast<double>(fanIn + fanOut));
}

bool GlorotNormalAttr::isUniform() const { return false; }
double GlorotNormalAttr::getScale(int64_t fanIn, int64_t fanOut) const {
  return std::sqrt(2.0 / static_cast<double>(fanIn + fanOut));
}

bool HeUniformAttr::isUniform() const { return true; }
double HeUniformAttr::getScale(int64_t fanIn, int64_t) const {
  return std::sqrt(6.0 / static_cast<double>(fanIn));
}

bool HeNormalAttr::isUniform() const { return false; }
double HeNormalAttr::getScale(int64_t fanIn, int64_t) const {
  return std::sqrt(2.0 / static_cast<double>(fanIn));
}
