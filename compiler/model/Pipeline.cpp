//===- Pipeline.cpp - Check and specialize a model --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace vib;

void vib::buildModelPipeline(OpPassManager &pm, const ModelOptions &options) {
  // Check first, so that errors refer to the text that the user wrote.
  pm.addPass(createCheckModel());
  // Expand before the types change, so that there is one op less to retype.
  pm.addNestedPass<ModelOp>(createExpandMLP());
  pm.addNestedPass<ModelOp>(createExpandCNN());
  SetPrecisionOptions precision;
  precision.precision = options.precision;
  pm.addNestedPass<ModelOp>(createSetPrecision(precision));
  SetBatchOptions batch;
  batch.batch = options.batch;
  pm.addPass(createSetBatch(batch));
  // Canonicalize last: ops that fold away need no derivative.
  pm.addNestedPass<ModelOp>(createCanonicalizerPass());
}

void vib::registerModelPasses() {
  registerVibModelPasses();
  PassPipelineRegistration<ModelOptions>(
      "vib-model", "Check a model, make its shapes static", buildModelPipeline);
}
