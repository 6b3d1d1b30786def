//===- Compilation.cpp - One run of vibc ----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compiling a model in one run, or through files of phases, gives the same
// bytes. This is ensured as follows:
//
// - Every file records the options, and a flag that contradicts them is an
//   error.
// - Before a module enters the next phase, its uses are normalized.
// - From LLVM IR on, every step works on text (compiler/object/Codegen.cpp).
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Compilation.h"
#include "compiler/object/Codegen.h"
#include "compiler/object/Descriptor.h"
#include "compiler/onnx/ExportOnnx.h"
#include "compiler/ptx/EmitPtx.h"
#include "compiler/ptx/ExplainGpu.h"
#include "dialect/Vib.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "tools/vibc/Phases.h"
#include "tools/vibc/Supervisor.h"
#include "tools/vibc/Threads.h"
#include "llvm/IR/LLVMContext.h"
#include <algorithm>

using namespace mlir;
using namespace vib;

static DialectRegistry createRegistry() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  registerAllToLLVMIRTranslations(registry);
  registry.insert<VibDialect>();
  return registry;
}

Compilation::Compilation(const Flags &flags, std::string toolPath)
    : flags(flags), toolPath(std::move(toolPath)),
      context(createRegistry(), MLIRContext::Threading::DISABLED),
      timing(flags.timing), output(this->flags, settings) {
  startThreads();
}

void Compilation::startThreads() {
  unsigned wanted = llvm::hardware_concurrency().compute_thread_count();
  // Each pipeline runs on a thread of its own, where its crash can be caught.
  unsigned count = std::max(countThreads(wanted + 1), 1u) - 1;
  if (count == wanted) {
    context.enableMultithreading();
    return;
  }
  llvm::errs() << "vibc: note: the system allows " << count << " of " << wanted
               << " threads, so compiling takes longer\n";
  if (count < 2)
    return;
  threads = std::make_unique<llvm::DefaultThreadPool>(
      llvm::hardware_concurrency(count));
  context.setThreadPool(*threads);
}

int Compilation::read() {
  TimingScope scope = timing.begin("read");
  if (int code = input.read(flags.input, context))
    return code;
  phase = input.phase;
  if (!input.module)
    text = input.buffer->getBuffer().str();
  return 0;
}

//===----------------------------------------------------------------------===//
// The phases in MLIR
//===----------------------------------------------------------------------===//

int Compilation::lowerTo(Phase next) {
  if (failed(
          vib::lowerTo(next, *input.module, settings, input, toolPath, timing)))
    return 1;
  phase = next;
  // Without --precision, the model's own precision is known only now.
  if (next == Phase::Model && settings.options.isCuda())
    return settleTarget(flags, input, settings);
  return 0;
}

/// Explains a program for the CPU once it is planned, or in the phase fused if
/// the run ends there.
int Compilation::explain() {
  if (!flags.explain || settings.options.isCuda() ||
      phase != std::min(flags.emit, Phase::Planned))
    return 0;
  TimingScope scope = timing.begin("explain");
  FailureOr<ExplainReport> report =
      explainModule(phase, *input.module, settings);
  if (failed(report))
    return 1;
  output.print(std::move(*report));
  return 0;
}

/// `resources` is empty if the PTX was not assembled.
void Compilation::explainGpu(
    const llvm::StringMap<KernelResources> &resources) {
  TimingScope scope = timing.begin("explain");
  ExplainReport report =
      vib::explainGpu(*input.module, *settings.arch, resources);
  report.machine["arch"] = settings.options.arch;
  output.print(std::move(report));
}

/// Writes the module if it is requested.
int Compilation::emitModule(bool &done) {
  // On a GPU the launches are known here, but not their registers.
  if (phase == Phase::Kernels && phase == flags.emit && flags.explain &&
      settings.options.isCuda())
    explainGpu({});
  return output.emit(phase, *input.module, done);
}

int Compilation::lowerModule() {
  normalizeUses(*input.module);
  {
    TimingScope scope = timing.begin("verify");
    if (failed(verifyPhase(phase, *input.module, settings)))
      return 1;
  }
  if (phase == Phase::Model)
    if (int code = lowerTo(Phase::Model))
      return code;
  if (int code = explain())
    return code;
  bool done = false;
  if (int code = emitModule(done); code || done)
    return code;
  if (flags.emit == Phase::Onnx)
    return emitOnnx();
  for (Phase next :
       {Phase::Step, Phase::Fused, Phase::Planned, Phase::Kernels}) {
    bool hasKernels = next == Phase::Fused || next == Phase::Planned;
    if (next <= phase || (hasKernels && settings.options.level == 0))
      continue;
    if (int code = lowerTo(next))
      return code;
    if (int code = explain())
      return code;
    if (int code = emitModule(done); code || done)
      return code;
  }
  return settings.options.isCuda() ? lowerToGpuObject() : lowerToObject();
}

int Compilation::emitOnnx() {
  TimingScope scope = timing.begin(getPhaseName(Phase::Onnx));
  ModelOp model = *input.module->getOps<ModelOp>().begin();
  llvm::Expected<std::string> file =
      exportOnnx(model, flags.weights, flags.use.value_or(onnx::Use::Any));
  if (!file)
    return fail(toString(file.takeError()));
  bool done = false;
  return file->empty() ? 1 : output.emit(Phase::Onnx, *file, done);
}

//===----------------------------------------------------------------------===//
// The phases after MLIR
//===----------------------------------------------------------------------===//

namespace {
/// Notices whether an error is reported while it lives.
class ErrorWatcher : public ScopedDiagnosticHandler {
public:
  explicit ErrorWatcher(MLIRContext *context)
      : ScopedDiagnosticHandler(context) {
    setHandler([this](Diagnostic &diagnostic) {
      hasError |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
      return failure();
    });
  }
  bool hasError = false;
};
} // namespace

int Compilation::lowerToObject() {
  bool done = false;
  if (input.module) {
    if (int code = lowerTo(Phase::LLVM))
      return code;
    TimingScope phaseScope = timing.begin(getPhaseName(Phase::LLVM));
    TimingScope scope = phaseScope.nest("LLVM's optimizer");
    llvm::LLVMContext llvmContext;
    ErrorWatcher watcher(&context);
    std::unique_ptr<llvm::Module> translated = emitLLVMIR(
        *input.module, settings.options, settings.target, llvmContext);
    if (!translated)
      return watcher.hasError ? 1 : fail("the module cannot become LLVM IR");
    text = printLLVMIR(*translated);
  }
  if (phase == Phase::LLVM) {
    if (int code = output.emit(Phase::LLVM, text, done); code || done)
      return code;
    TimingScope scope = timing.begin(getPhaseName(Phase::Asm));
    llvm::LLVMContext llvmContext;
    llvm::Expected<std::unique_ptr<llvm::Module>> parsed =
        parseLLVMIR(llvm::MemoryBufferRef(text, input.name), llvmContext);
    if (!parsed)
      return fail(toString(parsed.takeError()));
    bool isRead = flags.emit == Phase::Asm || !flags.saveTemps.empty();
    text =
        emitAssembly(**parsed, settings.target, /*verbose=*/isRead, &context);
    phase = Phase::Asm;
  }
  if (phase == Phase::Asm) {
    if (int code = output.emit(Phase::Asm, text, done); code || done)
      return code;
    TimingScope scope = timing.begin(getPhaseName(Phase::Obj));
    llvm::Expected<std::string> object =
        assemble(llvm::MemoryBufferRef(text, input.name), settings.target);
    if (!object)
      return fail(toString(object.takeError()));
    text = std::move(*object);
  }
  return finish();
}

/// The code of the host is in the runtime, so the object contains only data:
/// the descriptor and the code of the kernels.
int Compilation::lowerToGpuObject() {
  if (int code = lowerTo(Phase::Ptx))
    return code;
  bool done = false;
  FailureOr<std::string> ptx = failure();
  {
    TimingScope scope = timing.begin(getPhaseName(Phase::Ptx));
    ptx = emitPtx(*input.module, *settings.arch, settings.options.level);
  }
  if (failed(ptx))
    return fail("the kernels cannot become PTX");
  if (int code = output.emit(Phase::Ptx, *ptx, done);
      code || (done && !flags.explain))
    return code;
  Cubin cubin;
  bool needsCubin =
      !done && (settings.options.cubin || flags.emit == Phase::Cubin);
  if (needsCubin || (flags.explain && hasAssembler())) {
    TimingScope scope = timing.begin(getPhaseName(Phase::Cubin));
    llvm::Expected<Cubin> assembled = assemblePtx(*ptx, *settings.arch);
    if (!assembled)
      return fail(toString(assembled.takeError()));
    cubin = std::move(*assembled);
  }
  if (flags.explain)
    explainGpu(cubin.resources);
  if (done)
    return 0;
  if (needsCubin)
    if (int code = output.emit(Phase::Cubin, cubin.contents, done);
        code || done)
      return code;
  {
    TimingScope scope = timing.begin(getPhaseName(Phase::Obj));
    llvm::LLVMContext llvmContext;
    GpuCode code{*settings.arch, *ptx,
                 settings.options.cubin ? StringRef(cubin.contents)
                                        : StringRef()};
    ErrorWatcher watcher(&context);
    std::unique_ptr<llvm::Module> program = createGpuProgram(
        *input.module, settings.options, settings.target, code, llvmContext);
    if (!program)
      return watcher.hasError ? 1 : fail("the module has no descriptor");
    text = emitAssembly(*program, settings.target, /*verbose=*/false, &context);
    llvm::Expected<std::string> object =
        assemble(llvm::MemoryBufferRef(text, input.name), settings.target);
    if (!object)
      return fail(toString(object.takeError()));
    text = std::move(*object);
  }
  return finish();
}

/// Writes the object, or links it.
int Compilation::finish() {
  bool done = false;
  if (int code = output.emit(Phase::Obj, text, done); code || done)
    return code;
  TimingScope scope = timing.begin(getPhaseName(flags.emit));
  return output.link(text, toolPath);
}

int Compilation::run() {
  if (int code = read())
    return code;
  bool isModel = input.module && phase == Phase::Model;
  enterStage(isModel ? Stage::CompilingModel : Stage::CompilingPhase);
  if (int code = settle(flags, input, settings))
    return code;
  if (int code = output.check())
    return code;
  return input.module ? lowerModule() : lowerToObject();
}
