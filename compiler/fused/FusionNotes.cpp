//===- FusionNotes.cpp - What was fused, and what was not and why ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-fuse"

using namespace mlir;
using namespace vib;

std::string vib::describe(KernelOp kernel) {
  if (std::string words = joinWords(kernel); !words.empty())
    return words;
  SmallVector<linalg::LinalgOp> loops = getLoops(kernel);
  if (loops.empty())
    return "concatenation of slices";
  if (!getContractions(kernel).empty())
    return "contraction";
  llvm::SmallSetVector<StringRef, 8> names;
  for (linalg::LinalgOp loop : loops)
    for (Operation &op : *loop.getBlock())
      if (isa<math::MathDialect, arith::ArithDialect>(op.getDialect())
              ? !isa<arith::ConstantOp, arith::IndexCastOp, arith::CmpFOp,
                     arith::CmpIOp, arith::NegFOp, math::AbsFOp>(op)
              : isa<NoiseOp>(op))
        names.insert(op.getName().stripDialect());
  std::string text = isReduction(kernel) ? "reduction of " : "";
  constexpr size_t kMaxNames = 4;
  llvm::raw_string_ostream os(text);
  llvm::interleave(names.getArrayRef().take_front(kMaxNames), os, ", ");
  if (names.size() > kMaxNames)
    os << ", ...";
  return text;
}

/// Adds a note. Returns false if the kernel already has it.
static bool addNote(KernelOp kernel, StringRef attr, const Twine &text) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> notes;
  if (auto old = kernel->getAttrOfType<ArrayAttr>(attr))
    llvm::append_range(notes, old);
  StringAttr note = builder.getStringAttr(text);
  if (llvm::is_contained(notes, note))
    return false;
  notes.push_back(note);
  kernel->setAttr(attr, builder.getArrayAttr(notes));
  return true;
}

void vib::noteFused(KernelOp kernel, StringRef pass, const Twine &what) {
  addNote(kernel, kFusedAttrName, pass + ": " + what);
  LDBG() << pass << ": fused " << what << " into " << kernel.getName();
  remark::passed(kernel.getLoc(),
                 remark::RemarkOpts::name(pass).category("vib"))
      << ("fused into '" + kernel.getName() + "': " + what).str();
}

/// " of decode.0 and decode.noise": the layers of a kernel, if it has any.
static std::string describeLayers(KernelOp kernel) {
  llvm::SmallSetVector<StringRef, 4> layers;
  for (const LayerWork &work :
       getLayerWork(kernel->getAttrOfType<ArrayAttr>(kPartsAttrName)))
    layers.insert(work.layer);
  return layers.empty() ? ""
                        : " of " + llvm::join(layers.getArrayRef(), " and ");
}

void vib::noteUnfused(KernelOp kernel, StringRef pass, KernelOp into,
                      StringRef why) {
  std::string what = describe(kernel);
  std::string note = kernel == into ? "not split by columns: "
                                    : "not fused with " + describe(into) +
                                          describeLayers(into) + ": ";
  LDBG() << pass << ": " << kernel.getName() << " " << note << why;
  if (addNote(kernel, kUnfusedAttrName, pass + ": " + note + why))
    remark::missed(kernel.getLoc(),
                   remark::RemarkOpts::name(pass).category("vib"))
        << ("not fused into '" + into.getName() + "': " + what + ", because " +
            why)
               .str();
}

void vib::mergeNotes(KernelOp merged, KernelOp first, KernelOp second) {
  for (KernelOp kernel : {first, second})
    if (auto notes = kernel->getAttrOfType<ArrayAttr>(kFusedAttrName))
      for (Attribute note : notes)
        addNote(merged, kFusedAttrName, cast<StringAttr>(note).getValue());
  if (Attribute notes = first->getAttr(kUnfusedAttrName))
    merged->setAttr(kUnfusedAttrName, notes);
}
