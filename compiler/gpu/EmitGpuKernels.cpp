//===- EmitGpuKernels.cpp - Lower vib.kernel to thread blocks -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function of the phase fused becomes an entry that contains launches.
// Each launch becomes a gpu.func that contains its kernels:
//
//   gpu.func @step_kernel_kernel(blocks, arena, %step) {
//     %block, %thread
//     if %block < blocks of the first kernel
//       the first kernel (GpuKernelEmitter.cpp)
//     else the next kernel, …
//   }
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlanVerifier.h"
#include "compiler/gpu/GpuKernelEmitter.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/KernelBody.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EMITGPUKERNELS
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// A symbol that is valid in PTX.
std::string getSymbol(StringRef entry, ArrayRef<LaunchPart> parts) {
  std::string symbol = entry.str();
  for (const LaunchPart &part : parts)
    symbol += "_" + part.info.name;
  for (char &c : symbol)
    if (!llvm::isAlnum(c))
      c = '_';
  return symbol;
}

struct EmitGpuKernels : vib::impl::EmitGpuKernelsBase<EmitGpuKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    MemoryMap memory(module);
    OpBuilder builder(&getContext());
    builder.setInsertionPointToStart(module.getBody());
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    builder.getUnitAttr());
    kernels = gpu::GPUModuleOp::create(builder, module.getLoc(), "kernels");
    if (failed(emitGather(module, kernels, symbols)))
      return signalPassFailure();
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (function.getName() != "gather" && failed(emit(function, memory)))
        return signalPassFailure();
    module->setAttr(kPhaseAttrName, StringAttr::get(&getContext(), "kernels"));
  }

  LogicalResult emit(func::FuncOp function, const MemoryMap &memory);
  LogicalResult emitLaunch(func::FuncOp entry, ArrayRef<LaunchPart> parts,
                           OpBuilder &launches, const MemoryMap &memory);

  gpu::GPUModuleOp kernels;
  llvm::StringSet<> symbols;
};

/// Sets the names of the arguments in printed IR.
void nameArguments(Block &block) {
  MLIRContext *context = block.getParentOp()->getContext();
  for (BlockArgument argument : block.getArguments()) {
    unsigned i = argument.getArgNumber();
    argument.setLoc(NameLoc::get(StringAttr::get(
        context, i < kNumBases ? stringifyBaseKind(BaseKind(i)) : "step")));
  }
}

/// Creates what the kernels of a launch use, at the start of its function.
LaunchValues createValues(OpBuilder &builder, gpu::GPUFuncOp function,
                          bool hasShared) {
  Location loc = function.getLoc();
  builder.setInsertionPointToStart(&function.getBody().front());
  LaunchValues values;
  for (unsigned i = 0; i != kNumBases; ++i)
    values.bases[i] = function.getArgument(i);
  values.step = function.getArgument(kNumBases);
  values.thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  values.block = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  if (hasShared)
    values.shared = gpu::DynamicSharedMemoryOp::create(
        builder, loc,
        MemRefType::get(
            {ShapedType::kDynamic}, builder.getI8Type(),
            MemRefLayoutAttrInterface(),
            gpu::AddressSpaceAttr::get(builder.getContext(),
                                       gpu::AddressSpace::Workgroup)));
  Operation *end = gpu::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  return values;
}

/// Emits the kernels of a launch: the first blocks run the first one, those
/// after them the next one.
LogicalResult emitParts(OpBuilder &builder, Location loc,
                        ArrayRef<LaunchPart> parts,
                        const LaunchValues &values) {
  auto index = [&](int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  int64_t first = 0;
  for (auto [i, part] : llvm::enumerate(parts)) {
    Value block = values.block;
    if (first != 0)
      block = arith::SubIOp::create(builder, loc, block, index(first));
    if (i + 1 == parts.size())
      return part.emit(builder, values, block);
    first += part.info.blocks;
    Value isMine = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ult, values.block, index(first));
    auto branch =
        scf::IfOp::create(builder, loc, isMine, /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    if (failed(part.emit(builder, values, block)))
      return failure();
    builder.setInsertionPointToStart(branch.elseBlock());
  }
  return success();
}

LogicalResult EmitGpuKernels::emitLaunch(func::FuncOp entry,
                                         ArrayRef<LaunchPart> parts,
                                         OpBuilder &launches,
                                         const MemoryMap &memory) {
  OpBuilder builder(&getContext());
  builder.setInsertionPointToEnd(kernels.getBody());
  std::string symbol = makeUnique(getSymbol(entry.getName(), parts), symbols);
  int64_t blocks = 0, shared = 0;
  SmallVector<Attribute> infos;
  for (const LaunchPart &part : parts) {
    blocks += part.info.blocks;
    shared = std::max(shared, part.sharedBytes);
    infos.push_back(getKernelInfo(builder, entry.getName(), part.info));
  }
  SmallVector<Type> types = getKernelTypes(&getContext(), memory);
  auto function = gpu::GPUFuncOp::create(builder, entry.getLoc(), symbol,
                                         builder.getFunctionType(types, {}));
  markKernel(function, builder.getArrayAttr(infos));
  nameArguments(function.getBody().front());
  LaunchValues values = createValues(builder, function, shared != 0);
  if (failed(emitParts(builder, entry.getLoc(), parts, values)))
    return failure();
  numKernels += parts.size();
  createLaunch(launches, function, blocks, shared, entry.getArguments());
  return success();
}

LogicalResult EmitGpuKernels::emit(func::FuncOp function,
                                   const MemoryMap &memory) {
  GpuOptions options = GpuOptions::get(getOperation());
  if (failed(checkResults(function, memory)))
    return failure();
  FailureOr<SmallVector<NamedKernel>> found = collectKernels(function);
  if (failed(found))
    return failure();
  std::vector<std::unique_ptr<GpuKernelEmitter>> emitters;
  std::map<int64_t, SmallVector<LaunchPart>> launches;
  for (auto &[kernel, name] : *found) {
    if (failed(verifyBlockPlan(kernel, options)))
      return failure();
    auto launch = kernel->getAttrOfType<IntegerAttr>(kLaunchAttrName);
    auto combine = kernel->getAttrOfType<IntegerAttr>(kCombineLaunchAttrName);
    emitters.push_back(
        std::make_unique<GpuKernelEmitter>(kernel, name, options, memory));
    std::optional<LaunchPart> combination = emitters.back()->getCombination();
    if (!launch || (combination && !combine))
      return kernel.emitError("expected the kernel to have a launch number: "
                              "run vib-group-kernels first");
    launches[launch.getInt()].push_back(emitters.back()->getPart());
    if (combination)
      launches[combine.getInt()].push_back(*combination);
  }

  OpBuilder builder(function);
  auto entry = createEntry(builder, function.getLoc(), function.getName(),
                           getKernelTypes(&getContext(), memory));
  nameArguments(entry.front());
  OpBuilder inEntry = OpBuilder::atBlockTerminator(&entry.front());
  for (auto &[number, parts] : launches)
    if (failed(emitLaunch(entry, parts, inEntry, memory)))
      return failure();
  function.erase();
  return success();
}

} // namespace
