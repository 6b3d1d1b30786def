//===- Launches.cpp - Kernels, entries and their launches -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "runtime/Abi.h"

using namespace mlir;
using namespace vib;

int64_t vib::getArgumentAlignment(gpu::GPUFuncOp function, unsigned argument) {
  constexpr int64_t kBaseAlignment = 256;
  bool isStep = argument + 1 == function.getNumArguments();
  return isStep ? alignof(VibStep) : kBaseAlignment;
}

std::string vib::makeUnique(std::string symbol, llvm::StringSet<> &symbols) {
  std::string unique = symbol;
  for (unsigned i = 1; !symbols.insert(unique).second; ++i)
    unique = symbol + "_" + std::to_string(i);
  return unique;
}

KernelInfoAttr vib::getKernelInfo(Builder &builder, StringRef entry,
                                  const KernelInfo &info) {
  return KernelInfoAttr::get(
      builder.getContext(), info.name, entry, info.blocks,
      builder.getF64FloatAttr(info.cost.flops),
      builder.getF64FloatAttr(info.cost.bytes), info.operands, info.parts,
      info.fused, info.unfused);
}

static Type getStepType(MLIRContext *context) {
  return MemRefType::get(sizeof(VibStep), IntegerType::get(context, 8));
}

SmallVector<Type> vib::getKernelTypes(MLIRContext *context,
                                      const MemoryMap &memory) {
  SmallVector<Type> types;
  Type byte = IntegerType::get(context, 8);
  for (unsigned base = 0; base != kNumBases; ++base)
    types.push_back(MemRefType::get(memory.getBytes(BaseKind(base)), byte));
  types.push_back(getStepType(context));
  return types;
}

SmallVector<Type> vib::getGatherTypes(ModuleOp module,
                                      const MemoryMap &memory) {
  MLIRContext *context = module.getContext();
  size_t arrays = 2;
  if (auto model = module->getAttrOfType<ModelAttr>(kModelAttrName))
    arrays = model.getInputs().size() +
             llvm::count_if(model.getLikelihoods(), [&](NamedAttribute target) {
               return !model.getReconstructed(target);
             });
  SmallVector<Type> types(arrays + 1, LLVM::LLVMPointerType::get(context));
  types.push_back(MemRefType::get(memory.getBytes(BaseKind::Arena),
                                  IntegerType::get(context, 8)));
  types.push_back(getStepType(context));
  return types;
}

void vib::markKernel(gpu::GPUFuncOp function, ArrayAttr kernels) {
  Builder builder(function.getContext());
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
  function.setKnownBlockSizeAttr(
      builder.getDenseI32ArrayAttr({int32_t(kBlockThreads), 1, 1}));
  function->setAttr(kKernelsAttrName, kernels);
  // Two blocks should fit on a multiprocessor. Without this, the assembler aims
  // at more and has too few registers.
  function->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                    builder.getI32IntegerAttr(2));
  for (unsigned i = 0, n = function.getNumArguments(); i != n; ++i) {
    function.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                        builder.getUnitAttr());
    function.setArgAttr(
        i, LLVM::LLVMDialect::getAlignAttrName(),
        builder.getI64IntegerAttr(getArgumentAlignment(function, i)));
  }
}

func::FuncOp vib::createEntry(OpBuilder &builder, Location loc, StringRef name,
                              TypeRange arguments) {
  auto entry = func::FuncOp::create(builder, loc, name,
                                    builder.getFunctionType(arguments, {}));
  entry->setAttr(kEntryAttrName, builder.getUnitAttr());
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(entry.addEntryBlock());
  func::ReturnOp::create(builder, loc);
  return entry;
}

void vib::createLaunch(OpBuilder &builder, gpu::GPUFuncOp function,
                       int64_t blocks, int64_t sharedBytes,
                       ValueRange arguments) {
  Location loc = function.getLoc();
  auto index = [&](int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value).getResult();
  };
  Value one = index(1);
  Value shared;
  if (sharedBytes != 0)
    shared = arith::ConstantOp::create(builder, loc,
                                       builder.getI32IntegerAttr(sharedBytes));
  gpu::LaunchFuncOp::create(
      builder, loc, function, gpu::KernelDim3{index(blocks), one, one},
      gpu::KernelDim3{index(kBlockThreads), one, one}, shared, arguments);
}

LaunchSizes vib::getLaunchSizes(gpu::LaunchFuncOp launch) {
  Value shared = launch.getDynamicSharedMemorySize();
  return {*getConstantIntValue(launch.getGridSizeX()),
          *getConstantIntValue(launch.getBlockSizeX()),
          shared ? *getConstantIntValue(shared) : 0};
}
