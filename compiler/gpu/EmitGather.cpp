//===- EmitGather.cpp - Copy a batch from the data set --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The data set is on the device in the form in which it is stored in files.
// Block r copies row order[row0 + r] of each input and each target to row r of
// its tensor in the arena, or writes zeros if the batch has no more rows:
//
//   gpu.func @gather(%input, …, %target, …, %order, %arena, %step)
//
// Rows are copied in words if their size is a multiple of a word.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/Launches.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/StepField.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "runtime/Abi.h"

using namespace mlir;
using namespace vib;

namespace {

class GatherEmitter {
public:
  GatherEmitter(OpBuilder &builder, Location loc)
      : builder(builder), loc(loc) {}

  void emit(gpu::GPUFuncOp function, ArrayRef<Place> places,
            ArrayRef<RankedTensorType> types);

private:
  Value index(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }
  /// Loads a value of `type` at `offset` from `base`.
  Value load(Value base, int64_t offset, Type type) {
    Value view =
        memref::ViewOp::create(builder, loc, MemRefType::get({1}, type), base,
                               index(offset), ValueRange());
    return memref::LoadOp::create(builder, loc, view, index(0));
  }
  Value extend(Value value) {
    return arith::ExtUIOp::create(builder, loc, builder.getI64Type(), value);
  }
  /// Copies a row of `type` from `source` to the place of a tensor, or writes
  /// zeros.
  void copyRow(Value source, Value sourceRow, Value isInside, Value base,
               const Place &place, RankedTensorType type, Value row,
               Value thread);

  OpBuilder &builder;
  Location loc;
};

} // namespace

void GatherEmitter::copyRow(Value source, Value sourceRow, Value isInside,
                            Value base, const Place &place,
                            RankedTensorType type, Value row, Value thread) {
  int64_t rowBytes = type.getNumElements() / type.getDimSize(0) *
                     getElementBytes(type.getElementType());
  int64_t bytes = rowBytes % 4 == 0 ? 4 : 1;
  Type word = builder.getIntegerType(8 * bytes);
  int64_t words = rowBytes / bytes;
  Type i64 = builder.getI64Type();
  Type pointer = source.getType();
  Value target =
      createView(builder, loc, base, {place.base, place.offset, {words}},
                 RankedTensorType::get({type.getDimSize(0), words}, word));
  Value length =
      arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(words));
  Value first = arith::MulIOp::create(builder, loc, sourceRow, length);
  auto loop = scf::ForOp::create(builder, loc, thread, index(words),
                                 index(kBlockThreads));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value column = loop.getInductionVar();
  auto branch = scf::IfOp::create(builder, loc, TypeRange{word}, isInside,
                                  /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    Value place = arith::AddIOp::create(
        builder, loc, first,
        arith::IndexCastUIOp::create(builder, loc, i64, column));
    Value address = LLVM::GEPOp::create(builder, loc, pointer, word, source,
                                        ArrayRef<LLVM::GEPArg>{place});
    Value value = LLVM::LoadOp::create(builder, loc, word, address);
    scf::YieldOp::create(builder, loc, value);
    builder.setInsertionPointToStart(branch.elseBlock());
    Value zero = arith::ConstantOp::create(builder, loc,
                                           builder.getIntegerAttr(word, 0));
    scf::YieldOp::create(builder, loc, zero);
  }
  memref::StoreOp::create(builder, loc, branch.getResult(0), target,
                          ValueRange{row, column});
}

void GatherEmitter::emit(gpu::GPUFuncOp function, ArrayRef<Place> places,
                         ArrayRef<RankedTensorType> types) {
  Type i32 = builder.getI32Type();
  unsigned arrays = types.size();
  Value order = function.getArgument(arrays);
  Value arena = function.getArgument(arrays + 1);
  Value step = function.getArgument(arrays + 2);
  Value thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  Value row = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  Value rows = load(step, lookupStepField("rows")->offset, i32);
  Value row0 = load(step, lookupStepField("row0")->offset, i32);
  Value number = arith::IndexCastUIOp::create(builder, loc, i32, row);
  Value isInside = arith::CmpIOp::create(
      builder, loc, arith::CmpIPredicate::slt, number, rows);
  auto branch = scf::IfOp::create(builder, loc, TypeRange{i32}, isInside,
                                  /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    Value place = arith::AddIOp::create(builder, loc, row0, number);
    Value address =
        LLVM::GEPOp::create(builder, loc, order.getType(), i32, order,
                            ArrayRef<LLVM::GEPArg>{extend(place)});
    Value value = LLVM::LoadOp::create(builder, loc, i32, address);
    scf::YieldOp::create(builder, loc, value);
    builder.setInsertionPointToStart(branch.elseBlock());
    Value zero =
        arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(0));
    scf::YieldOp::create(builder, loc, zero);
  }
  Value sourceRow = extend(branch.getResult(0));
  for (unsigned i = 0; i != arrays; ++i)
    copyRow(function.getArgument(i), sourceRow, isInside, arena, places[i],
            types[i], row, thread);
}

/// The entries of `vib.tensors` for the inputs and the targets.
static SmallVector<TensorAttr> getGathered(ModuleOp module) {
  // Without a description, the module is of one input and one target.
  Builder builder(module.getContext());
  SmallVector<NamedAttribute> inputs = {
      builder.getNamedAttr("x", builder.getUnitAttr())};
  SmallVector<NamedAttribute> targets = inputs;
  auto model = module->getAttrOfType<ModelAttr>(kModelAttrName);
  if (model) {
    inputs = llvm::to_vector(model.getInputs());
    targets = llvm::to_vector(model.getLikelihoods());
  }
  auto lookup = [&](StringRef name) -> TensorAttr {
    for (auto tensor : module->getAttrOfType<ArrayAttr>(kTensorsAttrName)
                           .getAsRange<TensorAttr>())
      if (tensor.getName() == name && !tensor.getInternal())
        return tensor;
    return {};
  };
  SmallVector<TensorAttr> gathered;
  for (unsigned i = 0; i < inputs.size(); ++i) {
    TensorAttr raw = lookup(ModelAttr::getTensorName("image", inputs, i));
    gathered.push_back(raw ? raw
                           : lookup(ModelAttr::getTensorName("x", inputs, i)));
  }
  for (unsigned i = 0; i < targets.size(); ++i)
    if (!model || !model.getReconstructed(targets[i]))
      gathered.push_back(lookup(ModelAttr::getTensorName("y", targets, i)));
  if (llvm::is_contained(gathered, TensorAttr()))
    return {};
  return gathered;
}

SmallVector<RankedTensorType> vib::getGatheredTypes(ModuleOp module) {
  return llvm::map_to_vector(
      getGathered(module), [](TensorAttr tensor) { return tensor.getType(); });
}

LogicalResult vib::emitGather(ModuleOp module, gpu::GPUModuleOp kernels,
                              llvm::StringSet<> &symbols) {
  if (!module->getAttrOfType<ArrayAttr>(kTensorsAttrName))
    return module.emitError("expected a memory plan, but ")
           << kTensorsAttrName
           << " is missing: run vib-plan-device-arena first";
  SmallVector<TensorAttr> gathered = getGathered(module);
  if (gathered.empty())
    return success();
  SmallVector<Place> places;
  SmallVector<RankedTensorType> types;
  KernelCost cost;
  for (TensorAttr tensor : gathered) {
    types.push_back(tensor.getType());
    places.push_back(getPlace(tensor.getPlace(), types.back()));
    cost.bytes += 2 * getMemoryBytes(types.back(), places.back().layout);
  }
  int64_t blocks = types[0].getDimSize(0);

  Location loc = module.getLoc();
  MemoryMap memory(module);
  OpBuilder builder(module.getContext());
  SmallVector<Type> arguments = getGatherTypes(module, memory);
  builder.setInsertionPointToEnd(kernels.getBody());
  auto function =
      gpu::GPUFuncOp::create(builder, loc, makeUnique("gather", symbols),
                             builder.getFunctionType(arguments, {}));
  markKernel(function, builder.getArrayAttr({getKernelInfo(
                           builder, "gather", {"gather", cost, blocks})}));
  builder.setInsertionPointToStart(&function.getBody().front());
  Operation *end = gpu::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  GatherEmitter(builder, loc).emit(function, places, types);

  builder.setInsertionPointAfter(kernels);
  func::FuncOp entry = createEntry(builder, loc, "gather", arguments);
  builder.setInsertionPoint(entry.front().getTerminator());
  createLaunch(builder, function, blocks, /*sharedBytes=*/0,
               entry.getArguments());
  return success();
}
