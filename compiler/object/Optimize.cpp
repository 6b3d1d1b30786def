//===- Optimize.cpp - Run LLVM's passes -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Codegen.h"
#include "compiler/object/Target.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"

using namespace llvm;
using namespace vib;

/// LLVM unrolls no loop of ours with this many memory accesses and calls. (An
/// fma is a call of an intrinsic.)
static constexpr unsigned kLargeLoop = 128;

static bool isLarge(const Loop &loop) {
  unsigned count = 0;
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block)
      if (isa<LoadInst, StoreInst, CallBase>(instruction) &&
          ++count == kLargeLoop)
        return true;
  return false;
}

namespace {
/// Tells LLVM not to unroll large loops, such as those around a tile. To find
/// that out itself, it simulates iterations of each, which takes a third of the
/// time of all passes.
class KeepLargeLoops : public PassInfoMixin<KeepLargeLoops> {
public:
  PreservedAnalyses run(Loop &loop, LoopAnalysisManager &,
                        LoopStandardAnalysisResults &, LPMUpdater &) {
    if (isLarge(loop))
      loop.setLoopAlreadyUnrolled();
    return PreservedAnalyses::all();
  }
};
} // namespace

void vib::optimize(llvm::Module &module, const CompileOptions &options,
                   const TargetInfo &target) {
  // The reference (-O0) stays scalar.
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = options.level >= 2;
  PassBuilder builder(target.machine.get(), tuning);
  builder.registerLateLoopOptimizationsEPCallback(
      [](LoopPassManager &passes, OptimizationLevel) {
        passes.addPass(KeepLargeLoops());
      });
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  OptimizationLevel level = options.level >= 3   ? OptimizationLevel::O3
                            : options.level == 2 ? OptimizationLevel::O2
                                                 : OptimizationLevel::O1;
  builder.buildPerModuleDefaultPipeline(level).run(module, modules);
}
