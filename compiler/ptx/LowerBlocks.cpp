//===- LowerBlocks.cpp - Lower GPU kernels to NVVM ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// This replaces upstream's convert-gpu-to-nvvm, which does not convert nvgpu
// and lowers math to calls of CUDA's device library. The patterns that lower
// math to instructions therefore have a higher benefit. Dynamic shared memory
// becomes an array without a size; LLVM and PTX only allow that for an external
// symbol.
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/Passes.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/GPUToNVVM/GPUToNVVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/NVGPUToNVVM/NVGPUToNVVM.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVM.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Index/IR/IndexDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_LOWERBLOCKS
#include "compiler/ptx/Passes.h.inc"
} // namespace vib

namespace {

struct LowerBlocks : vib::impl::LowerBlocksBase<LowerBlocks> {
  using LowerBlocksBase::LowerBlocksBase;

  void runOnOperation() override {
    gpu::GPUModuleOp kernels = getOperation();
    LowerToLLVMOptions options(&getContext(), DataLayout(kernels));
    options.overrideIndexBitwidth(indexBits);
    // Shapes are static, so a bare pointer carries all information of a memref
    // descriptor.
    options.useBarePtrCallConv = true;
    LLVMTypeConverter converter(&getContext(), options);
    configureGpuToNVVMTypeConverter(converter);
    converter.addConversion([&](nvgpu::DeviceAsyncTokenType type) -> Type {
      return converter.convertType(IntegerType::get(type.getContext(), 32));
    });

    RewritePatternSet patterns(&getContext());
    populateMathToLLVMConversionPatterns(converter, patterns,
                                         /*approximateLog1p=*/false,
                                         /*benefit=*/2);
    populateGpuToNVVMConversionPatterns(converter, patterns);
    populateNVGPUToNVVMConversionPatterns(converter, patterns);
    arith::populateArithToLLVMConversionPatterns(converter, patterns);
    cf::populateControlFlowToLLVMConversionPatterns(converter, patterns);
    index::populateIndexToLLVMConversionPatterns(converter, patterns);
    populateFinalizeMemRefToLLVMConversionPatterns(converter, patterns);
    populateVectorToLLVMConversionPatterns(converter, patterns);
    ub::populateUBToLLVMConversionPatterns(converter, patterns);
    LLVMConversionTarget target(getContext());
    target.addLegalDialect<NVVM::NVVMDialect>();
    target.addIllegalDialect<arith::ArithDialect, cf::ControlFlowDialect,
                             gpu::GPUDialect, index::IndexDialect,
                             math::MathDialect, memref::MemRefDialect,
                             nvgpu::NVGPUDialect, vector::VectorDialect>();
    target.addLegalOp<gpu::GPUModuleOp>();
    if (failed(applyPartialConversion(kernels, target, std::move(patterns))))
      return signalPassFailure();
    for (auto global : kernels.getOps<LLVM::GlobalOp>())
      if (!global.getValueAttr())
        global.setLinkage(LLVM::Linkage::External);
  }
};

} // namespace
