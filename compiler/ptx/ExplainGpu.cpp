//===- ExplainGpu.cpp - A table of the launches of a GPU ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The time is a bound, not a measurement: that of the operations at the rate of
// the chip's data sheet, or that of the bytes, whichever is longer. Launches
// that share their blocks add up.
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/ExplainGpu.h"
#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "compiler/kernels/Table.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
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

static Cost getCost(DictionaryAttr info, const GpuArch &arch) {
  Cost cost;
  cost.flops = info.getAs<FloatAttr>("flops").getValueAsDouble();
  cost.bytes = info.getAs<FloatAttr>("bytes").getValueAsDouble();
  StringRef operands = info.getAs<StringAttr>("operands").getValue();
  cost.compute = cost.flops / (operands == "bf16"   ? arch.bf16
                               : operands == "tf32" ? arch.tf32
                                                    : arch.f32);
  cost.memory = cost.bytes / arch.bandwidth;
  return cost;
}

/// Two decimals, or of what is small two digits.
static std::string formatMicroseconds(double seconds) {
  double value = seconds * 1e6;
  int decimals =
      value > 0 && value < 0.1 ? 1 - int(std::floor(std::log10(value))) : 2;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.*f", decimals, value);
  return text;
}

static void explainEntry(func::FuncOp entry, const GpuArch &arch,
                         const llvm::StringMap<KernelResources> &resources,
                         raw_ostream &os) {
  std::vector<TableRow> rows = {{"launch", "grid", "block", "shared",
                                 "registers", "occupancy", "FLOP", "byte", "us",
                                 "bound", "fused"}};
  Cost total;
  double seconds = 0;
  for (auto launch : entry.front().getOps<gpu::LaunchFuncOp>()) {
    Operation *kernel =
        SymbolTable::lookupNearestSymbolFrom(launch, launch.getKernel());
    Cost cost;
    SmallVector<std::string> names, fused;
    for (auto info : kernel->getAttrOfType<ArrayAttr>(kKernelsAttrName)
                         .getAsRange<DictionaryAttr>()) {
      names.push_back(info.getAs<StringAttr>("name").str());
      cost.add(getCost(info, arch));
      std::string what = listFused(info.getAs<ArrayAttr>("fused"));
      if (!what.empty())
        fused.push_back(what);
    }
    auto [blocks, threads, shared] = getLaunchSizes(launch);
    KernelResources known = resources.lookup(launch.getKernelName().getValue());
    unsigned resident =
        getResidentBlocks(arch, threads, shared, known.registers);
    total.add(cost);
    seconds += cost.getSeconds();
    rows.push_back(
        {llvm::join(names, " + "), std::to_string(blocks),
         std::to_string(threads), std::to_string(shared),
         known.registers ? std::to_string(known.registers) : "-",
         std::to_string(100 * resident * threads / arch.threads) + " %",
         scaled(cost.flops), scaled(cost.bytes),
         formatMicroseconds(cost.getSeconds()),
         cost.compute >= cost.memory ? "compute" : "memory",
         llvm::join(fused, "; ")});
  }
  size_t launches = rows.size() - 1;
  os << entry.getName() << ": " << launches
     << (launches == 1 ? " launch, " : " launches, ")
     << scaled(total.flops, "FLOP") << ", " << scaled(total.bytes, "B")
     << " moved, at least " << formatMicroseconds(seconds) << " us on an "
     << arch.chip << '\n';
  printTable(rows, /*numbers=*/8, os);
}

void vib::explainGpu(ModuleOp module, const GpuArch &arch,
                     const llvm::StringMap<KernelResources> &resources,
                     raw_ostream &os) {
  for (auto entry : module.getOps<func::FuncOp>()) {
    explainEntry(entry, arch, resources, os);
    os << '\n';
  }
  os << "us: a bound, not a measurement: the time that an " << arch.chip
     << " takes at " << scaled(arch.f32, "FLOP/s") << " of f32, "
     << scaled(arch.tf32, "FLOP/s") << " of tf32, "
     << scaled(arch.bf16, "FLOP/s") << " of bf16 and "
     << scaled(arch.bandwidth, "B/s")
     << " of memory.\n"
        "  What a cache still holds of an earlier launch can come sooner; what "
        "a launch itself costs is not in it.\n"
        "shared: bytes a block. registers: of a thread, as ptxas says.\n"
        "occupancy: the threads that a multiprocessor of this chip has at work "
        "at a time, of those that it can have.\n";
}
