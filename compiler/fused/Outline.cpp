//===- Outline.cpp - The phase fused on one screen --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   encode.0       contract(x, encode.0.weight), bias, relu -> encode.0
//   encode.0.grad  contract(x^T, encode.2.in), adam, average, bias gradient ->
//                  encode.0.weight, encode.0.bias and their m, v, a in place
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Outline.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/TextLayout.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

/// The value that a slice is a part of, or that has a border.
static Value getWhole(Value value) {
  while (true) {
    if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
      value = slice.getSource();
    else if (auto insert = value.getDefiningOp<tensor::InsertSliceOp>())
      value = insert.getSource();
    else
      return value;
  }
}

/// Whether some ops of the kernel need whole rows of others: an op reads a sum
/// over the row, or a contraction reads what the kernel computes.
static bool worksByRows(KernelOp kernel) {
  // An update reads the sum that is the gradient of a bias.
  if (updatesState(kernel) ||
      KernelSpace(kernel).getSharedParallelClasses().empty())
    return false;
  return llvm::any_of(getLoops(kernel), [](linalg::LinalgOp op) {
    if (isContraction(op))
      return llvm::any_of(op.getDpsInputs(), [](Value operand) {
        auto producer = getWhole(operand).getDefiningOp<linalg::LinalgOp>();
        return producer && !isPrologue(producer);
      });
    return op.getNumReductionLoops() != 0 &&
           llvm::any_of(op->getUsers(), llvm::IsaPred<linalg::LinalgOp>);
  });
}

/// "h0, rate"; "encode.0.weight, encode.0.bias and their m, v, a in place".
static std::string describeResults(KernelOp kernel) {
  llvm::SmallSetVector<StringRef, 8> names, parameters, moments;
  for (auto [output, argument] :
       llvm::zip(kernel.getOutputs(), kernel.getOutputArgs())) {
    BlockArgument state = getState(output);
    if (!state) {
      names.insert(getValueName(argument));
      continue;
    }
    SlotAttr slot = getSlot(state);
    parameters.insert(slot.getName());
    if (slot.getKind() != SlotKind::Weight)
      moments.insert(slot.getKind() == SlotKind::Moment1   ? "m"
                     : slot.getKind() == SlotKind::Moment2 ? "v"
                                                           : "a");
  }
  std::string text = llvm::join(names, ", ");
  if (parameters.empty())
    return text;
  if (!text.empty())
    text += "; ";
  text += llvm::join(parameters, ", ");
  if (!moments.empty())
    text += (parameters.size() == 1 ? " and its " : " and their ") +
            llvm::join(moments, ", ");
  return text + " in place";
}

void vib::printOutline(ModuleOp module, unsigned width, raw_ostream &os) {
  size_t longest = 0;
  module.walk([&](KernelOp kernel) {
    longest = std::max(longest, kernel.getName().size());
  });
  bool first = true;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    os << (first ? "" : "\n") << function.getName() << '\n';
    first = false;
    for (KernelOp kernel : getKernels(function)) {
      std::string head = ("  " + kernel.getName()).str();
      head.resize(longest + 4, ' ');
      printWrapped(head,
                   (worksByRows(kernel) ? "by rows: " : "") + describe(kernel) +
                       " -> " + describeResults(kernel),
                   /*indent=*/longest + 4, width, os);
    }
  }
}
