//===- Options.cpp - The options of a compilation -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Options.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace vib;

static constexpr llvm::StringLiteral kPhaseNames[] = {
    "model", "onnx", "step", "fused", "planned", "kernels", "ptx",
    "cubin", "llvm", "asm",  "obj",   "shared",  "exe"};

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

OptionsAttr CompileOptions::getAttribute(MLIRContext *context) const {
  return OptionsAttr::get(context, level, symbolizePrecision(precision), batch,
                          gradients, cpu, features, arch, cubin);
}

CompileOptions CompileOptions::fromAttribute(OptionsAttr attribute) {
  CompileOptions options;
  options.level = attribute.getLevel();
  if (std::optional<Precision> precision = attribute.getPrecision())
    options.precision = stringifyPrecision(*precision).str();
  options.batch = attribute.getBatch();
  options.gradients = attribute.getGradients();
  options.cpu = attribute.getCpu().str();
  options.features = attribute.getFeatures().str();
  options.arch = attribute.getArch().str();
  options.cubin = attribute.getCubin();
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
