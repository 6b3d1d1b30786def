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
#include <cmath>

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// Fields: `<name = number, …>`
//===----------------------------------------------------------------------===//

namespace {
/// The finite numbers that a field can have.
enum class Bounds {
  Positive,
  NotNegative,
  BelowOne,
  UpToOne,
  PositiveUpToOne,
  Whole
};

/// A named number of an attribute. One without a default must be written,
/// unless it may be missing: it is then null.
struct Field {
  StringRef name;
  Bounds bounds;
  std::optional<double> initial = std::nullopt;
  bool canBeMissing = false;
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
  case Bounds::Whole:
    return value >= 1 && value <= kMostEpochs && value == std::floor(value);
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
  case Bounds::Whole:
    return "to be a whole number from 1 to 4294967296";
  }
  llvm_unreachable("all bounds are covered");
}

static LogicalResult verifyField(EmitError emitError, const Field &field,
                                 FloatAttr value) {
  if (!value && field.canBeMissing)
    return success();
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

static constexpr StringLiteral kDecayOn = "decay_on";

/// Parses the fields in any order and builds the attribute from them. `decayed`
/// are the defaults of the fields that are words.
template <typename AttrT, size_t... index, typename... DecayedT>
static Attribute parseFields(AsmParser &parser, ArrayRef<Field> fields,
                             std::index_sequence<index...>,
                             DecayedT... decayed) {
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
    if (field.initial || field.canBeMissing)
      list.optional();
  }
  (list.add(kDecayOn, decayed).optional(), ...);
  if constexpr (std::is_same_v<AttrT, AdamAttr>)
    list.suggest({"weight_decay", kDecayOn}, "#vib.adamw");
  if (list.parse(/*isOptional=*/true))
    return {};
  return AttrT::getChecked([&] { return parser.emitError(loc); },
                           parser.getContext(), values[index]..., decayed...);
}

/// Prints the fields that differ from their defaults.
static void printFields(AsmPrinter &printer, ArrayRef<Field> fields,
                        ArrayRef<FloatAttr> values,
                        Decayed decayed = Decayed::All) {
  bool first = true;
  for (auto [field, value] : llvm::zip_equal(fields, values)) {
    if (!value || (field.initial && value.getValueAsDouble() == *field.initial))
      continue;
    printer << (first ? "<" : ", ") << field.name << " = ";
    printNumber(printer, value);
    first = false;
  }
  // The learning rate precedes it.
  if (decayed != Decayed::All)
    printer << ", " << kDecayOn << " = " << stringifyEnum(decayed);
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

/// The same of an optimizer with a weight decay.
#define VIB_DECAYING_FIELDS(Class, count, fields, ...)                         \
  Attribute Class::parse(AsmParser &parser, Type) {                            \
    return parseFields<Class>(                                                 \
        parser, fields, std::make_index_sequence<count>(), Decayed::All);      \
  }                                                                            \
  void Class::print(AsmPrinter &printer) const {                               \
    printFields(printer, fields, {__VA_ARGS__}, getDecayOn());                 \
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
static const Field kAdaBeliefFields[] = {{"lr", Bounds::Positive},
                                         {"beta1", Bounds::BelowOne, 0.9},
                                         {"beta2", Bounds::BelowOne, 0.999},
                                         {"eps", Bounds::Positive, 1.0e-16}};
static const Field kRMSPropFields[] = {
    {"lr", Bounds::Positive},
    {"decay", Bounds::BelowOne, 0.99},
    {"eps", Bounds::Positive, 1.0e-8},
    {"momentum", Bounds::BelowOne, 0.0},
    {"weight_decay", Bounds::NotNegative, 0.0}};
static const Field kConstantFields[] = {{"warmup", Bounds::NotNegative, 0.0}};
static const Field kDecayFields[] = {{"rate", Bounds::PositiveUpToOne},
                                     {"epochs", Bounds::Positive},
                                     {"warmup", Bounds::NotNegative, 0.0}};
static const Field kCosineFields[] = {
    {"epochs", Bounds::Positive},
    {"final", Bounds::UpToOne, 0.0},
    {"from", Bounds::NotNegative, std::nullopt, true},
    {"to", Bounds::NotNegative, std::nullopt, true},
    {"delay", Bounds::NotNegative, 0.0},
    {"cycles", Bounds::Whole, 1.0},
    {"cap", Bounds::NotNegative, std::nullopt, true},
    {"warmup", Bounds::NotNegative, 0.0}};
static const Field kLinearFields[] = {
    {"epochs", Bounds::NotNegative},
    {"from", Bounds::NotNegative, std::nullopt, true},
    {"to", Bounds::NotNegative, std::nullopt, true},
    {"delay", Bounds::NotNegative, 0.0},
    {"cycles", Bounds::Whole, 1.0},
    {"cap", Bounds::NotNegative, std::nullopt, true},
    {"warmup", Bounds::NotNegative, 0.0}};
static const Field kGeometricFields[] = {
    {"epochs", Bounds::NotNegative},
    {"from", Bounds::Positive, std::nullopt, true},
    {"to", Bounds::Positive, std::nullopt, true},
    {"delay", Bounds::NotNegative, 0.0},
    {"cycles", Bounds::Whole, 1.0},
    {"cap", Bounds::NotNegative, std::nullopt, true},
    {"warmup", Bounds::NotNegative, 0.0}};
static const Field kLinearWarmupFields[] = {{"epochs", Bounds::NotNegative},
                                            {"from", Bounds::UpToOne, 0.0}};
static const Field kExponentialWarmupFields[] = {
    {"epochs", Bounds::NotNegative}, {"from", Bounds::PositiveUpToOne, 1.0e-3}};

VIB_DECAYING_FIELDS(SGDAttr, 3, kSGDFields, getLr(), getMomentum(),
                    getWeightDecay())
VIB_FIELDS(AdamAttr, 4, kAdamFields, getLr(), getBeta1(), getBeta2(), getEps())
VIB_DECAYING_FIELDS(AdamWAttr, 5, kAdamWFields, getLr(), getBeta1(), getBeta2(),
                    getEps(), getWeightDecay())
VIB_FIELDS(AdaBeliefAttr, 4, kAdaBeliefFields, getLr(), getBeta1(), getBeta2(),
           getEps())
VIB_DECAYING_FIELDS(RMSPropAttr, 5, kRMSPropFields, getLr(), getDecay(),
                    getEps(), getMomentum(), getWeightDecay())
VIB_FIELDS(ConstantAttr, 1, kConstantFields, getWarmup())
VIB_FIELDS(StaircaseAttr, 3, kDecayFields, getRate(), getEpochs(), getWarmup())
VIB_FIELDS(ExponentialAttr, 3, kDecayFields, getRate(), getEpochs(),
           getWarmup())
VIB_FIELDS(CosineAttr, 8, kCosineFields, getEpochs(), getFinal(), getFrom(),
           getTo(), getDelay(), getCycles(), getCap(), getWarmup())
VIB_FIELDS(LinearScheduleAttr, 7, kLinearFields, getEpochs(), getFrom(),
           getTo(), getDelay(), getCycles(), getCap(), getWarmup())
VIB_FIELDS(GeometricScheduleAttr, 7, kGeometricFields, getEpochs(), getFrom(),
           getTo(), getDelay(), getCycles(), getCap(), getWarmup())
VIB_FIELDS(LinearWarmupAttr, 2, kLinearWarmupFields, getEpochs(), getFrom())
VIB_FIELDS(ExponentialWarmupAttr, 2, kExponentialWarmupFields, getEpochs(),
           getFrom())
#undef VIB_FIELDS
#undef VIB_DECAYING_FIELDS

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult SGDAttr::verify(EmitError emitError, FloatAttr lr,
                              FloatAttr momentum, FloatAttr weightDecay,
                              Decayed) {
  return verifyFields(emitError, kSGDFields, {lr, momentum, weightDecay});
}

LogicalResult AdamAttr::verify(EmitError emitError, FloatAttr lr,
                               FloatAttr beta1, FloatAttr beta2,
                               FloatAttr eps) {
  return verifyFields(emitError, kAdamFields, {lr, beta1, beta2, eps});
}

LogicalResult AdamWAttr::verify(EmitError emitError, FloatAttr lr,
                                FloatAttr beta1, FloatAttr beta2, FloatAttr eps,
                                FloatAttr weightDecay, Decayed) {
  return verifyFields(emitError, kAdamWFields,
                      {lr, beta1, beta2, eps, weightDecay});
}

LogicalResult AdaBeliefAttr::verify(EmitError emitError, FloatAttr lr,
                                    FloatAttr beta1, FloatAttr beta2,
                                    FloatAttr eps) {
  return verifyFields(emitError, kAdaBeliefFields, {lr, beta1, beta2, eps});
}

LogicalResult RMSPropAttr::verify(EmitError emitError, FloatAttr lr,
                                  FloatAttr decay, FloatAttr eps,
                                  FloatAttr momentum, FloatAttr weightDecay,
                                  Decayed) {
  return verifyFields(emitError, kRMSPropFields,
                      {lr, decay, eps, momentum, weightDecay});
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
                                 FloatAttr final, FloatAttr from, FloatAttr to,
                                 FloatAttr delay, FloatAttr cycles,
                                 FloatAttr cap, FloatAttr warmup) {
  if (failed(
          verifyFields(emitError, kCosineFields,
                       {epochs, final, from, to, delay, cycles, cap, warmup})))
    return failure();
  if (!final.getValue().isZero() && (from || to))
    return emitError() << "expected 'final', a fraction of the base value, or "
                       << "'from' and 'to', but got both";
  return success();
}

/// The base value is one end of a ramp; the other one has to be written.
static LogicalResult verifyRamp(EmitError emitError, FloatAttr from,
                                FloatAttr to) {
  if (from || to)
    return success();
  return emitError() << "expected 'from' or 'to': the base value is the other "
                     << "end";
}

LogicalResult LinearScheduleAttr::verify(EmitError emitError, FloatAttr epochs,
                                         FloatAttr from, FloatAttr to,
                                         FloatAttr delay, FloatAttr cycles,
                                         FloatAttr cap, FloatAttr warmup) {
  if (failed(verifyFields(emitError, kLinearFields,
                          {epochs, from, to, delay, cycles, cap, warmup})))
    return failure();
  return verifyRamp(emitError, from, to);
}

LogicalResult GeometricScheduleAttr::verify(EmitError emitError,
                                            FloatAttr epochs, FloatAttr from,
                                            FloatAttr to, FloatAttr delay,
                                            FloatAttr cycles, FloatAttr cap,
                                            FloatAttr warmup) {
  if (failed(verifyFields(emitError, kGeometricFields,
                          {epochs, from, to, delay, cycles, cap, warmup})))
    return failure();
  return verifyRamp(emitError, from, to);
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
  optimizer.decaysWeightsOnly = getDecayOn() == Decayed::Weights;
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
  optimizer.decaysWeightsOnly = getDecayOn() == Decayed::Weights;
  return optimizer;
}

Optimizer AdaBeliefAttr::getOptimizer() const {
  Optimizer optimizer{OptimizerKind::AdaBelief};
  optimizer.rate = getLr().getValueAsDouble();
  optimizer.beta1 = getBeta1().getValueAsDouble();
  optimizer.beta2 = getBeta2().getValueAsDouble();
  optimizer.epsilon = getEps().getValueAsDouble();
  return optimizer;
}

Optimizer RMSPropAttr::getOptimizer() const {
  Optimizer optimizer{OptimizerKind::RMSProp};
  optimizer.rate = getLr().getValueAsDouble();
  optimizer.beta2 = getDecay().getValueAsDouble();
  optimizer.epsilon = getEps().getValueAsDouble();
  optimizer.momentum = getMomentum().getValueAsDouble();
  optimizer.weightDecay = getWeightDecay().getValueAsDouble();
  optimizer.decaysWeightsOnly = getDecayOn() == Decayed::Weights;
  return optimizer;
}

Schedule ConstantAttr::getSchedule() const {
  Schedule schedule;
  schedule.warmupEpochs = getWarmup().getValueAsDouble();
  return schedule;
}

template <typename AttrT>
static Schedule getDecay(AttrT attribute, ScheduleKind kind) {
  Schedule schedule;
  schedule.kind = kind;
  schedule.factor = attribute.getRate().getValueAsDouble();
  schedule.epochs = attribute.getEpochs().getValueAsDouble();
  schedule.warmupEpochs = attribute.getWarmup().getValueAsDouble();
  return schedule;
}

Schedule StaircaseAttr::getSchedule() const {
  return getDecay(*this, ScheduleKind::Staircase);
}

Schedule ExponentialAttr::getSchedule() const {
  return getDecay(*this, ScheduleKind::Exponential);
}

template <typename AttrT>
static Schedule getRamp(AttrT attribute, ScheduleKind kind) {
  Schedule schedule;
  schedule.kind = kind;
  auto setEnd = [](ScheduleEnd &end, FloatAttr value) {
    if (value)
      end = {value.getValueAsDouble(), /*isRelative=*/false};
  };
  setEnd(schedule.from, attribute.getFrom());
  setEnd(schedule.to, attribute.getTo());
  schedule.epochs = attribute.getEpochs().getValueAsDouble();
  schedule.delayEpochs = attribute.getDelay().getValueAsDouble();
  schedule.cycles = attribute.getCycles().getValueAsDouble();
  if (FloatAttr cap = attribute.getCap())
    schedule.cap = cap.getValueAsDouble();
  schedule.warmupEpochs = attribute.getWarmup().getValueAsDouble();
  return schedule;
}

Schedule CosineAttr::getSchedule() const {
  Schedule schedule = getRamp(*this, ScheduleKind::Cosine);
  if (!getFrom() && !getTo())
    schedule.to.value = getFinal().getValueAsDouble();
  return schedule;
}

Schedule LinearScheduleAttr::getSchedule() const {
  return getRamp(*this, ScheduleKind::Linear);
}

Schedule GeometricScheduleAttr::getSchedule() const {
  return getRamp(*this, ScheduleKind::Geometric);
}

template <typename AttrT>
static Schedule getRise(AttrT attribute, ScheduleKind kind) {
  Schedule schedule;
  schedule.kind = kind;
  schedule.from.value = attribute.getFrom().getValueAsDouble();
  schedule.epochs = attribute.getEpochs().getValueAsDouble();
  return schedule;
}

Schedule LinearWarmupAttr::getSchedule() const {
  return getRise(*this, ScheduleKind::Linear);
}

Schedule ExponentialWarmupAttr::getSchedule() const {
  return getRise(*this, ScheduleKind::Geometric);
}

//===----------------------------------------------------------------------===//
// DualAttr
//===----------------------------------------------------------------------===//

static const Field kDualFields[] = {{"target", Bounds::NotNegative},
                                    {"step", Bounds::Positive}};

Attribute DualAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringAttr rate;
  FloatAttr target, step;
  if (FieldList(parser, name)
          .add("rate", [&] { return parser.parseSymbolName(rate); })
          .add("target", target)
          .add("step", step)
          .parse())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    rate, target, step);
}

void DualAttr::print(AsmPrinter &printer) const {
  printer << "<rate = ";
  printer.printSymbolName(getRate());
  printer << ", target = ";
  printNumber(printer, getTarget());
  printer << ", step = ";
  printNumber(printer, getStep());
  printer << '>';
}

LogicalResult DualAttr::verify(EmitError emitError, StringAttr rate,
                               FloatAttr target, FloatAttr step) {
  if (failed(verifyText(emitError, "rate", rate ? rate.getValue() : "")))
    return failure();
  return verifyFields(emitError, kDualFields, {target, step});
}

Schedule DualAttr::getSchedule() const {
  Schedule schedule;
  schedule.kind = ScheduleKind::Dual;
  schedule.factor = getStep().getValueAsDouble();
  schedule.to = {getTarget().getValueAsDouble(), /*isRelative=*/false};
  return schedule;
}

//===----------------------------------------------------------------------===//
// Clipping
//===----------------------------------------------------------------------===//

template <typename AttrT> static Attribute parseLimit(AsmParser &parser) {
  SMLoc loc;
  FailureOr<FloatAttr> limit = failure();
  if (parser.parseLess() || parser.getCurrentLocation(&loc) ||
      failed(limit = parseNumber(parser)) || parser.parseGreater())
    return {};
  return AttrT::getChecked([&] { return parser.emitError(loc); },
                           parser.getContext(), *limit);
}

static void printLimit(AsmPrinter &printer, FloatAttr limit) {
  printer << '<';
  printNumber(printer, limit);
  printer << '>';
}

static LogicalResult verifyLimit(EmitError emitError, FloatAttr limit) {
  return verifyField(emitError, {"limit", Bounds::Positive}, limit);
}

Attribute GlobalNormAttr::parse(AsmParser &parser, Type) {
  return parseLimit<GlobalNormAttr>(parser);
}

void GlobalNormAttr::print(AsmPrinter &printer) const {
  printLimit(printer, getLimit());
}

LogicalResult GlobalNormAttr::verify(EmitError emitError, FloatAttr limit) {
  return verifyLimit(emitError, limit);
}

Clip GlobalNormAttr::getClip() const {
  return {ClipKind::GlobalNorm, getLimit().getValueAsDouble()};
}

Attribute ClipValueAttr::parse(AsmParser &parser, Type) {
  return parseLimit<ClipValueAttr>(parser);
}

void ClipValueAttr::print(AsmPrinter &printer) const {
  printLimit(printer, getLimit());
}

LogicalResult ClipValueAttr::verify(EmitError emitError, FloatAttr limit) {
  return verifyLimit(emitError, limit);
}

Clip ClipValueAttr::getClip() const {
  return {ClipKind::Value, getLimit().getValueAsDouble()};
}

//===----------------------------------------------------------------------===//
// Initializers
//===----------------------------------------------------------------------===//

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
