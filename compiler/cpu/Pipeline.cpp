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

void vib::buildPlanPipeline(OpPassManager &pm, const KernelsOptions &options) {
  // Both passes change the shapes of tensors, so they run before places are
  // assigned. Merging looks at row-major contractions, so it comes first.
  pm.addPass(createMergeContractions({options.vectorBits}));
  pm.addPass(createTransposeNarrow({options.vectorBits}));
  pm.addPass(
      createPlanArena(PlanArenaOptions{options.vectorBits, options.hasBf16}));
}

void vib::buildKernelsPipeline(OpPassManager &pm,
                               const KernelsOptions &options) {
  // Every address in a kernel is a base plus a constant, so memory is planned
  // before code is emitted.
  buildPlanPipeline(pm, options);
  pm.addPass(createEmitCpuKernels(
      EmitCpuKernelsOptions{options.vectorBits, options.hasBf16}));
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
  PassPipelineRegistration<KernelsOptions> kernels(
      "vib-to-kernels", "fused -> kernels: loops and vectors over one arena",
      [](OpPassManager &pm, const KernelsOptions &options) {
        buildKernelsPipeline(pm, options);
      });
}
