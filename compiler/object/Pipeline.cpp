//===- Pipeline.cpp - From kernels to the LLVM dialect --------------------===//
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
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildLLVMPipeline(OpPassManager &pm) {
  // First, while launches still refer to functions of the same types.
  pm.addPass(createLowerLaunches());

  // Upstream's way down. Vector transfers become loops while there are loops;
  // the strided metadata is expanded while there are subviews, and leaves
  // affine arithmetic behind.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createConvertVectorToSCFPass());
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  // What has no LLVM intrinsic goes to libm, one element at a time; so before
  // the vectors, whose elements are taken out, are lowered. log1p is there for
  // its precision, which log(1 + x) does not have.
  ConvertMathToLLVMPassOptions mathOptions;
  mathOptions.approximateLog1p = false;
  pm.addPass(createConvertMathToLLVMPass(mathOptions));
  pm.addPass(createConvertMathToLibmPass());
  ConvertVectorToLLVMPassOptions vectorOptions;
  vectorOptions.x86Vector = true;
  pm.addPass(createConvertVectorToLLVMPass(vectorOptions));
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  // Shapes are static, so a pointer says all that a descriptor would, and it
  // can be noalias.
  ConvertFuncToLLVMPassOptions funcOptions;
  funcOptions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(funcOptions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createReconcileUnrealizedCastsPass());

  // Last: it reads the arguments in their final types.
  pm.addPass(createWrapFunctions());
}

void vib::registerObjectPasses() {
  registerVibObjectPasses();
  PassPipelineRegistration<>("vib-to-llvm",
                             "Lower the phase kernels to the LLVM dialect",
                             [](OpPassManager &pm) { buildLLVMPipeline(pm); });
}
