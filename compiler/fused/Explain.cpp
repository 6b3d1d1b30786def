//===- Explain.cpp - A table of the kernels ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Explain.h"
#include "compiler/fused/Fusion.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/fused/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_EXPLAIN
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Floating-point operations a byte above which a kernel is said to be bound by
/// compute: 240 GFLOP/s over 30 GB/s, two cores with AVX-512 and their DRAM.
static constexpr double kBalance = 8;

/// Three digits with the unit that fits: "164 M".
static std::string scaled(double value) {
  const char *units[] = {"", " k", " M", " G", " T"};
  unsigned unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.*f%s", digits, value, units[unit]);
  return text;
}

/// The same before a unit: "164 MFLOP", "384 FLOP".
static std::string scaled(double value, StringRef unit) {
  std::string text = scaled(value);
  if (llvm::isDigit(text.back()))
    text += ' ';
  return text + unit.str();
}

/// What was fused, each pass named once: "epilogue: addf; maximumf".
static std::string listFused(KernelOp kernel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  StringRef last;
  auto notes = kernel->getAttrOfType<ArrayAttr>(kFusedAttrName);
  if (!notes)
    return text;
  for (Attribute note : notes) {
    auto [pass, what] = cast<StringAttr>(note).getValue().split(": ");
    if (!text.empty())
      os << "; ";
    if (pass != last)
      os << pass << ": ";
    os << what;
    last = pass;
  }
  return text;
}

static void explainFunction(func::FuncOp function, raw_ostream &os) {
  SmallVector<KernelOp> kernels = getKernels(function);
  KernelCost total;
  size_t width = 6;
  for (KernelOp kernel : kernels) {
    KernelCost cost = getKernelCost(kernel);
    total.flops += cost.flops;
    total.bytes += cost.bytes;
    width = std::max(width, kernel.getName().size());
  }
  os << function.getName() << ": " << kernels.size()
     << (kernels.size() == 1 ? " kernel, " : " kernels, ")
     << scaled(total.flops, "FLOP") << ", " << scaled(total.bytes, "B")
     << " moved\n";
  os << "  " << llvm::left_justify("kernel", width)
     << "      FLOP      byte  FLOP/byte  bound    fused\n";
  for (KernelOp kernel : kernels) {
    KernelCost cost = getKernelCost(kernel);
    double intensity = cost.bytes > 0 ? cost.flops / cost.bytes : 0;
    os << "  " << llvm::left_justify(kernel.getName(), width)
       << llvm::right_justify(scaled(cost.flops), 10)
       << llvm::right_justify(scaled(cost.bytes), 10)
       << llvm::format("%11.1f  ", intensity)
       << (intensity >= kBalance ? "compute  " : "memory   ")
       << listFused(kernel) << '\n';
  }
  bool first = true;
  for (KernelOp kernel : kernels) {
    auto notes = kernel->getAttrOfType<ArrayAttr>(kUnfusedAttrName);
    if (!notes)
      continue;
    for (Attribute note : notes) {
      if (first)
        os << "  not fused:\n";
      first = false;
      os << "    " << kernel.getName() << ": "
         << cast<StringAttr>(note).getValue() << '\n';
    }
  }
}

void vib::explain(ModuleOp module, raw_ostream &os) {
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration() || getKernels(function).empty())
      continue;
    explainFunction(function, os);
    os << '\n';
  }
  os << "A kernel is bound by compute from " << llvm::format("%.0f", kBalance)
     << " FLOP a byte on: the balance of 240 GFLOP/s and 30 GB/s.\n";
}

namespace {
struct ExplainPass : public vib::impl::ExplainBase<ExplainPass> {
  void runOnOperation() override {
    vib::explain(getOperation(), llvm::errs());
    markAllAnalysesPreserved();
  }
};
} // namespace
