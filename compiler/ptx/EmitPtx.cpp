//===- EmitPtx.cpp - Translate GPU kernels to PTX -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Only multiply-adds that are explicit in the IR become an fma. LLVM is told
// not to fuse others, and ptxas does not fuse instructions with a rounding mode
// (add.rn). So a kernel always gives the same bits, and the noise is the same as
// on a CPU.
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/EmitPtx.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/OptBisect.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace vib;

namespace {
/// Disables two passes that change loads. They would split vectors of which
/// only elements are used, and then widen loads, such as three neighbouring
/// elements to four, where that cannot trap. But the fourth element may be
/// beyond what the block has written, or another thread may write it at the
/// same time. Loads must stay as wide as the emitters made them.
class LoadKeeper : public llvm::OptPassGate {
public:
  bool isEnabled() const override { return true; }
  bool shouldRunPass(StringRef pass, StringRef = "") const override {
    return pass != "VectorCombinePass" && pass != "load-store-vectorizer";
  }
};
} // namespace

static std::unique_ptr<llvm::TargetMachine> createMachine(const GpuArch &arch,
                                                          unsigned level) {
  LLVMInitializeNVPTXTargetInfo();
  LLVMInitializeNVPTXTarget();
  LLVMInitializeNVPTXTargetMC();
  LLVMInitializeNVPTXAsmPrinter();
  llvm::Triple triple("nvptx64-nvidia-cuda");
  std::string error;
  const llvm::Target *target =
      llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target)
    llvm::report_fatal_error("this LLVM has no NVPTX target");
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  return std::unique_ptr<llvm::TargetMachine>(target->createTargetMachine(
      triple, arch.name, "+ptx" + std::to_string(arch.ptxVersion), options,
      std::nullopt, std::nullopt,
      level >= 3 ? llvm::CodeGenOptLevel::Aggressive
                 : llvm::CodeGenOptLevel::Default));
}

static void optimize(llvm::Module &module, llvm::TargetMachine &machine,
                     unsigned level, const LoadKeeper &gate) {
  // A lane is a thread, so there is nothing to vectorize.
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = false;
  llvm::PassInstrumentationCallbacks callbacks;
  callbacks.registerShouldRunOptionalPassCallback(
      [&](StringRef pass, llvm::Any) { return gate.shouldRunPass(pass); });
  llvm::PassBuilder builder(&machine, tuning, std::nullopt, &callbacks);
  llvm::LoopAnalysisManager loops;
  llvm::FunctionAnalysisManager functions;
  llvm::CGSCCAnalysisManager components;
  llvm::ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  llvm::OptimizationLevel optimization =
      level >= 3   ? llvm::OptimizationLevel::O3
      : level == 2 ? llvm::OptimizationLevel::O2
                   : llvm::OptimizationLevel::O1;
  builder.buildPerModuleDefaultPipeline(optimization).run(module, modules);
}

FailureOr<std::string> vib::emitPtx(ModuleOp module, const GpuArch &arch,
                                    unsigned level) {
  auto kernels = llvm::to_vector(module.getOps<gpu::GPUModuleOp>());
  if (kernels.size() != 1)
    return module.emitError("expected one gpu.module in the phase kernels but "
                            "found ")
           << kernels.size();
  // The translation to LLVM IR would warn about this attribute, which is no
  // longer needed.
  OwningOpRef<gpu::GPUModuleOp> bare(kernels.front().clone());
  bare->walk([](LLVM::LLVMFuncOp function) {
    function->removeAttr(kKernelsAttrName);
  });

  LoadKeeper gate;
  llvm::LLVMContext context;
  context.setOptPassGate(gate);
  std::unique_ptr<llvm::Module> translated =
      translateModuleToLLVMIR(*bare, context, "kernels");
  if (!translated)
    return failure();
  std::unique_ptr<llvm::TargetMachine> machine = createMachine(arch, level);
  translated->setTargetTriple(machine->getTargetTriple());
  translated->setDataLayout(machine->createDataLayout());
  optimize(*translated, *machine, level, gate);

  SmallString<0> text;
  llvm::raw_svector_ostream os(text);
  llvm::legacy::PassManager passes;
  if (machine->addPassesToEmitFile(passes, os, nullptr,
                                   llvm::CodeGenFileType::AssemblyFile))
    llvm::report_fatal_error("the target emits no PTX");
  passes.run(*translated);
  std::string ptx = text.str().str();
  if (llvm::Error error = verifyPtx(ptx))
    return module.emitError("vibc generated PTX that is not allowed: ")
           << toString(std::move(error));
  return ptx;
}
