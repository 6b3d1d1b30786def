//===- Metadata.cpp - What a module says of its model ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Metadata.h"
#include "compiler/step/Optimizers.h"
#include "dialect/VibNumbers.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace vib;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();
static constexpr int64_t kMostInteger = std::numeric_limits<int64_t>::max();

namespace {

/// Reads the fields of a dictionary. The first wrong one is reported.
class FieldReader {
public:
  FieldReader(ModuleOp module, StringRef where, DictionaryAttr fields)
      : module(module), where(where), fields(fields) {}

  bool has(StringRef name) const { return fields.contains(name); }
  int64_t getInteger(StringRef name, int64_t least, int64_t most);
  /// A number in [least, most), or in (least, most) where `isAbove` says so.
  double getNumber(StringRef name, double least, double most, bool isAbove);
  bool getBool(StringRef name);
  StringRef getString(StringRef name);
  StringRef getCase(StringRef name, ArrayRef<StringRef> cases);
  ArrayRef<int64_t> getShape(StringRef name);
  DictionaryAttr getDictionary(StringRef name);
  /// Reports fields that were not read.
  LogicalResult finish();

private:
  template <typename AttrT> AttrT get(StringRef name, const Twine &expected);
  void fail(StringRef name, const Twine &expected);

  ModuleOp module;
  StringRef where;
  DictionaryAttr fields;
  llvm::StringSet<> read;
  bool hasFailed = false;
};

} // namespace

void FieldReader::fail(StringRef name, const Twine &expected) {
  if (std::exchange(hasFailed, true))
    return;
  InFlightDiagnostic diagnostic = module.emitError("expected ")
                                  << where << " to have '" << name << "', "
                                  << expected;
  if (Attribute attribute = fields.get(name))
    diagnostic << ", but got " << attribute;
}

template <typename AttrT>
AttrT FieldReader::get(StringRef name, const Twine &expected) {
  read.insert(name);
  auto attribute = dyn_cast_or_null<AttrT>(fields.get(name));
  if (!attribute)
    fail(name, expected);
  return attribute;
}

int64_t FieldReader::getInteger(StringRef name, int64_t least, int64_t most) {
  std::string expected = "an i64 of " + std::to_string(least);
  expected += most == kMostInteger ? " or more" : " to " + std::to_string(most);
  auto attribute = get<IntegerAttr>(name, expected);
  if (!attribute)
    return least;
  if (attribute.getType().isSignlessInteger(64) &&
      attribute.getInt() >= least && attribute.getInt() <= most)
    return attribute.getInt();
  fail(name, expected);
  return least;
}

double FieldReader::getNumber(StringRef name, double least, double most,
                              bool isAbove) {
  auto format = [&](double bound) {
    return formatNumber(Builder(module.getContext()).getF64FloatAttr(bound));
  };
  std::string expected = "an f64";
  if (std::isfinite(least))
    expected += (isAbove ? " above " : " of at least ") + format(least);
  if (std::isfinite(most))
    expected += " and below " + format(most);
  auto attribute = get<FloatAttr>(name, expected);
  double value = attribute ? attribute.getValueAsDouble() : 0;
  if (attribute &&
      (!attribute.getType().isF64() || !std::isfinite(value) || value < least ||
       value >= most || (isAbove && value == least)))
    fail(name, expected);
  return value;
}

bool FieldReader::getBool(StringRef name) {
  auto attribute = get<BoolAttr>(name, "true or false");
  return attribute && attribute.getValue();
}

StringRef FieldReader::getString(StringRef name) {
  auto attribute = get<StringAttr>(name, "a string");
  if (attribute && attribute.empty())
    fail(name, "a string that is not empty");
  return attribute ? attribute.getValue() : StringRef();
}

StringRef FieldReader::getCase(StringRef name, ArrayRef<StringRef> cases) {
  auto attribute = get<StringAttr>(name, "one of " + llvm::join(cases, ", "));
  if (attribute && !llvm::is_contained(cases, attribute.getValue()))
    fail(name, "one of " + llvm::join(cases, ", "));
  return attribute ? attribute.getValue() : StringRef();
}

ArrayRef<int64_t> FieldReader::getShape(StringRef name) {
  constexpr StringLiteral expected = "array<i64: …> of positive integers";
  auto attribute = get<DenseI64ArrayAttr>(name, expected);
  if (!attribute)
    return {};
  int64_t elements = 1;
  for (int64_t extent : attribute.asArrayRef())
    if (extent < 1 || llvm::MulOverflow(elements, extent, elements) ||
        elements > kMostInteger / 8) {
      fail(name, expected);
      break;
    }
  return attribute.asArrayRef();
}

DictionaryAttr FieldReader::getDictionary(StringRef name) {
  return get<DictionaryAttr>(name, "a dictionary");
}

LogicalResult FieldReader::finish() {
  for (NamedAttribute field : fields)
    if (!hasFailed && !read.contains(field.getName()))
      return module.emitError("found '")
             << field.getName().getValue() << "' in " << where
             << ", which has no such field";
  return failure(hasFailed);
}

//===----------------------------------------------------------------------===//
// vib.model
//===----------------------------------------------------------------------===//

static LogicalResult verifySchedule(ModuleOp module, StringRef name,
                                    DictionaryAttr attribute,
                                    ArrayRef<StringRef> kinds) {
  if (!attribute)
    return failure();
  std::string where = ("the " + name + " of vib.model").str();
  FieldReader fields(module, where, attribute);
  StringRef kind = fields.getCase("kind", kinds);
  fields.getNumber("factor", 0, std::nextafter(1.0, 2.0),
                   /*isAbove=*/kind != "cosine" && kind != "linear");
  bool lasts = kind == "staircase" || kind == "exponential" || kind == "cosine";
  fields.getNumber("epochs", 0, kInfinity, /*isAbove=*/lasts);
  fields.getNumber("warmup_epochs", 0, kInfinity, /*isAbove=*/false);
  return fields.finish();
}

/// The state that training keeps for each parameter.
static SmallVector<SlotKind> readOptimizer(FieldReader &fields) {
  Optimizer rule{OptimizerKind::SGD};
  StringRef name = fields.getCase("optimizer", {"sgd", "adam", "adamw"});
  bool isAdam = name != "sgd";
  if (isAdam)
    rule.kind = name == "adam" ? OptimizerKind::Adam : OptimizerKind::AdamW;
  fields.getNumber("rate", 0, kInfinity, /*isAbove=*/true);
  fields.getNumber("beta1", 0, 1, /*isAbove=*/false);
  fields.getNumber("beta2", 0, 1, /*isAbove=*/false);
  fields.getNumber("epsilon", 0, kInfinity, /*isAbove=*/isAdam);
  rule.momentum = fields.getNumber("momentum", 0, 1, /*isAbove=*/false);
  fields.getNumber("weight_decay", 0, kInfinity, /*isAbove=*/false);
  bool averaged = fields.getBool("averaged");
  fields.getNumber("average_decay", 0, 1, /*isAbove=*/false);
  unsigned moments = getNumMoments(rule);
  fields.getInteger("moments", moments, moments);
  return getStateSlots(rule, averaged);
}

static LogicalResult readModel(ModuleOp module, Metadata &data) {
  auto model = module->getAttrOfType<DictionaryAttr>("vib.model");
  if (!model)
    return module.emitError("expected a description of the model, vib.model");
  FieldReader fields(module, "vib.model", model);
  fields.getString("name");
  fields.getString("hash");
  Builder builder(module.getContext());
  bool isF64 = fields.getCase("type", {"f32", "f64"}) == "f64";
  data.type = isF64 ? Type(builder.getF64Type()) : builder.getF32Type();
  StringRef operands =
      isF64 ? fields.getCase("operands", {"f64"})
            : fields.getCase("operands", {"f32", "bf16", "tf32"});
  data.roundsOperands = operands == "bf16";
  data.isCategorical =
      fields.getCase("likelihood", {"categorical", "normal"}) == "categorical";
  data.batch = fields.getInteger("batch", 1, kMostRows);
  fields.getInteger("samples", 1, kMostInteger);
  data.latents = fields.getInteger("latents", 1, kMostInteger);
  data.outputs = fields.getInteger("outputs", 1, kMostInteger);
  for (int64_t extent : fields.getShape("input_shape"))
    data.inputs *= extent;
  fields.getInteger("epochs", 1, kMostEpochs);
  fields.getInteger("seed", std::numeric_limits<int64_t>::min(), kMostInteger);
  data.state = readOptimizer(fields);
  if (fields.has("beta"))
    fields.getNumber("beta", 0, kInfinity, /*isAbove=*/false);
  DictionaryAttr rate = fields.getDictionary("rate_schedule");
  DictionaryAttr beta = fields.getDictionary("beta_schedule");
  if (failed(fields.finish()) ||
      failed(verifySchedule(
          module, "rate_schedule", rate,
          {"constant", "staircase", "exponential", "cosine", "linear"})) ||
      failed(verifySchedule(module, "beta_schedule", beta,
                            {"constant", "linear", "geometric"})))
    return failure();
  return success();
}

//===----------------------------------------------------------------------===//
// vib.parameters
//===----------------------------------------------------------------------===//

/// The fields that the memory plan adds are verified with it.
static LogicalResult readParameter(ModuleOp module, DictionaryAttr entry,
                                   Metadata &data) {
  auto name = entry.getAs<StringAttr>("name");
  std::string where = ("the parameter \"" + name.getValue() + "\"").str();
  NamedAttrList list(entry);
  for (StringRef planned : {"offset", "panel", "panel_bytes"})
    list.erase(planned);
  FieldReader fields(module, where, list.getDictionary(module.getContext()));
  fields.getString("name");
  ArrayRef<int64_t> shape = fields.getShape("shape");
  bool transposed = fields.getBool("transposed");
  fields.getCase("init", {"constant", "uniform", "normal"});
  fields.getNumber("init_scale", -kInfinity, kInfinity, /*isAbove=*/false);
  if (failed(fields.finish()))
    return failure();
  if (shape.size() > 2 || (transposed && shape.size() != 2))
    return module.emitError("expected ")
           << where << " to have at most two dimensions, and two if it is "
           << "transposed, but got " << entry.get("shape");
  if (!data.parameters.insert({name.getValue(), llvm::to_vector(shape)}).second)
    return module.emitError("two entries of vib.parameters have the name ")
           << name;
  return success();
}

static LogicalResult readParameters(ModuleOp module, Metadata &data) {
  auto entries = module->getAttrOfType<ArrayAttr>("vib.parameters");
  if (!entries || entries.empty())
    return module.emitError("expected the list of parameters, vib.parameters");
  for (auto [i, attribute] : llvm::enumerate(entries)) {
    auto entry = dyn_cast<DictionaryAttr>(attribute);
    if (!entry || !entry.getAs<StringAttr>("name") || !entry.get("shape"))
      return module.emitError("expected entry ")
             << i << " of vib.parameters to have a name and a shape";
    if (failed(readParameter(module, entry, data)))
      return failure();
  }
  return success();
}

FailureOr<Metadata> vib::readMetadata(ModuleOp module) {
  Metadata data;
  if (failed(readModel(module, data)) || failed(readParameters(module, data)))
    return failure();
  return data;
}

RankedTensorType Metadata::getTensorType(StringRef name) const {
  MLIRContext *context = type.getContext();
  if (name == "y" && isCategorical)
    return RankedTensorType::get({batch}, IntegerType::get(context, 32));
  if (name == "image")
    return RankedTensorType::get({batch, inputs}, IntegerType::get(context, 8));
  if (name == "nll" || name == "rate" || name == "error")
    return RankedTensorType::get({batch}, type);
  int64_t width = llvm::StringSwitch<int64_t>(name)
                      .Case("x", inputs)
                      .Cases({"mu", "sigma", "rate_each", "z"}, latents)
                      .Case("cholesky", latents * (latents + 1) / 2)
                      .Cases({"y", "logits", "prediction"}, outputs)
                      .Default(0);
  return width == 0 ? RankedTensorType()
                    : RankedTensorType::get({batch, width}, type);
}
