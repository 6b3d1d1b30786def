//===- Options.cpp - The options of a compilation -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Options.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace vib;

static constexpr llvm::StringLiteral kPhaseNames[] = {
    "model", "step", "fused", "planned", "kernels", "ptx",
    "cubin", "llvm", "asm",   "obj",     "shared",  "exe"};

StringRef vib::getPhaseName(Phase phase) {
  return kPhaseNames[static_cast<unsigned>(phase)];
}

std::optional<Phase> vib::parsePhase(StringRef name) {
  for (auto [i, phase] : llvm::enumerate(kPhaseNames))
    if (phase == name)
      return static_cast<Phase>(i);
  return std::nullopt;
}

std::string CompileOptions::getCommandLine() const {
  std::string line;
  llvm::raw_string_ostream os(line);
  os << "-O" << level << " --precision=" << precision << " --batch=" << batch;
  if (isCuda())
    os << " --target=cuda --arch=" << arch << (cubin ? " --cubin" : "");
  else
    os << " --cpu=" << cpu;
  if (gradients)
    os << " --gradients";
  return line;
}

DictionaryAttr CompileOptions::getAttribute(MLIRContext *context) const {
  Builder builder(context);
  SmallVector<NamedAttribute> entries{
      builder.getNamedAttr("level", builder.getI64IntegerAttr(level)),
      builder.getNamedAttr("gradients", builder.getBoolAttr(gradients)),
      builder.getNamedAttr("cpu", builder.getStringAttr(cpu)),
      builder.getNamedAttr("features", builder.getStringAttr(features))};
  if (!precision.empty())
    entries.push_back(
        builder.getNamedAttr("precision", builder.getStringAttr(precision)));
  if (batch)
    entries.push_back(
        builder.getNamedAttr("batch", builder.getI64IntegerAttr(batch)));
  if (isCuda()) {
    entries.push_back(
        builder.getNamedAttr("arch", builder.getStringAttr(arch)));
    entries.push_back(
        builder.getNamedAttr("cubin", builder.getBoolAttr(cubin)));
  }
  return builder.getDictionaryAttr(entries);
}

std::optional<CompileOptions>
CompileOptions::fromAttribute(DictionaryAttr attribute) {
  auto level = attribute.getAs<IntegerAttr>("level");
  auto gradients = attribute.getAs<BoolAttr>("gradients");
  auto cpu = attribute.getAs<StringAttr>("cpu");
  auto features = attribute.getAs<StringAttr>("features");
  if (!level || !gradients || !cpu || !features)
    return std::nullopt;
  CompileOptions options;
  options.level = level.getInt();
  options.gradients = gradients.getValue();
  options.cpu = cpu.str();
  options.features = features.str();
  if (auto precision = attribute.getAs<StringAttr>("precision"))
    options.precision = precision.str();
  if (auto batch = attribute.getAs<IntegerAttr>("batch"))
    options.batch = batch.getInt();
  if (auto arch = attribute.getAs<StringAttr>("arch"))
    options.arch = arch.str();
  if (auto cubin = attribute.getAs<BoolAttr>("cubin"))
    options.cubin = cubin.getValue();
  return options;
}

std::string CompileOptions::getRecord(StringRef modelName) const {
  std::string record;
  llvm::raw_string_ostream os(record);
  // The name comes last because it may contain spaces.
  os << "vib level=" << level << " precision=" << precision
     << " batch=" << batch << " gradients=" << gradients << " cpu=" << cpu
     << " features=" << features;
  if (isCuda())
    os << " arch=" << arch << " cubin=" << cubin;
  os << " model=" << modelName;
  return record;
}

std::optional<CompileOptions> CompileOptions::fromRecord(StringRef record,
                                                         std::string &name) {
  if (!record.consume_front("vib "))
    return std::nullopt;
  CompileOptions options;
  unsigned gradients = 0, cubin = 0;
  while (!record.empty()) {
    if (record.consume_front("model=")) {
      name = record.str();
      break;
    }
    StringRef entry;
    std::tie(entry, record) = record.split(' ');
    auto [key, value] = entry.split('=');
    if (key == "precision")
      options.precision = value.str();
    else if (key == "cpu")
      options.cpu = value.str();
    else if (key == "features")
      options.features = value.str();
    else if (key == "arch")
      options.arch = value.str();
    else if (key == "level"   ? value.getAsInteger(10, options.level)
             : key == "batch" ? value.getAsInteger(10, options.batch)
             : key == "cubin"
                 ? value.getAsInteger(10, cubin)
                 : key != "gradients" || value.getAsInteger(10, gradients))
      return std::nullopt;
  }
  options.gradients = gradients;
  options.cubin = cubin;
  return options;
}
