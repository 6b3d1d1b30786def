//===- ExplainGpu.cpp - A table of the launches of a GPU ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The time is an estimate, not a measurement: the time of the operations at the
// rate of the chip's data sheet, or the time of the bytes, whichever is longer.
// The kernels that share a launch add up.
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/ExplainGpu.h"
#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/Table.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include <cmath>

using namespace mlir;
using namespace vib;

namespace {
struct Cost {
  double flops = 0, bytes = 0, compute = 0, memory = 0;
  double getSeconds() const { return std::max(compute, memory); }
  void add(const Cost &other) {
    flops += other.flops;
    bytes += other.bytes;
    compute += other.compute;
    memory += other.memory;
  }
};
} // namespace

/// The operations a second with operands of this precision.
static double getFlops(const GpuArch &arch, Precision operands) {
  switch (operands) {
  case Precision::BF16:
    return arch.bf16;
  case Precision::TF32:
    return arch.tf32;
  default:
    return arch.f32;
  }
}

static Cost getCost(KernelInfoAttr info, const GpuArch &arch) {
  Cost cost;
  cost.flops = info.getFlops().getValueAsDouble();
  cost.bytes = info.getBytes().getValueAsDouble();
  cost.compute = cost.flops / getFlops(arch, info.getOperands());
  cost.memory = cost.bytes / arch.bandwidth;
  return cost;
}

/// Two decimals, or two digits of a number below 0.1.
static std::string formatMicroseconds(double value) {
  int decimals =
      value > 0 && value < 0.1 ? 1 - int(std::floor(std::log10(value))) : 2;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", decimals, value);
  return text;
}

static ExplainRow explainLaunch(gpu::LaunchFuncOp launch, const GpuArch &arch,
                                const llvm::StringMap<KernelResources> &all) {
  Operation *kernel =
      SymbolTable::lookupNearestSymbolFrom(launch, launch.getKernel());
  ExplainRow row;
  Cost cost;
  SmallVector<std::string> names;
  llvm::SetVector<StringRef> operands;
  for (auto info : kernel->getAttrOfType<ArrayAttr>(kKernelsAttrName)
                       .getAsRange<KernelInfoAttr>()) {
    names.push_back(info.getName().str());
    cost.add(getCost(info, arch));
    if (info.getFlops().getValueAsDouble() > 0)
      operands.insert(stringifyPrecision(info.getOperands()));
    row.kernels.push_back(
        {names.back(), info.getParts(), info.getFused(), info.getUnfused()});
  }
  row.name = llvm::join(names, " + ");
  row.flops = cost.flops;
  row.bytes = cost.bytes;
  row.time = cost.getSeconds() * 1e6;
  row.isComputeBound = cost.compute >= cost.memory;

  auto [blocks, threads, shared] = getLaunchSizes(launch);
  KernelResources known = all.lookup(launch.getKernelName().getValue());
  unsigned resident = getResidentBlocks(arch, threads, shared, known.registers);
  unsigned occupancy = 100 * resident * threads / arch.threads;
  row.division = std::to_string(blocks) + (blocks == 1 ? " block" : " blocks");
  row.details = {
      {"each block", std::to_string(threads) + " threads, " +
                         std::to_string(shared) + " bytes of shared memory"},
      {"registers of a thread",
       known.registers ? std::to_string(known.registers) : "not known"},
      {"occupancy", std::to_string(occupancy) + " %"}};
  if (!operands.empty())
    row.details.push_back({"multiplies in", llvm::join(operands, " and ")});
  row.sizes = llvm::json::Object{
      {"blocks", blocks},
      {"threads", threads},
      {"shared_bytes", shared},
      {"multiplies_in", llvm::json::Array(operands)},
      {"registers", known.registers
                        ? llvm::json::Value(int64_t(known.registers))
                        : llvm::json::Value(nullptr)},
      {"occupancy", double(occupancy) / 100}};
  return row;
}

ExplainReport
vib::explainGpu(ModuleOp module, const GpuArch &arch,
                const llvm::StringMap<KernelResources> &resources) {
  ExplainReport report;
  report.thing = "launch";
  report.unit = "us";
  report.formatTime = formatMicroseconds;
  report.notes = {
      ("us: an estimate, not a measurement: the microseconds that an " +
       arch.chip + " takes at " + scaled(arch.f32, "FLOP/s") + " of f32, " +
       scaled(arch.tf32, "FLOP/s") + " of tf32, " +
       scaled(arch.bf16, "FLOP/s") + " of bf16 and " +
       scaled(arch.bandwidth, "B/s") +
       " of memory. It does not include the overhead of a launch. Data that an "
       "earlier launch left in a cache may be read faster.")
          .str(),
      "bound by: which of the two, computing or memory, takes longer.",
      "divided into: the blocks of threads, which the multiprocessors execute.",
      "relu' is the derivative of relu, x^T the transpose of x."};
  report.fullNotes = {
      "fused by: the passes that put other work into this kernel, and that "
      "work.",
      "registers: as ptxas reports them.",
      "occupancy: the threads that a multiprocessor of this chip runs at a "
      "time, as a part of those that it can hold.",
      "multiplies in: the precision of the factors. Only contractions of "
      "matrices are computed in tf32 or bf16; convolutions are computed in "
      "f32."};
  report.machine = llvm::json::Object{
      {"target", "cuda"},        {"chip", arch.chip},
      {"f32_flops", arch.f32},   {"tf32_flops", arch.tf32},
      {"bf16_flops", arch.bf16}, {"bytes_per_second", arch.bandwidth}};
  for (auto entry : module.getOps<func::FuncOp>()) {
    ExplainFunction &function = report.functions.emplace_back(
        ExplainFunction{entry.getName().str(), {}});
    for (auto launch : entry.front().getOps<gpu::LaunchFuncOp>())
      function.rows.push_back(explainLaunch(launch, arch, resources));
  }
  return report;
}
