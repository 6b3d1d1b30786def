//===- Phases.cpp - Runs the passes that lead to a phase ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Phases.h"
#include "compiler/cpu/Explain.h"
#include "compiler/cpu/Machine.h"
#include "compiler/cpu/Passes.h"
#include "compiler/fused/Passes.h"
#include "compiler/gpu/Passes.h"
#include "compiler/model/Passes.h"
#include "compiler/object/Passes.h"
#include "compiler/ptx/Passes.h"
#include "compiler/reference/Passes.h"
#include "compiler/step/Passes.h"
#include "compiler/support/MemoryLimit.h"
#include "compiler/support/UniqueFile.h"
#include "mlir/Pass/PassManager.h"
#include "tools/vibc/Timing.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

using namespace mlir;
using namespace vib;

/// Sorts the uses of every value in the order of the text.
void vib::normalizeUses(ModuleOp module) {
  module->walk<WalkOrder::PreOrder>([](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(operand.get());
    for (BlockOperand &successor : op->getBlockOperands())
      successor.set(successor.get());
  });
}

/// A plan is for the CPU of the options, which may have been edited.
static LogicalResult verifyMachine(ModuleOp module, const Settings &settings) {
  const TargetInfo &target = settings.target;
  auto expected =
      CpuAttr::get(module.getContext(), target.vectorBits, target.hasBf16);
  if (module->getAttr(kMachineAttrName) == expected)
    return success();
  return module.emitError("expected ")
         << kMachineAttrName << " to be " << expected << ", for "
         << settings.options.cpu;
}

LogicalResult vib::verifyPhase(Phase phase, ModuleOp module,
                               const Settings &settings) {
  const CompileOptions &options = settings.options;
  // The verifiers accept a part of a module, as tests of passes have.
  if (phase > Phase::Model && !module->hasAttr(kModelAttrName))
    return module.emitError("expected a description of the model, ")
           << kModelAttrName;
  PassManager manager(module.getContext());
  switch (phase) {
  case Phase::Step:
    manager.addPass(createVerifyStep());
    break;
  case Phase::Fused:
    manager.addPass(createVerifyFused());
    break;
  case Phase::Planned:
    if (options.isCuda()) {
      manager.addPass(createVerifyGpuPlanned());
      break;
    }
    if (options.level != 0 && failed(verifyMachine(module, settings)))
      return failure();
    manager.addPass(createVerifyPlanned());
    break;
  case Phase::Kernels:
    manager.addPass(options.isCuda() ? createVerifyGpuKernels()
                                     : createVerifyKernels());
    break;
  default:
    return success();
  }
  return manager.run(module);
}

static void setTarget(KernelsOptions &options, const TargetInfo &target) {
  options.vectorBits = target.vectorBits;
  options.hasBf16 = target.hasBf16;
}

static void addPipeline(OpPassManager &manager, Phase phase, ModuleOp module,
                        const Settings &settings) {
  const CompileOptions &options = settings.options;
  switch (phase) {
  case Phase::Model: {
    ModelOptions modelOptions;
    modelOptions.batch = options.batch;
    modelOptions.precision = options.precision;
    buildModelPipeline(manager, modelOptions);
    return;
  }
  case Phase::Step: {
    StepOptions stepOptions;
    stepOptions.batch = options.batch;
    stepOptions.precision = options.precision;
    stepOptions.withGradients = options.gradients;
    buildStepPipeline(manager, stepOptions);
    return;
  }
  case Phase::Fused:
    buildFusedPipeline(manager);
    return;
  case Phase::Planned: {
    if (options.isCuda()) {
      buildGpuPlannedPipeline(manager);
      return;
    }
    KernelsOptions kernelsOptions;
    setTarget(kernelsOptions, settings.target);
    buildPlannedPipeline(manager, kernelsOptions);
    return;
  }
  case Phase::Kernels: {
    if (options.isCuda()) {
      buildGpuKernelsPipeline(manager);
      return;
    }
    if (options.level == 0) {
      buildReferencePipeline(manager);
      return;
    }
    KernelsOptions kernelsOptions;
    setTarget(kernelsOptions, settings.target);
    buildKernelsPipeline(manager, kernelsOptions);
    return;
  }
  case Phase::Ptx:
    buildNvvmPipeline(manager, getIndexBits(module));
    return;
  case Phase::LLVM:
    buildLLVMPipeline(manager);
    return;
  default:
    llvm_unreachable("not a phase of MLIR");
  }
}

namespace {
/// The file for the reproducer of a failure. It is created only when a failure
/// occurs.
class ReproducerFile : public ReproducerStream {
public:
  static std::unique_ptr<ReproducerStream> create(std::string &error,
                                                  std::string &path) {
    SmallString<128> name;
    int descriptor;
    if (llvm::Error failure =
            createTemporaryFile("vibc-crash", "mlir", name, &descriptor)) {
      error = toString(std::move(failure));
      return nullptr;
    }
    path = name.str().str();
    return std::make_unique<ReproducerFile>(descriptor, path);
  }
  ReproducerFile(int descriptor, StringRef path)
      : path(path), stream(descriptor, /*shouldClose=*/true) {}
  // Where the disk is full, the file is of no use, but the message is.
  ~ReproducerFile() override {
    stream.close();
    stream.clear_error();
  }
  StringRef description() override { return path; }
  raw_ostream &os() override { return stream; }

private:
  std::string path;
  llvm::raw_fd_ostream stream;
};
} // namespace

LogicalResult vib::lowerTo(Phase phase, ModuleOp module, Settings &settings,
                           const Input &input, StringRef toolPath,
                           Timing &timing) {
  TimingScope scope = timing.begin(getPhaseName(phase));
  MLIRContext *context = module.getContext();
  std::string reproducer;
  PassManager manager(context, ModuleOp::getOperationName(),
                      PassManager::Nesting::Implicit);
  manager.enableCrashReproducerGeneration([&](std::string &error) {
    return ReproducerFile::create(error, reproducer);
  });
  timing.measure(manager, scope);
#ifdef NDEBUG
  // Between the passes of the long pipelines, only the file of a phase is
  // verified, which may have been edited. It would take a third of their time,
  // and otherwise finds only bugs of vibc.
  manager.enableVerifier(phase <= Phase::Fused || input.phase > Phase::Model);
#endif
  if (failed(applyPassManagerCLOptions(manager)))
    return failure();
  addPipeline(manager, phase, module, settings);

  // Errors of passes are printed. MLIR's own report of the failure is not.
  unsigned numErrors = 0;
  ScopedDiagnosticHandler counter(context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    if (StringRef(diagnostic.str()).contains("while processing an MLIR"))
      return success();
    ++numErrors;
    return failure();
  });
  if (failed(manager.run(module))) {
    // Some errors in a model, or in the file of a phase, are found only by a
    // pass. The user then needs only the error of the pass.
    if (numErrors && (phase <= Phase::Step || phase == Phase::Planned ||
                      input.phase > Phase::Model)) {
      llvm::sys::fs::remove(reproducer);
      return failure();
    }
    if (isMemoryShort()) {
      llvm::sys::fs::remove(reproducer);
      char reason[256];
      describeMemoryShortage(reason, sizeof reason);
      fail(input.name + ": cannot be compiled: " + reason);
      return failure();
    }
    SmallString<128> opt(llvm::sys::path::parent_path(toolPath));
    llvm::sys::path::append(opt, "vib-opt");
    llvm::sys::DontRemoveFileOnSignal(reproducer);
    llvm::errs() << "vibc: this is a bug in vibc, not in your model. To see it "
                    "again:\n  "
                 << opt << " --run-reproducer " << reproducer << "\n";
    return failure();
  }
  if (phase > Phase::Kernels)
    return success();
  module->setAttr(kPhaseAttrName,
                  StringAttr::get(context, getPhaseName(phase)));
  // Options that nobody gave are those of the model.
  settings.takeStated(module);
  module->setAttr(kOptionsAttrName, settings.options.getAttribute(context));
  normalizeUses(module);
  return success();
}

FailureOr<ExplainReport> vib::explainModule(Phase phase, ModuleOp module,
                                            const Settings &settings) {
  OwningOpRef<ModuleOp> planned;
  if (phase == Phase::Fused) {
    planned = module.clone();
    PassManager manager(module.getContext());
    KernelsOptions options;
    setTarget(options, settings.target);
    buildPlannedPipeline(manager, options);
    if (failed(manager.run(*planned)))
      return failure();
    module = *planned;
  }
  FailureOr<ExplainReport> report = explain(module);
  if (succeeded(report))
    report->machine["cpu"] = settings.options.cpu;
  return report;
}
