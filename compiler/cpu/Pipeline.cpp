//===- Pipeline.cpp - The pipeline to the kernels of a CPU ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/expand/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildPlannedPipeline(OpPassManager &pm,
                               const KernelsOptions &options) {
  pm.addPass(
      createSetMachine(SetMachineOptions{options.vectorBits, options.hasBf16}));
  pm.addNestedPass<func::FuncOp>(createMergeImages());
  // Both passes change the shapes of tensors, so they run before tiles are
  // chosen. Merging looks at row-major contractions, so it comes first.
  pm.addPass(createMergeContractions());
  pm.addPass(createTransposeNarrow());
  // The tiles determine the scratch of a kernel, which needs a place.
  pm.addNestedPass<func::FuncOp>(createChooseTiles());
  pm.addPass(createPlanArena());
  // Whether rows follow each other without a gap depends on their place.
  pm.addNestedPass<func::FuncOp>(createChooseVectors());
  pm.addPass(createVerifyPlanned());
}

void vib::buildKernelsPipeline(OpPassManager &pm,
                               const KernelsOptions &options) {
  pm.addPass(createEmitCpuKernels());
  // Every pass from here on takes time for each op, so equal kernels are merged
  // at once.
  pm.addPass(createShareKernels());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  // The bodies are vectors now, so the noise expands to vector operations.
  functions.addPass(createExpandNoise());
  functions.addPass(createExpandRounding({options.hasBf16}));
  // Fold address arithmetic and hoist invariants before the math functions are
  // approximated, so that fewer functions are expanded.
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  functions.addPass(createLoopInvariantCodeMotionPass());
  functions.addPass(createApproximateMath());
  functions.addPass(createCanonicalizerPass());
  functions.addPass(createCSEPass());
  pm.addPass(createVerifyKernels());
}

void vib::registerCpuPipelines() {
  PassPipelineRegistration<KernelsOptions> planned(
      "vib-to-planned", "fused -> planned: sizes and places in attributes",
      [](OpPassManager &pm, const KernelsOptions &options) {
        buildPlannedPipeline(pm, options);
      });
  PassPipelineRegistration<KernelsOptions> kernels(
      "vib-to-kernels", "planned -> kernels: loops and vectors over one arena",
      [](OpPassManager &pm, const KernelsOptions &options) {
        buildKernelsPipeline(pm, options);
      });
}
