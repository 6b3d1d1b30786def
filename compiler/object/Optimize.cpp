//===- Optimize.cpp - Run LLVM's passes -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Bf16Bits.h"
#include "compiler/object/Codegen.h"
#include "compiler/object/Parts.h"
#include "compiler/object/Target.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Linker/Linker.h"
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

/// Passes that change no instruction of what the emitters of kernels write,
/// because constants and conditions are folded before. They take a tenth of the
/// time of all passes.
static bool isIdle(StringRef pass) {
  static const StringSet<> idle = {"ADCEPass",
                                   "AggressiveInstCombinePass",
                                   "BDCEPass",
                                   "CalledValuePropagationPass",
                                   "ConstraintEliminationPass",
                                   "GlobalOptPass",
                                   "JumpThreadingPass",
                                   "LoopDeletionPass",
                                   "LoopDistributePass",
                                   "LoopInstSimplifyPass",
                                   "LoopLoadEliminationPass",
                                   "LoopSimplifyCFGPass",
                                   "MergedLoadStoreMotionPass",
                                   "ReversePostOrderFunctionAttrsPass",
                                   "SCCPPass",
                                   "SimpleLoopUnswitchPass"};
  return idle.contains(pass);
}

static void runPasses(Module &module, unsigned level, TargetMachine &machine) {
  // The reference (-O0) stays scalar and small: unrolled, the loops of a window
  // of a few pixels take LLVM longer than all else.
  PipelineTuningOptions tuning;
  tuning.LoopUnrolling = level > 0;
  tuning.LoopVectorization = level >= 2;
  // LLVM 22's SLP vectorizer makes invalid code of some small f64 kernels, and
  // the loops that matter are vectors already.
  tuning.SLPVectorization = false;
  PassInstrumentationCallbacks callbacks;
  if (level > 0)
    callbacks.registerShouldRunOptionalPassCallback(
        [](StringRef pass, Any) { return !isIdle(pass); });
  PassBuilder builder(&machine, tuning, std::nullopt, &callbacks);
  builder.registerLateLoopOptimizationsEPCallback(
      [](LoopPassManager &passes, OptimizationLevel) {
        passes.addPass(KeepLargeLoops());
      });
  builder.registerOptimizerLastEPCallback(
      [](ModulePassManager &passes, OptimizationLevel, ThinOrFullLTOPhase) {
        passes.addPass(createModuleToFunctionPassAdaptor(Bf16Bits()));
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
  OptimizationLevel optimization = level >= 3   ? OptimizationLevel::O3
                                   : level == 2 ? OptimizationLevel::O2
                                                : OptimizationLevel::O1;
  builder.buildPerModuleDefaultPipeline(optimization).run(module, modules);
}

/// The local functions whose address is taken, perhaps by another part. LLVM
/// would remove those that their own part does not use.
static StringSet<> findReferenced(const Module &module) {
  StringSet<> names;
  for (const Function &function : module)
    if (function.hasLocalLinkage() && function.hasAddressTaken())
      names.insert(function.getName());
  return names;
}

/// Replaces the functions of `module` by those of the parts, which keep their
/// order.
static void replaceFunctions(Module &module,
                             ArrayRef<SmallVector<char, 0>> parts) {
  SmallVector<std::string> order;
  for (Function &function : module) {
    order.push_back(function.getName().str());
    function.dropAllReferences();
  }
  for (Function &function : make_early_inc_range(module))
    function.eraseFromParent();

  Linker linker(module);
  for (ArrayRef<char> part : parts) {
    StringRef bitcode(part.data(), part.size());
    if (linker.linkInModule(cantFail(parseBitcodeFile(
            MemoryBufferRef(bitcode, "part"), module.getContext()))))
      report_fatal_error("the parts of a module do not fit together");
  }
  for (StringRef name : order)
    if (Function *function = module.getFunction(name)) {
      function->removeFromParent();
      module.getFunctionList().push_back(function);
    }
}

void vib::optimize(Module &module, const CompileOptions &options,
                   const TargetInfo &target, mlir::MLIRContext *threads) {
  if (!module.global_empty() || !isDivisible(module))
    return runPasses(module, options.level, *target.machine);

  Parts parts(module, Division::ByCalls);
  StringSet<> referenced = findReferenced(module);
  std::vector<SmallVector<char, 0>> optimized(parts.size());
  parts.forEach(threads, [&](size_t index) {
    LLVMContext context;
    reportErrors(context);
    std::unique_ptr<Module> part = parts.load(index, context);
    for (Function &function : *part)
      if (referenced.contains(function.getName()))
        function.setLinkage(GlobalValue::ExternalLinkage);
    runPasses(*part, options.level, *cloneMachine(*target.machine));
    optimized[index] = writeBitcode(*part);
  });
  replaceFunctions(module, optimized);
  for (Function &function : module)
    if (referenced.contains(function.getName()))
      function.setLinkage(GlobalValue::InternalLinkage);
}
