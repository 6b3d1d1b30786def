//===- KernelParts.cpp - Describing what a kernel computes ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

StringRef vib::getValueName(Value value) {
  if (auto result = dyn_cast<OpResult>(value))
    if (auto kernel = dyn_cast<KernelOp>(result.getOwner()))
      value = kernel.getOutputArgs()[result.getResultNumber()];
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (SlotAttr slot = getSlot(argument))
      return slot.getName();
  if (auto name = value.getLoc()->findInstanceOf<NameLoc>())
    return name.getName();
  return {};
}

/// "x", "x^T" if the contraction reads it transposed, "_" without a name.
static std::string describeOperand(Value value, bool transposed) {
  // A weight is rounded for each contraction that reads it.
  if (auto op = value.getDefiningOp<linalg::LinalgOp>())
    if (isPrologue(op))
      value = op.getDpsInputs().front();
  StringRef name = getValueName(value);
  return (name.empty() ? "_" : name.str()) + (transposed ? "^T" : "");
}

/// "contract(x, w^T)": the left operand is summed over its last dimension, the
/// right one over its first, unless it is transposed.
static std::string describeContraction(linalg::LinalgOp op) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto isReduced = [&](AffineExpr expr) {
    return !maps[2].isFunctionOfDim(cast<AffineDimExpr>(expr).getPosition());
  };
  ArrayRef<AffineExpr> lhs = maps[0].getResults(), rhs = maps[1].getResults();
  bool lhsTransposed = !isReduced(lhs.back());
  bool rhsTransposed = !isReduced(rhs.front());
  return "contract(" + describeOperand(op->getOperand(0), lhsTransposed) +
         ", " + describeOperand(op->getOperand(1), rhsTransposed) + ")";
}

static ArrayAttr getParts(KernelOp kernel) {
  return kernel->getAttrOfType<ArrayAttr>(kPartsAttrName);
}

void vib::setPart(KernelOp kernel, Operation *root) {
  std::string words;
  if (auto word = root->getAttrOfType<StringAttr>(kWordAttrName))
    words = word.getValue();
  else if (isa<linalg::ContractOp>(root))
    words = describeContraction(cast<linalg::LinalgOp>(root));
  auto label = root->getAttrOfType<StringAttr>(kLabelAttrName);
  if (!label || words.empty())
    return;
  Builder builder(kernel.getContext());
  kernel->setAttr(kPartsAttrName, builder.getStrArrayAttr(
                                      {label.getValue().str() + ": " + words}));
}

void vib::mergeParts(KernelOp kernel, KernelOp first, KernelOp second) {
  llvm::SmallSetVector<Attribute, 8> parts;
  for (KernelOp part : {first, second})
    if (ArrayAttr attr = getParts(part))
      parts.insert_range(attr);
  if (!parts.empty())
    kernel->setAttr(kPartsAttrName,
                    ArrayAttr::get(kernel.getContext(), parts.getArrayRef()));
}

void vib::splitPart(KernelOp kernel, ArrayRef<StringRef> names) {
  ArrayAttr parts = getParts(kernel);
  if (!parts)
    return;
  SmallVector<Attribute> changed(parts.getValue());
  for (Attribute &part : changed) {
    StringRef text = cast<StringAttr>(part).getValue();
    if (text.contains(": contract("))
      part = StringAttr::get(kernel.getContext(),
                             text + " as " + llvm::join(names, " | "));
  }
  kernel->setAttr(kPartsAttrName, ArrayAttr::get(kernel.getContext(), changed));
}

SmallVector<LayerWork> vib::getLayerWork(ArrayAttr parts) {
  SmallVector<LayerWork> all;
  if (!parts)
    return all;
  for (Attribute part : parts) {
    std::pair<StringRef, StringRef> text =
        cast<StringAttr>(part).getValue().split(": ");
    StringRef layer = text.first;
    StringRef pass = layer.consume_back(".in")     ? "input gradient"
                     : layer.consume_back(".grad") ? "weight gradient"
                                                   : "forward";
    auto *work = llvm::find_if(all, [&](const LayerWork &other) {
      return other.layer == layer && other.pass == pass;
    });
    if (work == all.end())
      work = &all.emplace_back(LayerWork{layer, pass, {}});
    work->words.push_back(text.second);
  }
  return all;
}

std::string vib::joinWords(KernelOp kernel) {
  SmallVector<StringRef> words;
  for (const LayerWork &work : getLayerWork(getParts(kernel)))
    llvm::append_range(words, work.words);
  return llvm::join(words, ", ");
}
