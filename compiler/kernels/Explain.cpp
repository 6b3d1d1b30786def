//===- Explain.cpp - A table of the kernels ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The cycles are those of one thread with two vector multiply-adds a cycle,
// which CPUs with AVX2 or AVX-512 have, and 8 bytes of memory, 28 GB/s at 3.5
// GHz: a bound, which no clock enters that would not be known when compiling.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Explain.h"
#include "compiler/fused/Fusion.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/kernels/ContractionForm.h"
#include "compiler/kernels/KernelPlan.h"
#include "compiler/kernels/Memory.h"
#include "compiler/kernels/Passes.h"
#include "compiler/kernels/Table.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_EXPLAIN
#include "compiler/kernels/Passes.h.inc"
} // namespace vib

static constexpr int64_t kMultiplyAdds = 2;
static constexpr int64_t kBytesPerCycle = 8;

/// What the positions of a class are: "columns" of a matrix, "rows".
static StringRef describeClass(KernelOp kernel, const KernelSpace &space,
                               unsigned cls) {
  bool columns = false;
  auto isRow = [&](Value value) {
    if (!isa<RankedTensorType>(value.getType()))
      return false;
    SmallVector<unsigned, 4> classes = space.getClasses(value);
    if (classes.empty() || !llvm::is_contained(classes, cls))
      return false;
    columns |= classes.size() > 1 && classes.back() == cls;
    return classes.size() > 1 && classes.back() != cls;
  };
  // What is written tells more than what is read.
  if (llvm::any_of(kernel.getOutputArgs(), isRow))
    return "rows";
  if (!columns && llvm::any_of(kernel.getInputArgs(), isRow))
    return "rows";
  return columns ? "columns" : "elements";
}

/// "32 x 32 columns", "8 x 64 rows by 16 columns", "1".
static std::string describeUnits(KernelOp kernel, const KernelPlan &plan) {
  const TileChoice &tiles = plan.getTiles();
  std::string text;
  llvm::raw_string_ostream os(text);
  os << tiles.units;
  if (tiles.unit)
    os << " x " << tiles.unit->size << ' '
       << describeClass(kernel, plan.getSpace(), tiles.unit->cls);
  if (tiles.inner)
    os << " by " << tiles.inner->size << ' '
       << describeClass(kernel, plan.getSpace(), tiles.inner->cls);
  return text;
}

/// The register tiles of the contractions, each once: "10 x 2", "dot 2 x 8",
/// "16 x 1 of 4 terms".
static std::string describeTiles(KernelOp kernel, const KernelPlan &plan,
                                 const Machine &machine) {
  SmallVector<std::string> texts;
  for (linalg::LinalgOp op : getContractions(kernel)) {
    FailureOr<ContractionForm> form = matchContraction(op);
    if (failed(form))
      continue;
    ContractionTile tile =
        chooseContractionTile(op, *form, plan.getTileSizes(op),
                              plan.getInterleaved(op) != nullptr, machine);
    std::string text = tile.kind == ContractionTile::Dot ? "dot " : "";
    llvm::raw_string_ostream os(text);
    os << tile.registers.rows << " x " << tile.registers.vectors;
    if (tile.kind == ContractionTile::Groups)
      os << " of " << tile.terms << " terms";
    if (!llvm::is_contained(texts, text))
      texts.push_back(text);
  }
  return texts.empty() ? "-" : llvm::join(texts, ", ");
}

/// How the largest matrix of the kernel lies.
static FailureOr<std::string> describeLayout(KernelOp kernel,
                                             const MemoryMap &memory) {
  SmallVector<Value> tensors;
  for (Value input : kernel.getInputs())
    if (isa<RankedTensorType>(input.getType()))
      tensors.push_back(input);
  llvm::append_range(tensors, kernel.getResults());
  int64_t largest = 0;
  std::string text = "-";
  for (Value tensor : tensors) {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (type.getRank() != 2 || getBytes(type) <= largest)
      continue;
    FailureOr<Place> place = memory.lookup(tensor);
    if (failed(place))
      return kernel.emitError("expected its tensors to have places: run "
                              "vib-plan-arena before");
    largest = getBytes(type);
    text = place->layout.panel == 0
               ? "rows"
               : "panels of " + std::to_string(place->layout.row);
  }
  return text;
}

namespace {
struct Bound {
  double compute = 0, memory = 0;
  double getCycles() const { return std::max(compute, memory); }
};
} // namespace

static Bound getBound(KernelOp kernel, const Machine &machine) {
  KernelCost cost = getKernelCost(kernel);
  int64_t lanes = machine.getLanes(Float32Type::get(kernel.getContext()));
  for (linalg::LinalgOp op : getLoops(kernel))
    if (getElementTypeOrSelf(op->getResult(0)).isF64())
      lanes = machine.getLanes(getElementTypeOrSelf(op->getResult(0)));
  // A pair is two multiply-adds a lane.
  if (machine.hasBf16 &&
      llvm::any_of(getContractions(kernel), [](linalg::LinalgOp op) {
        return getElementTypeOrSelf(op->getOperand(1)).isBF16();
      }))
    lanes *= 2;
  return {cost.flops / (2 * kMultiplyAdds * lanes),
          cost.bytes / kBytesPerCycle};
}

static LogicalResult explainFunction(func::FuncOp function,
                                     const Machine &machine,
                                     const MemoryMap &memory, raw_ostream &os) {
  SmallVector<KernelOp> kernels = getKernels(function);
  KernelCost total;
  double cycles = 0;
  std::vector<TableRow> rows = {{"kernel", "FLOP", "byte", "cycles", "bound",
                                 "units", "tile", "layout", "fused"}};
  for (KernelOp kernel : kernels) {
    KernelCost cost = getKernelCost(kernel);
    Bound bound = getBound(kernel, machine);
    KernelPlan plan(kernel, machine);
    FailureOr<std::string> layout = describeLayout(kernel, memory);
    if (failed(layout))
      return failure();
    total.flops += cost.flops;
    total.bytes += cost.bytes;
    cycles += bound.getCycles();
    rows.push_back(
        {kernel.getName().str(), scaled(cost.flops), scaled(cost.bytes),
         scaled(bound.getCycles()),
         bound.compute >= bound.memory ? "compute" : "memory",
         describeUnits(kernel, plan), describeTiles(kernel, plan, machine),
         *layout, listFused(kernel->getAttrOfType<ArrayAttr>(kFusedAttrName))});
  }
  os << function.getName() << ": " << kernels.size()
     << (kernels.size() == 1 ? " kernel, " : " kernels, ")
     << scaled(total.flops, "FLOP") << ", " << scaled(total.bytes, "B")
     << " moved, at least " << scaled(cycles, "cycles") << '\n';
  printTable(rows, /*numbers=*/3, os);
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
  return success();
}

LogicalResult vib::explain(ModuleOp module, const Machine &machine,
                           raw_ostream &os) {
  MemoryMap memory(module);
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration() || getKernels(function).empty())
      continue;
    if (failed(explainFunction(function, machine, memory, os)))
      return failure();
    os << '\n';
  }
  os << "cycles: at least, on one thread: " << kMultiplyAdds
     << " multiply-adds of " << machine.vectorBits << " bits and "
     << kBytesPerCycle
     << " bytes of memory a cycle.\n"
        "units: what threads share out. tile: rows x vectors of a contraction "
        "in registers; dot: rows x columns, summed across lanes.\n"
        "layout: of the largest matrix.\n";
  return success();
}

namespace {
struct ExplainPass : public vib::impl::ExplainBase<ExplainPass> {
  using ExplainBase::ExplainBase;
  void runOnOperation() override {
    if (failed(
            vib::explain(getOperation(), {vectorBits, hasBf16}, llvm::errs())))
      signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
