//===- StepFunction.cpp - A function of the step --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/StepFunction.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

StepFunction::StepFunction(OpBuilder &builder, Location loc, StringRef name)
    : builder(builder), guard(builder) {
  function =
      func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}));
  builder.setInsertionPointToStart(function.addEntryBlock());
}

Value StepFunction::addArgument(Type type, SlotKind kind, StringRef name,
                                StringRef shownName) {
  argumentSlots.push_back(getSlot(kind, name));
  Location loc =
      NameLoc::get(builder.getStringAttr(shownName.empty() ? name : shownName));
  return function.getBody().addArgument(type, loc);
}

/// Whether fusion may make one tensor of both: two posteriors may have the same
/// statistics, and slices of them.
static bool areEqual(Value lhs, Value rhs) {
  auto slice = lhs.getDefiningOp<tensor::ExtractSliceOp>();
  return lhs == rhs || (slice && rhs.getDefiningOp() &&
                        OperationEquivalence::isEquivalentTo(
                            slice, rhs.getDefiningOp(),
                            OperationEquivalence::IgnoreLocations |
                                OperationEquivalence::IgnoreDiscardableAttrs));
}

bool StepFunction::hasPlace(Value tensor) const {
  return isa<BlockArgument>(tensor) || llvm::any_of(results, [&](Value result) {
           return areEqual(tensor, result);
         });
}

void StepFunction::addResult(Value value, SlotKind kind, StringRef name) {
  results.push_back(value);
  resultSlots.push_back(getSlot(kind, name));
}

void StepFunction::finish() {
  func::ReturnOp::create(builder, function.getLoc(), results);
  Block &block = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (unsigned i = block.getNumArguments(); i-- > 0;) {
    if (!block.getArgument(i).use_empty())
      continue;
    block.eraseArgument(i);
    argumentSlots.erase(argumentSlots.begin() + i);
  }
  function.setType(builder.getFunctionType(block.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  // All at once: one by one, each call would leave a list of all of them in the
  // context.
  function.setAllArgAttrs(getAttributes(argumentSlots));
  function.setAllResultAttrs(getAttributes(resultSlots));
}

SlotAttr StepFunction::getSlot(SlotKind kind, StringRef name) {
  return SlotAttr::get(builder.getContext(), kind, name);
}

SmallVector<DictionaryAttr>
StepFunction::getAttributes(ArrayRef<SlotAttr> slots) {
  return llvm::map_to_vector(slots, [&](SlotAttr slot) {
    return builder.getDictionaryAttr(builder.getNamedAttr(kSlotAttrName, slot));
  });
}
