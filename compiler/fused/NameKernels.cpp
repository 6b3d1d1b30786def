//===- NameKernels.cpp - Name the kernels -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/Passes.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_NAMEKERNELS
#include "compiler/fused/Passes.h.inc"
} // namespace vib

namespace {
/// A parsed label: `encode.4.grad` has the stem `encode`, the layer `4` and the
/// role `.grad`.
struct Label {
  StringRef stem, layer, role;

  explicit Label(StringRef name) {
    role = "";
    for (StringRef suffix : {".grad", ".in"})
      if (name.consume_back(suffix))
        role = suffix;
    auto [head, tail] = name.rsplit('.');
    bool numbered = !tail.empty() && llvm::all_of(tail, llvm::isDigit);
    stem = numbered ? head : name;
    layer = numbered ? tail : "";
  }
};

struct NameKernelsPass : public vib::impl::NameKernelsBase<NameKernelsPass> {
  void runOnOperation() override {
    // The number of a layer is removed if no function has another layer of the
    // same family, so that a layer has the same name in all functions.
    llvm::StringMap<llvm::StringSet<>> families;
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (KernelOp kernel : getKernels(function)) {
        Label label(kernel.getName());
        if (!label.layer.empty())
          families[label.stem].insert(label.layer);
      }
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      llvm::StringSet<> taken;
      for (KernelOp kernel : getKernels(function)) {
        Label label(kernel.getName());
        std::string name = kernel.getName().str();
        if (families[label.stem].size() <= 1)
          name = (label.stem + label.role).str();
        if (taken.contains(name) && getContractions(kernel).empty())
          name += isReduction(kernel) ? ".rows" : ".map";
        std::string base = name;
        for (unsigned number = 1; !taken.insert(name).second; ++number)
          name = base + "." + std::to_string(number);
        kernel.setName(name);
      }
    }
  }
};
} // namespace
