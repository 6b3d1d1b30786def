//===- ContractionKernel.cpp - A kernel of one contraction ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ContractionKernel.h"
#include "compiler/gpu/BlockContraction.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include <numeric>

using namespace mlir;
using namespace vib;

void vib::loadKernelDialects(MLIRContext &context) {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

/// A view of a part of the block's shared memory.
static Value createView(OpBuilder &builder, Location loc, Value shared,
                        int64_t offset, ArrayRef<int64_t> extents,
                        Type element) {
  auto type =
      MemRefType::get(extents, element, MemRefLayoutAttrInterface(),
                      cast<MemRefType>(shared.getType()).getMemorySpace());
  Value shift = arith::ConstantIndexOp::create(builder, loc, offset);
  return memref::ViewOp::create(builder, loc, type, shared, shift,
                                ValueRange{});
}

/// Copies the tile of a result at (row, column) to the rows of `out` from
/// `firstRow` on.
static void emitEpilogue(OpBuilder &builder, Location loc,
                         const Contraction &contraction,
                         const BlockShape &shape, Value thread, Value result,
                         Value out, int64_t firstRow, Value row, Value column) {
  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  auto loop = scf::ForOp::create(builder, loc, thread,
                                 constant(shape.rows * shape.columns),
                                 constant(kBlockThreads));
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value number = loop.getInductionVar();
  Value i =
      arith::DivUIOp::create(builder, loc, number, constant(shape.columns));
  Value j =
      arith::RemUIOp::create(builder, loc, number, constant(shape.columns));
  Value value = memref::LoadOp::create(builder, loc, result, ValueRange{i, j});
  row = arith::AddIOp::create(builder, loc, row, i);
  column = arith::AddIOp::create(builder, loc, column, j);
  auto isLess = [&](Value a, int64_t b) -> Value {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult, a,
                                 constant(b));
  };
  Value isIn = arith::AndIOp::create(builder, loc, isLess(row, contraction.m),
                                     isLess(column, contraction.n));
  auto guarded = scf::IfOp::create(builder, loc, isIn);
  builder.setInsertionPointToStart(guarded.thenBlock());
  row = arith::AddIOp::create(builder, loc, row, constant(firstRow));
  memref::StoreOp::create(builder, loc, value, out, ValueRange{row, column});
}

BlockShape Contraction::getShape() const {
  BlockShape shape = *chooseBlockShape(m, n, k, results, precision, lhs, rhs);
  auto [rows, columns, down] = warps;
  if (down == 0)
    return shape;
  shape.rows = rows * down;
  shape.columns = columns * 4 / down;
  shape.warpRows = rows;
  shape.warpColumns = columns;
  shape.stages = 3;
  return shape;
}

ContractionKernel vib::buildKernel(MLIRContext &context,
                                   const Contraction &contraction) {
  BlockShape shape = contraction.getShape();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  int64_t m = contraction.m, n = contraction.n, k = contraction.k;
  unsigned results = contraction.results;
  Type f32 = builder.getF32Type();
  auto makeOperandType = [&](OperandForm form, int64_t extent) {
    Type element = form.isBf16 ? builder.getBF16Type() : f32;
    return form.reductionFirst ? MemRefType::get({k, extent}, element)
                               : MemRefType::get({extent, k}, element);
  };
  int64_t downTiles = llvm::divideCeil(m, shape.rows);
  int64_t acrossTiles = llvm::divideCeil(n, shape.columns);
  int64_t stride = shape.getResultStride();
  int64_t resultBytes = 4 * shape.rows * stride;

  ContractionKernel kernel;
  kernel.shape = shape;
  kernel.blocks = downTiles * acrossTiles;
  kernel.threads = kBlockThreads;
  kernel.sharedBytes =
      std::max(shape.getStagingBytes(results), results * resultBytes);
  kernel.module = ModuleOp::create(loc);
  builder.setInsertionPointToStart(kernel.module->getBody());
  auto module = gpu::GPUModuleOp::create(builder, loc, "kernels");
  builder.setInsertionPointToStart(module.getBody());
  auto type =
      builder.getFunctionType({makeOperandType(contraction.lhs, m),
                               makeOperandType(contraction.rhs, results * n),
                               MemRefType::get({results * m, n}, f32)},
                              {});
  auto function = gpu::GPUFuncOp::create(builder, loc, "kernel", type);
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(),
                    builder.getUnitAttr());
  function.setKnownBlockSizeAttr(
      builder.getDenseI32ArrayAttr({int32_t(kernel.threads), 1, 1}));
  // Without this, the assembler aims at more blocks and spills registers.
  function->setAttr(NVVM::NVVMDialect::getMinctasmAttrName(),
                    builder.getI32IntegerAttr(2));
  builder.setInsertionPointToStart(&function.getBody().front());

  auto constant = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  Value thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  Value block = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  Value row = arith::MulIOp::create(
      builder, loc,
      arith::DivUIOp::create(builder, loc, block, constant(acrossTiles)),
      constant(shape.rows));
  Value column = arith::MulIOp::create(
      builder, loc,
      arith::RemUIOp::create(builder, loc, block, constant(acrossTiles)),
      constant(shape.columns));
  auto space =
      gpu::AddressSpaceAttr::get(&context, gpu::AddressSpace::Workgroup);
  Value shared = gpu::DynamicSharedMemoryOp::create(
      builder, loc,
      MemRefType::get({ShapedType::kDynamic}, builder.getI8Type(),
                      MemRefLayoutAttrInterface(), space));
  Value staging =
      createView(builder, loc, shared, 0, {shape.getStagingBytes(results)},
                 builder.getI8Type());

  TileOperand lhs = {function.getArgument(0), contraction.lhs.reductionFirst,
                     row, shape.rows, m};
  SmallVector<TileOperand> rhs;
  SmallVector<Value> tiles;
  for (unsigned j = 0; j != results; ++j) {
    Value start = arith::AddIOp::create(builder, loc, column, constant(j * n));
    int64_t multiple = j == 0 ? shape.columns : std::gcd(n, shape.columns);
    rhs.push_back({function.getArgument(1), contraction.rhs.reductionFirst,
                   start, multiple, (j + 1) * n});
    tiles.push_back(createView(builder, loc, shared, j * resultBytes,
                               {shape.rows, stride}, f32));
  }
  emitBlockContraction(builder, loc, shape, lhs, rhs, k, thread, staging,
                       tiles);
  for (unsigned j = 0; j != results; ++j)
    emitEpilogue(builder, loc, contraction, shape, thread, tiles[j],
                 function.getArgument(2), j * m, row, column);
  gpu::ReturnOp::create(builder, loc);
  return kernel;
}

/// The lowering turns dynamic shared memory into a variable of the module,
/// which the launch provides.
static void declareSharedMemory(ModuleOp module) {
  module.walk([](LLVM::GlobalOp global) {
    global.setLinkage(LLVM::Linkage::External);
  });
}

static LogicalResult lower(ModuleOp module) {
  PassManager pm(module.getContext());
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createLoopInvariantCodeMotionPass());
  kernels.addPass(createConvertNVGPUToNVVMPass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createConvertMathToLLVMPass());
  ConvertGpuOpsToNVVMOpsOptions options;
  options.useBarePtrCallConv = true;
  kernels.addPass(createConvertGpuOpsToNVVMOps(options));
  kernels.addPass(createConvertVectorToLLVMPass());
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  if (failed(pm.run(module)))
    return failure();
  declareSharedMemory(module);
  return success();
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine) {
  llvm::PassBuilder builder(&machine);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O2)
      .run(module, modules);
}

std::string vib::makePtx(ContractionKernel &kernel) {
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  if (failed(lower(*kernel.module)))
    return "";
  llvm::LLVMContext context;
  auto kernels = *kernel.module->getBody()->getOps<gpu::GPUModuleOp>().begin();
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(kernels, context);
  if (!module)
    return "";
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(
      triple, "sm_80", "+ptx70", llvm::TargetOptions(), std::nullopt,
      std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  machine->Options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  module->setTargetTriple(triple);
  module->setDataLayout(machine->createDataLayout());
  optimize(*module, *machine);
  llvm::SmallString<0> text;
  llvm::raw_svector_ostream os(text);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, os, nullptr,
                                   llvm::CodeGenFileType::AssemblyFile))
    return "";
  passes.run(*module);
  return text.str().str();
}
