//===- BindSlots.cpp - Bind the tensors of a step to memory ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Memory.h"
#include "compiler/reference/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_BINDSLOTS
#include "compiler/reference/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct BindSlots : vib::impl::BindSlotsBase<BindSlots> {
  void runOnOperation() override {
    MemoryMap memory(getOperation());
    for (auto function :
         llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>()))
      if (failed(bind(function, memory)))
        return signalPassFailure();
    getOperation()->setAttr(kPhaseAttrName,
                            StringAttr::get(&getContext(), "kernels"));
  }

  LogicalResult bind(func::FuncOp function, const MemoryMap &memory) {
    Signature signature;
    SmallVector<std::optional<Place>> arguments, results;
    auto addTensor = [&](SlotAttr slot, Type type,
                         SmallVectorImpl<std::optional<Place>> &places) {
      if (!slot || slot.getKind() == SlotKind::Scalar)
        return failure();
      FailureOr<Place> place =
          memory.lookup(slot, cast<RankedTensorType>(type));
      if (failed(place))
        return failure();
      signature.addBase(place->base);
      places.push_back(*place);
      return success();
    };
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
      SlotAttr slot = getArgSlot(function, i);
      if (slot && slot.getKind() == SlotKind::Scalar) {
        signature.addScalar(slot, type);
        arguments.push_back(std::nullopt);
      } else if (failed(addTensor(slot, type, arguments))) {
        return function.emitError("expected argument ")
               << i << " to have a vib.slot with a place in the memory plan";
      }
    }
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      if (failed(addTensor(getResultSlot(function, i), type, results)))
        return function.emitError("expected result ")
               << i << " to have a vib.slot with a place in the memory plan";

    OpBuilder builder(function);
    Location loc = function.getLoc();
    func::FuncOp bound = signature.createFunction(
        builder, loc, function.getName(), TypeRange(), memory);
    bound->setAttr(kEntryAttrName, builder.getUnitAttr());

    SmallVector<Value> values;
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
      if (!arguments[i]) {
        values.push_back(signature.getScalar(getArgSlot(function, i)));
        continue;
      }
      Value view =
          createView(builder, loc, signature.getBase(arguments[i]->base),
                     *arguments[i], cast<RankedTensorType>(type));
      values.push_back(bufferization::ToTensorOp::create(
          builder, loc, type, view, /*restrict=*/true, /*writable=*/false));
      ++numBound;
    }
    Block *body = builder.getInsertionBlock();
    body->getOperations().splice(body->end(), function.front().getOperations());
    for (auto [argument, value] :
         llvm::zip_equal(function.getArguments(), values))
      argument.replaceAllUsesWith(value);

    Operation *terminator = body->getTerminator();
    builder.setInsertionPoint(terminator);
    for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
      auto type = cast<RankedTensorType>(value.getType());
      Value view = createView(builder, loc, signature.getBase(results[i]->base),
                              *results[i], type);
      bufferization::MaterializeInDestinationOp::create(
          builder, loc, Type(), value, view, /*restrict=*/true,
          /*writable=*/true);
      ++numBound;
    }
    func::ReturnOp::create(builder, loc);
    terminator->erase();
    function.erase();
    return success();
  }
};

} // namespace
