//===- Explain.cpp - A table of the kernels ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The cycles are an estimate for one thread that does two vector
// multiply-adds a cycle, as CPUs with AVX2 or AVX-512 do, and moves 8 bytes of
// memory a cycle, which is 28 GB/s at 3.5 GHz. They are cycles because the
// clock of the CPU is not known when compiling.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Explain.h"
#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/KernelPlan.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/PlanVerifier.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/Table.h"
#include "compiler/step/WindowMap.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_EXPLAIN
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

/// Vector instructions of a cycle, such as multiply-adds.
static constexpr int64_t kInstructions = 2;
static constexpr int64_t kBytesPerCycle = 8;

/// The name of the positions of a class: "columns", "rows" or "elements".
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
  // The results describe the kernel better than its operands, so they come
  // first.
  if (llvm::any_of(kernel.getOutputArgs(), isRow))
    return "rows";
  if (!columns && llvm::any_of(kernel.getInputArgs(), isRow))
    return "rows";
  return columns ? "columns" : "elements";
}

static std::string describePart(KernelOp kernel, const KernelSpace &space,
                                const Tile &part) {
  return std::to_string(part.size) + " " +
         describeClass(kernel, space, part.cls).str();
}

/// "32 column blocks", "1 block".
static std::string describeDivision(KernelOp kernel, const KernelPlan &plan) {
  const TileChoice &tiles = plan.getTiles();
  std::string text = std::to_string(tiles.units);
  if (tiles.unit && tiles.units != 1)
    text += " " + describeClass(kernel, plan.getSpace(), tiles.unit->cls)
                      .drop_back()
                      .str();
  return text + (tiles.units == 1 ? " block" : " blocks");
}

/// "32 blocks of 32 columns, in steps of 16 columns".
static std::string describeUnits(KernelOp kernel, const KernelPlan &plan) {
  const TileChoice &tiles = plan.getTiles();
  std::string text =
      std::to_string(tiles.units) + (tiles.units == 1 ? " block" : " blocks");
  if (tiles.unit)
    text += " of " + describePart(kernel, plan.getSpace(), *tiles.unit);
  if (tiles.inner)
    text +=
        ", in steps of " + describePart(kernel, plan.getSpace(), *tiles.inner);
  return text;
}

/// The register tiles of the contractions, each once: "10 rows x 2 vectors",
/// "dot products of 2 rows and 8 columns".
static std::string describeTiles(KernelOp kernel, const KernelPlan &plan) {
  SmallVector<std::string> texts;
  for (linalg::LinalgOp op : getContractions(kernel)) {
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (failed(form))
      continue;
    ContractionTile tile =
        plan.getContractionTile(op, *form, plan.getTileSizes(op));
    std::string text;
    llvm::raw_string_ostream os(text);
    if (tile.kind == RegisterTileKind::Dot)
      os << "dot products of " << tile.registers.rows << " rows and "
         << tile.registers.vectors << " columns";
    else
      os << tile.registers.rows << " rows x " << tile.registers.vectors
         << (tile.registers.vectors == 1 ? " vector" : " vectors");
    if (tile.kind == RegisterTileKind::Groups)
      os << ", " << tile.terms << " terms at a time";
    if (!llvm::is_contained(texts, text))
      texts.push_back(text);
  }
  return llvm::join(texts, "; ");
}

/// How operands of bf16 are copied, and how many images are read at a time, by
/// the convolutions of the kernel: "copied in pairs of images, 2 images at a
/// time".
static std::string describeOperands(KernelOp kernel, const KernelPlan &plan) {
  SmallVector<std::string> texts;
  for (linalg::LinalgOp op : getContractions(kernel)) {
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (failed(form) || !hasWindow(op))
      continue;
    std::string text;
    switch (
        op->getAttrOfType<ContractionAttr>(kContractionAttrName).getWindows()) {
    case Packing::None:
      break;
    case Packing::Rows:
      text = "copied from bf16 to f32";
      break;
    case Packing::Pairs:
      text = form->block ? "copied in pairs of images"
                         : "the weight copied in pairs of channels";
      break;
    }
    auto [images, lines] =
        plan.getContractionTile(op, *form, plan.getTileSizes(op)).block;
    if (images != 0) {
      int64_t count = lines != 0 ? lines : images;
      text += (text.empty() ? "" : ", ") + std::to_string(count) +
              (lines != 0 ? " line" : " image") + (count == 1 ? "" : "s") +
              (lines != 0 ? " of an image" : "") + " at a time";
    }
    if (!text.empty() && !llvm::is_contained(texts, text))
      texts.push_back(text);
  }
  return llvm::join(texts, "; ");
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
  std::string text;
  for (Value tensor : tensors) {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (type.getRank() != 2 || getBytes(type) <= largest)
      continue;
    FailureOr<Place> place = memory.lookup(tensor);
    if (failed(place))
      return kernel.emitError("expected a memory plan for the kernel's "
                              "tensors: run vib-plan-arena first");
    largest = getBytes(type);
    text =
        place->layout.panel == 0
            ? "row by row"
            : "in panels of " + std::to_string(place->layout.row) + " columns";
  }
  return text;
}

namespace {
struct Bound {
  double compute = 0, memory = 0;
  double getCycles() const { return std::max(compute, memory); }
};
} // namespace

/// Whether a contraction multiplies pairs on a machine that has them.
static bool multipliesPairs(linalg::LinalgOp op) {
  if (!getElementTypeOrSelf(op->getOperand(1)).isBF16())
    return false;
  auto contraction = op->getAttrOfType<ContractionAttr>(kContractionAttrName);
  return !hasWindow(op) || contraction.getWindows() == Packing::Pairs;
}

static Bound getBound(KernelOp kernel, const KernelCost &cost,
                      const Machine &machine) {
  Bound bound;
  SmallVector<linalg::LinalgOp> contractions = getContractions(kernel);
  for (linalg::LinalgOp op : getLoops(kernel)) {
    Type element = getElementTypeOrSelf(op->getResult(0));
    int64_t lanes = machine.getLanes(
        element.isF64() ? element : Float32Type::get(kernel.getContext()));
    // One instruction multiplies and adds a pair in each lane.
    if (machine.hasBf16 && llvm::is_contained(contractions, op) &&
        multipliesPairs(op))
      lanes *= 2;
    bound.compute += countInstructions(op) / (kInstructions * lanes);
  }
  bound.memory = cost.bytes / kBytesPerCycle;
  return bound;
}

static FailureOr<ExplainRow> explainKernel(KernelOp kernel,
                                           const Machine &machine,
                                           const MemoryMap &memory) {
  KernelCost cost = getKernelCost(kernel);
  Bound bound = getBound(kernel, cost, machine);
  KernelPlan plan(kernel);
  FailureOr<std::string> layout = describeLayout(kernel, memory);
  if (failed(layout))
    return failure();
  ExplainRow row;
  row.name = kernel.getName().str();
  row.flops = cost.flops;
  row.bytes = cost.bytes;
  row.time = bound.getCycles();
  row.isComputeBound = bound.compute >= bound.memory;
  row.division = describeDivision(kernel, plan);
  row.sizes["blocks"] = plan.getTiles().units;
  auto tell = [&](StringRef name, StringRef field, const std::string &what) {
    if (!what.empty())
      row.details.emplace_back(name, what);
    row.sizes[field] = what.empty() ? llvm::json::Value(nullptr) : what;
  };
  tell("divided into", "division", describeUnits(kernel, plan));
  tell("register tile", "register_tile", describeTiles(kernel, plan));
  tell("operands", "operands", describeOperands(kernel, plan));
  tell("largest matrix", "layout", *layout);
  row.kernels.push_back({row.name,
                         kernel->getAttrOfType<ArrayAttr>(kPartsAttrName),
                         kernel->getAttrOfType<ArrayAttr>(kFusedAttrName),
                         kernel->getAttrOfType<ArrayAttr>(kUnfusedAttrName)});
  return row;
}

FailureOr<ExplainReport> vib::explain(ModuleOp module) {
  FailureOr<Machine> found = Machine::get(module);
  if (failed(found))
    return failure();
  Machine machine = *found;
  MemoryMap memory(module);
  ExplainReport report;
  report.thing = "kernel";
  report.unit = "cycles";
  report.formatTime = [](double cycles) { return scaled(cycles); };
  std::string rates = std::to_string(kInstructions) +
                      " instructions (such as multiply-adds) on vectors of " +
                      std::to_string(machine.vectorBits) +
                      " bits, or if it moves " +
                      std::to_string(kBytesPerCycle) + " bytes of memory";
  report.notes = {
      "cycles: an estimate, not a measurement: the longer of the two times "
      "that one thread takes if it does " +
          rates +
          " a cycle. Data in a cache moves faster, so a small kernel can take "
          "less.",
      "bound by: which of the two, computing or memory, takes longer.",
      "divided into: the units of work that are divided among the threads.",
      "relu' is the derivative of relu, x^T the transpose of x."};
  report.fullNotes = {
      "fused by: the passes that put other work into this kernel, and that "
      "work.",
      "register tile: the part of a contraction's result that is computed in "
      "registers at a time; a vector is one register.",
      "largest matrix: the layout of the kernel's largest matrix in memory."};
  report.machine =
      llvm::json::Object{{"target", "cpu"},
                         {"vector_bits", machine.vectorBits},
                         {"multiply_adds_per_cycle", kInstructions},
                         {"bytes_per_cycle", kBytesPerCycle}};
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration() || getKernels(function).empty())
      continue;
    ExplainFunction &explained = report.functions.emplace_back(
        ExplainFunction{function.getName().str(), {}});
    for (KernelOp kernel : getKernels(function)) {
      if (failed(verifyPlan(kernel, machine)))
        return failure();
      FailureOr<ExplainRow> row = explainKernel(kernel, machine, memory);
      if (failed(row))
        return failure();
      explained.rows.push_back(std::move(*row));
    }
  }
  return report;
}

namespace {
struct ExplainPass : public vib::impl::ExplainBase<ExplainPass> {
  using ExplainBase::ExplainBase;
  void runOnOperation() override {
    FailureOr<ExplainReport> report = vib::explain(getOperation());
    if (failed(report))
      return signalPassFailure();
    printReport(std::move(*report), ExplainForm::Full, /*width=*/80,
                llvm::errs());
    markAllAnalysesPreserved();
  }
};
} // namespace
