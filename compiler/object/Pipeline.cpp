//===- Pipeline.cpp - Lower kernels to the LLVM dialect -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildLLVMPipeline(OpPassManager &pm) {
  // Lower launches first, while they still refer to functions of the same
  // types.
  pm.addPass(createLowerLaunches());

  // The rest is upstream's lowering, function by function where it can be.
  // Vector transfers are lowered while there are loops; strided metadata is
  // expanded while there are subviews, which leaves affine arithmetic behind.
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createConvertVectorToSCFPass());
  functions.addPass(createSCFToControlFlowPass());
  functions.addPass(memref::createExpandStridedMetadataPass());
  functions.addPass(createLowerAffinePass());
  // Functions without an LLVM intrinsic become calls of libm, one element at a
  // time. That must happen before vectors are lowered, because elements are
  // extracted from them. log1p stays a call: log(1 + x) would lose its
  // precision.
  ConvertMathToLLVMPassOptions mathOptions;
  mathOptions.approximateLog1p = false;
  functions.addPass(createConvertMathToLLVMPass(mathOptions));
  pm.addPass(createConvertMathToLibmPass());
  ConvertVectorToLLVMPassOptions vectorOptions;
  vectorOptions.x86Vector = true;
  OpPassManager &vectors = pm.nest<func::FuncOp>();
  vectors.addPass(createConvertVectorToLLVMPass(vectorOptions));
  // Most of the rest is converted in one pass, which unlike the passes of these
  // dialects can run on one function. That of memref declares malloc and free
  // in the module, so it must not run on several functions at once.
  ConvertToLLVMPassOptions bodyOptions;
  bodyOptions.filterDialects = {"arith", "cf", "index"};
  bodyOptions.allowPatternRollback = false;
  vectors.addPass(createConvertToLLVMPass(bodyOptions));
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Shapes are static, so a bare pointer carries all information of a memref
  // descriptor, and it can be noalias.
  ConvertFuncToLLVMPassOptions funcOptions;
  funcOptions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(funcOptions));
  OpPassManager &lowered = pm.nest<LLVM::LLVMFuncOp>();
  lowered.addPass(createCanonicalizerPass());
  lowered.addPass(createCSEPass());
  lowered.addPass(createReconcileUnrealizedCastsPass());

  // Wrap functions last, when their arguments have their final types.
  pm.addPass(createWrapFunctions());
}

void vib::registerObjectPasses() {
  registerVibObjectPasses();
  PassPipelineRegistration<>("vib-to-llvm",
                             "Lower the phase kernels to the LLVM dialect",
                             [](OpPassManager &pm) { buildLLVMPipeline(pm); });
}
