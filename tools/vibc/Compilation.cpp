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
// - Before a module enters the next phase, it is brought into the state that
//   parsing its text would give. Only the order of uses differs, on which
//   patterns may depend.
// - From LLVM IR on, every step works on text (compiler/object/Codegen.cpp).
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Compilation.h"
#include "compiler/fused/Outline.h"
#include "compiler/fused/Passes.h"
#include "compiler/gpu/Passes.h"
#include "compiler/kernels/Explain.h"
#include "compiler/kernels/Passes.h"
#include "compiler/model/Passes.h"
#include "compiler/object/Codegen.h"
#include "compiler/object/Descriptor.h"
#include "compiler/object/Link.h"
#include "compiler/object/Passes.h"
#include "compiler/ptx/EmitPtx.h"
#include "compiler/ptx/ExplainGpu.h"
#include "compiler/ptx/Passes.h"
#include "compiler/step/Passes.h"
#include "compiler/support/SourceMessage.h"
#include "compiler/support/UniqueFile.h"
#include "dialect/Vib.h"
#include "dialect/VibDiagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "tools/vibc/Supervisor.h"
#include "tools/vibc/Threads.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>

using namespace mlir;
using namespace vib;

static constexpr llvm::StringLiteral kPhaseAttrName = "vib.phase";
static constexpr llvm::StringLiteral kOptionsAttrName = "vib.options";

/// The CPU for the host's part of a program for a GPU: any x86-64 CPU.
static constexpr llvm::StringLiteral kHostCpu = "x86-64";
static constexpr llvm::StringLiteral kDefaultArch = "sm_80";

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
      end(flags.emit.value_or(Phase::Exe)),
      context(createRegistry(), MLIRContext::Threading::DISABLED) {
  startThreads();
  applyDefaultTimingManagerCLOptions(timingManager);
  if (flags.timing) {
    timingManager.setEnabled(true);
    timingManager.setDisplayMode(DefaultTimingManager::DisplayMode::Tree);
  }
  timing = timingManager.getRootScope();
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

int Compilation::fail(const Twine &message) {
  llvm::errs() << "vibc: error: " << makePrintable(message.str()) << "\n";
  return 1;
}

int Compilation::failUsage(const Twine &message) {
  llvm::errs() << "vibc: error: " << makePrintable(message.str()) << "\n";
  return 2;
}

StringRef Compilation::getInputName() const {
  return flags.input == "-" ? "stdin" : StringRef(flags.input);
}

std::string Compilation::getStem() const {
  if (flags.input == "-")
    return modelName.empty() ? "model" : modelName;
  StringRef name = llvm::sys::path::filename(flags.input);
  // toynet.step.mlir is the file of a phase of the model toynet.
  return name.take_until([](char c) { return c == '.'; }).str();
}

std::string Compilation::getOutputPath(Phase phase) const {
  if (!flags.output.empty())
    return flags.output;
  switch (phase) {
  case Phase::Exe:
    return getStem();
  case Phase::Obj:
    return getStem() + ".o";
  case Phase::Shared:
    return getStem() + ".so";
  case Phase::Cubin:
    return getStem() + ".cubin";
  default:
    return "-";
  }
}

static StringRef getExtension(Phase phase) {
  switch (phase) {
  case Phase::Model:
    return ".model.mlir";
  case Phase::Step:
    return ".step.mlir";
  case Phase::Fused:
    return ".fused.mlir";
  case Phase::Kernels:
    return ".kernels.mlir";
  case Phase::Ptx:
    return ".ptx";
  case Phase::Cubin:
    return ".cubin";
  case Phase::LLVM:
    return ".ll";
  case Phase::Asm:
    return ".s";
  case Phase::Obj:
    return ".o";
  case Phase::Shared:
    return ".so";
  case Phase::Exe:
    return "";
  }
  llvm_unreachable("unknown phase");
}

//===----------------------------------------------------------------------===//
// The input and the options
//===----------------------------------------------------------------------===//

/// What kind of text an input is, if it is one.
static std::optional<TextKind> getTextKind(InputKind kind, StringRef contents) {
  switch (kind) {
  case InputKind::MLIR:
    if (contents.starts_with("ML\xefR"))
      return std::nullopt;
    return TextKind::MLIR;
  case InputKind::LLVMIR:
    return TextKind::LLVMIR;
  case InputKind::Assembly:
    return TextKind::Assembly;
  case InputKind::PTX:
  case InputKind::Object:
    return std::nullopt;
  }
  llvm_unreachable("all kinds are covered");
}

int Compilation::read() {
  TimingScope scope = timing.nest("Read");
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file =
      readInput(flags.input, kind);
  if (!file)
    return fail(toString(file.takeError()));
  StringRef source = (*file)->getBuffer();
  sources->AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer((*file)->getMemBufferRef()),
      llvm::SMLoc());
  input = std::move(*file);
  if (std::optional<TextKind> text = getTextKind(kind, source))
    if (std::optional<TextError> error = checkBounds(source, *text)) {
      printError(*sources, *error);
      return 1;
    }
  if (kind != InputKind::MLIR) {
    phase = kind == InputKind::LLVMIR     ? Phase::LLVM
            : kind == InputKind::Assembly ? Phase::Asm
                                          : Phase::Obj;
    llvm::Expected<Record> record =
        kind == InputKind::LLVMIR     ? readRecordOfLLVMIR(*input)
        : kind == InputKind::Assembly ? readRecordOfAssembly(*input)
                                      : readRecordOfObject(*input);
    if (!record)
      return fail(getInputName() + ": " + toString(record.takeError()));
    recorded = record->options;
    modelName = record->modelName;
    text = input->getBuffer().str();
    return 0;
  }

  diagnostics = std::make_unique<DiagnosticPrinter>(&context, *sources);
  // The file of a later phase consists mostly of upstream ops, for which MLIR's
  // own messages are appropriate.
  std::optional<SyntaxErrorHandler> handler;
  if (!source.contains(kPhaseAttrName))
    handler.emplace(&context, source);
  module = parseSourceFile<ModuleOp>(sources, &context);
  handler.reset();
  if (!module)
    return 1;
  if (auto attribute = (*module)->getAttr(kPhaseAttrName)) {
    auto name = dyn_cast<StringAttr>(attribute);
    std::optional<Phase> found =
        name ? parsePhase(name.getValue()) : std::nullopt;
    if (!found || *found > Phase::Kernels)
      return fail(getInputName() + ": found the phase " +
                  (name ? "'" + name.getValue() + "'" : Twine("attribute")) +
                  ", expected model, step, fused or kernels");
    phase = *found;
    isLaterPhase = phase > Phase::Model;
  }
  if (auto attribute =
          (*module)->getAttrOfType<DictionaryAttr>(kOptionsAttrName)) {
    recorded = CompileOptions::fromAttribute(attribute);
    if (!recorded)
      return fail(getInputName() + ": its " + kOptionsAttrName +
                  " were written by another version of vibc");
  }
  if (phase == Phase::Model && module->getOps<ModelOp>().empty())
    return fail(getInputName() + ": has no vib.model");
  if (recorded)
    takeSettled(*recorded);
  return 0;
}

/// The element type of the first floating-point tensor that a model computes.
static std::string getPrecision(ModelOp model) {
  std::string precision = "f32";
  model.walk<WalkOrder::PreOrder>([&](Operation *op) {
    for (Type type : op->getResultTypes()) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!tensor || !isa<FloatType>(tensor.getElementType()))
        continue;
      precision = tensor.getElementType().isF64() ? "f64" : "f32";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return precision;
}

/// Sets the options that are stated in the module itself.
void Compilation::takeSettled(CompileOptions &settled) {
  for (auto model : module->getOps<ModelOp>()) {
    // The tensors of a model that is compiled for bf16 or tf32 are f32.
    if (settled.precision != "bf16" && settled.precision != "tf32")
      settled.precision = getPrecision(model);
    modelName = model.getSymName().str();
  }
  for (auto train : module->getOps<TrainOp>())
    settled.batch = train.getBatch();
  auto model = (*module)->getAttrOfType<DictionaryAttr>("vib.model");
  if (!model)
    return;
  if (auto type = model.getAs<StringAttr>("operands"))
    settled.precision = type.str();
  if (auto batch = model.getAs<IntegerAttr>("batch"))
    settled.batch = batch.getInt();
  if (auto name = model.getAs<StringAttr>("name"))
    modelName = name.str();
}

/// Sets the options of this run: those recorded in the input, which flags must
/// not contradict, or else those of the flags.
int Compilation::settleOptions() {
  if (end < phase)
    return failUsage(getInputName() + " holds the phase " +
                     getPhaseName(phase) +
                     ", which comes after --emit=" + getPhaseName(end));
  if (recorded) {
    if (int code = settleRecorded())
      return code;
  } else {
    options.level = flags.level.value_or(2);
    options.precision = flags.precision.value_or("");
    options.batch = flags.batch.value_or(0);
    options.gradients = flags.gradients || end == Phase::Shared;
    options.cubin = flags.cubin;
    if (flags.target == "cuda") {
      options.arch = flags.arch.value_or(kDefaultArch.str());
      options.cpu = kHostCpu.str();
    } else {
      llvm::Expected<CpuName> cpu = resolveCpu(flags.cpu.value_or("native"));
      if (!cpu)
        return failUsage("--cpu: " + toString(cpu.takeError()));
      options.cpu = cpu->cpu;
      options.features = cpu->features;
    }
    // The file of a later phase may lack a record of its options.
    if (module && phase > Phase::Model) {
      takeSettled(options);
      options.gradients = module->lookupSymbol("gradients") != nullptr;
    }
  }
  if (int code = settleTarget())
    return code;
  return checkFlags();
}

/// The record of a file that someone has edited.
int Compilation::checkRecorded() {
  auto wrong = [&](const Twine &found, const Twine &expected) {
    return fail(getInputName() + ": its options have " + found + ", expected " +
                expected);
  };
  if (recorded->level > 3)
    return wrong("the level " + Twine(recorded->level) + " of optimization",
                 "0 to 3");
  if (!llvm::is_contained({"", "f64", "f32", "bf16", "tf32"},
                          recorded->precision))
    return wrong("the precision '" + recorded->precision + "'",
                 "f64, f32, bf16 or tf32");
  if (recorded->batch < 0 || recorded->batch > kMostRows)
    return wrong("a batch of " + Twine(recorded->batch) + " rows",
                 "1 to " + Twine(kMostRows));
  if (llvm::Error error = checkCpu(recorded->cpu, recorded->features))
    return fail(getInputName() + ": its options have an " +
                toString(std::move(error)));
  return 0;
}

int Compilation::settleRecorded() {
  if (int code = checkRecorded())
    return code;
  options = *recorded;
  auto contradicts = [&](const Twine &flag, const Twine &found) {
    return failUsage(flag + " contradicts " + getInputName() +
                     ", which was compiled " + found);
  };
  if (flags.level && *flags.level != options.level)
    return contradicts("-O" + Twine(*flags.level),
                       "with -O" + Twine(options.level));
  if (flags.precision && *flags.precision != options.precision)
    return contradicts("--precision=" + *flags.precision,
                       "with --precision=" + options.precision);
  if (flags.batch && *flags.batch != options.batch)
    return contradicts("--batch=" + Twine(*flags.batch),
                       "with --batch=" + Twine(options.batch));
  if (flags.target && *flags.target != options.getTarget())
    return contradicts("--target=" + *flags.target,
                       "for --target=" + options.getTarget());
  if (flags.arch && options.isCuda() && *flags.arch != options.arch)
    return contradicts("--arch=" + *flags.arch, "for --arch=" + options.arch);
  if (flags.cubin && options.isCuda() && !options.cubin) {
    // The cubin is made at the end, so a file before PTX can be compiled with
    // or without it.
    if (phase > Phase::Kernels)
      return contradicts("--cubin", "without --cubin");
    options.cubin = true;
  }
  if (flags.cpu && !options.isCuda()) {
    llvm::Expected<CpuName> cpu = resolveCpu(*flags.cpu);
    if (!cpu)
      return failUsage("--cpu: " + toString(cpu.takeError()));
    if (cpu->cpu != options.cpu || cpu->features != options.features)
      return contradicts(
          "--cpu=" + *flags.cpu +
              (*flags.cpu == cpu->cpu ? Twine() : " (" + cpu->cpu + ")"),
          "for --cpu=" + options.cpu);
  }
  bool isShared = end == Phase::Shared;
  if ((flags.gradients || isShared) && !options.gradients) {
    if (phase != Phase::Model)
      return contradicts(isShared ? "--emit=shared, which exports gradients,"
                                  : "--gradients",
                         "without --gradients");
    options.gradients = true;
  }
  return 0;
}

/// Checks that the target supports the flags and options.
int Compilation::settleTarget() {
  target = createTarget(options.cpu, options.features, options.level);
  if (!options.isCuda()) {
    if (flags.arch)
      return failUsage("--arch names a GPU: add --target=cuda");
    if (flags.cubin)
      return failUsage("--cubin is machine code of a GPU: add --target=cuda");
    if (end == Phase::Ptx || end == Phase::Cubin)
      return failUsage("--emit=" + getPhaseName(end) +
                       " is code of a GPU: add --target=cuda");
    if (options.precision == "tf32")
      return failUsage("--precision=tf32 needs a GPU: expected f64, f32 or "
                       "bf16 for a CPU");
    if (target.isGeneric && phase <= Phase::Kernels && end > Phase::Fused)
      llvm::errs() << "vibc: note: " << options.cpu
                   << " has no AVX2 and FMA: the program will be several times "
                      "slower than on --cpu=native or --cpu=x86-64-v3\n";
    return 0;
  }
  llvm::Expected<const GpuArch *> found = resolveArch(options.arch);
  if (!found)
    return failUsage("--arch: " + toString(found.takeError()));
  arch = *found;
  if (flags.cpu)
    return failUsage("--cpu contradicts --target=cuda, whose programs run on "
                     "any CPU");
  if (end == Phase::LLVM || end == Phase::Asm || end == Phase::Shared)
    return failUsage("--emit=" + getPhaseName(end) +
                     " is for a CPU: expected ptx, cubin, obj or exe with "
                     "--target=cuda");
  if (options.level == 0)
    return failUsage("-O0 contradicts --target=cuda: the reference runs on a "
                     "CPU");
  if (options.precision == "f64")
    return failUsage("--target=cuda computes in f32, tf32 or bf16, not in f64: "
                     "expected one of them as --precision");
  if (options.gradients)
    return failUsage("--gradients contradicts --target=cuda, whose programs "
                     "have no entry point for them");
  return 0;
}

int Compilation::checkFlags() {
  if (options.level == 0 && end == Phase::Fused)
    return failUsage("--emit=fused contradicts -O0, which fuses nothing");
  if (flags.outline && end != Phase::Fused)
    return failUsage("--outline is an outline of the phase fused: expected "
                     "--emit=fused with it");
  if (!flags.explain)
    return 0;
  if (options.level == 0)
    return failUsage("--explain contradicts -O0, which fuses nothing");
  // On a GPU it describes launches, which the phase kernels determines.
  Phase explained = options.isCuda() ? Phase::Kernels : Phase::Fused;
  if (end < explained)
    return failUsage("--explain describes the phase " +
                     getPhaseName(explained) +
                     ", which comes after --emit=" + getPhaseName(end));
  if (phase > explained)
    return failUsage("--explain describes the phase " +
                     getPhaseName(explained) + ", but " + getInputName() +
                     " holds the phase " + getPhaseName(phase));
  return 0;
}

//===----------------------------------------------------------------------===//
// The phases in MLIR
//===----------------------------------------------------------------------===//

/// Sorts the uses of every value in the order of the text.
static void normalizeUses(ModuleOp module) {
  module->walk<WalkOrder::PreOrder>([](Operation *op) {
    for (OpOperand &operand : op->getOpOperands())
      operand.set(operand.get());
    for (BlockOperand &successor : op->getBlockOperands())
      successor.set(successor.get());
  });
}

static void addPipeline(OpPassManager &manager, Phase phase, ModuleOp module,
                        const CompileOptions &options,
                        const TargetInfo &target) {
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
    kernelsOptions.vectorBits = target.vectorBits;
    kernelsOptions.hasBf16 = target.hasBf16;
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
    // The user is asked for it.
    llvm::sys::DontRemoveFileOnSignal(path);
    return std::make_unique<ReproducerFile>(descriptor, path);
  }
  ReproducerFile(int descriptor, StringRef path)
      : path(path), stream(descriptor, /*shouldClose=*/true) {}
  StringRef description() override { return path; }
  raw_ostream &os() override { return stream; }

private:
  std::string path;
  llvm::raw_fd_ostream stream;
};

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

int Compilation::runPipeline(Phase next) {
  TimingScope scope = timing.nest(("To " + getPhaseName(next)).str());
  std::string reproducer;
  PassManager manager(&context, ModuleOp::getOperationName(),
                      PassManager::Nesting::Implicit);
  manager.enableCrashReproducerGeneration([&](std::string &error) {
    return ReproducerFile::create(error, reproducer);
  });
  manager.enableTiming(scope);
  if (failed(applyPassManagerCLOptions(manager)))
    return 1;
  addPipeline(manager, next, *module, options, target);

  // Errors of passes are printed. MLIR's own report of the failure is not.
  unsigned numErrors = 0;
  ScopedDiagnosticHandler counter(&context, [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return failure();
    if (StringRef(diagnostic.str()).contains("while processing an MLIR"))
      return success();
    ++numErrors;
    return failure();
  });
  if (failed(manager.run(*module))) {
    // Some errors in a model, or in the file of a phase, are found only by a
    // pass. The user then needs only the error of the pass.
    if (numErrors && (next <= Phase::Step || isLaterPhase)) {
      llvm::sys::fs::remove(reproducer);
      return 1;
    }
    SmallString<128> opt(llvm::sys::path::parent_path(toolPath));
    llvm::sys::path::append(opt, "vib-opt");
    llvm::errs() << "vibc: this is a bug in vibc, not in your model. To see it "
                    "again:\n  "
                 << opt << " --run-reproducer " << reproducer << "\n";
    return 1;
  }
  phase = next;
  if (next > Phase::Kernels)
    return 0;
  // Without --precision, the model's own precision is known only now.
  if (next == Phase::Model && options.isCuda()) {
    takeSettled(options);
    if (int code = settleTarget())
      return code;
  }

  (*module)->setAttr(kPhaseAttrName,
                     StringAttr::get(&context, getPhaseName(next)));
  takeSettled(options);
  (*module)->setAttr(kOptionsAttrName, options.getAttribute(&context));
  normalizeUses(*module);
  return 0;
}

/// The width in columns of the terminal on stdout or stderr; 80 if that is not
/// a terminal.
static unsigned getWidth(bool isStdout) {
  unsigned columns = isStdout ? llvm::sys::Process::StandardOutColumns()
                              : llvm::sys::Process::StandardErrColumns();
  return columns ? columns : 80;
}

void Compilation::print(ExplainReport report) {
  bool isStdout = getOutputPath(end) != "-";
  raw_ostream &os = isStdout ? llvm::outs() : llvm::errs();
  printReport(std::move(report), *flags.explain, getWidth(isStdout), os);
  os.flush();
}

int Compilation::explain() {
  TimingScope scope = timing.nest("Explain");
  // The phase fused has no memory plan, which the report needs.
  OwningOpRef<ModuleOp> planned(module->clone());
  PassManager manager(&context);
  KernelsOptions kernelsOptions;
  kernelsOptions.vectorBits = target.vectorBits;
  kernelsOptions.hasBf16 = target.hasBf16;
  buildPlanPipeline(manager, kernelsOptions);
  if (failed(manager.run(*planned)))
    return 1;
  FailureOr<ExplainReport> report =
      vib::explain(*planned, {target.vectorBits, target.hasBf16});
  if (failed(report))
    return 1;
  report->machine["cpu"] = options.cpu;
  print(std::move(*report));
  return 0;
}

/// `resources` is empty if the PTX was not assembled.
void Compilation::explainGpu(
    const llvm::StringMap<KernelResources> &resources) {
  TimingScope scope = timing.nest("Explain");
  ExplainReport report = vib::explainGpu(*module, *arch, resources);
  report.machine["arch"] = options.arch;
  print(std::move(report));
}

/// Verifies the input again, because users may have edited it.
int Compilation::verifyInput() {
  TimingScope scope = timing.nest("Verify the input");
  PassManager manager(&context);
  switch (phase) {
  case Phase::Step:
    manager.addPass(createVerifyStep());
    break;
  case Phase::Fused:
    manager.addPass(createVerifyFused());
    break;
  case Phase::Kernels:
    manager.addPass(options.isCuda() ? createVerifyGpuKernels()
                                     : createVerifyKernels());
    break;
  default:
    return 0;
  }
  return failed(manager.run(*module));
}

int Compilation::lowerToKernels() {
  normalizeUses(*module);
  if (int code = verifyInput())
    return code;
  if (phase == Phase::Model)
    if (int code = runPipeline(Phase::Model))
      return code;
  if (phase == Phase::Fused && flags.explain && !options.isCuda())
    if (int code = explain())
      return code;
  bool done = false;
  if (int code = emitModule(phase, done); code || done)
    return code;
  for (Phase next : {Phase::Step, Phase::Fused, Phase::Kernels}) {
    if (next <= phase || (next == Phase::Fused && options.level == 0))
      continue;
    if (int code = runPipeline(next))
      return code;
    if (phase == Phase::Fused && flags.explain && !options.isCuda())
      if (int code = explain())
        return code;
    if (int code = emitModule(next, done); code || done)
      return code;
  }
  return options.isCuda() ? lowerToGpuObject() : lowerToObject();
}

//===----------------------------------------------------------------------===//
// The phases after MLIR
//===----------------------------------------------------------------------===//

int Compilation::lowerToObject() {
  bool done = false;
  bool isInput = kind != InputKind::MLIR;
  if (!isInput) {
    if (int code = runPipeline(Phase::LLVM))
      return code;
    TimingScope scope = timing.nest("LLVM's passes");
    llvm::LLVMContext llvmContext;
    ErrorWatcher watcher(&context);
    std::unique_ptr<llvm::Module> translated =
        translateToLLVMIR(*module, options, target, llvmContext);
    if (!translated)
      return watcher.hasError ? 1 : fail("the module cannot become LLVM IR");
    optimize(*translated, options, target);
    text = printLLVMIR(*translated);
  }
  if (phase == Phase::LLVM) {
    if (int code = emit(Phase::LLVM, text, done); code || done)
      return code;
    TimingScope scope = timing.nest("Code generation");
    llvm::LLVMContext llvmContext;
    llvm::Expected<std::unique_ptr<llvm::Module>> parsed =
        parseLLVMIR(llvm::MemoryBufferRef(text, getInputName()), llvmContext);
    if (!parsed)
      return fail(toString(parsed.takeError()));
    bool isRead = end == Phase::Asm || !flags.saveTemps.empty();
    text = emitAssembly(**parsed, target, /*verbose=*/isRead);
    phase = Phase::Asm;
  }
  if (phase == Phase::Asm) {
    if (int code = emit(Phase::Asm, text, done); code || done)
      return code;
    TimingScope scope = timing.nest("Assembly");
    llvm::Expected<std::string> object =
        assemble(llvm::MemoryBufferRef(text, getInputName()), target);
    if (!object)
      return fail(toString(object.takeError()));
    text = std::move(*object);
  }
  if (int code = emit(Phase::Obj, text, done); code || done)
    return code;
  return finish(text);
}

/// The code of the host is in the runtime, so the object contains only data:
/// the descriptor and the code of the kernels.
int Compilation::lowerToGpuObject() {
  if (int code = runPipeline(Phase::Ptx))
    return code;
  bool done = false;
  FailureOr<std::string> ptx = failure();
  {
    TimingScope scope = timing.nest("Code generation");
    ptx = emitPtx(*module, *arch, options.level);
  }
  if (failed(ptx))
    return fail("the kernels cannot become PTX");
  if (int code = emit(Phase::Ptx, *ptx, done); code || (done && !flags.explain))
    return code;
  Cubin cubin;
  bool needsCubin = !done && (options.cubin || end == Phase::Cubin);
  if (needsCubin || (flags.explain && hasAssembler())) {
    TimingScope scope = timing.nest("Assembly of PTX");
    llvm::Expected<Cubin> assembled = assemblePtx(*ptx, *arch);
    if (!assembled)
      return fail(toString(assembled.takeError()));
    cubin = std::move(*assembled);
  }
  if (flags.explain)
    explainGpu(cubin.resources);
  if (done)
    return 0;
  if (needsCubin)
    if (int code = emit(Phase::Cubin, cubin.contents, done); code || done)
      return code;
  {
    TimingScope scope = timing.nest("Descriptor");
    llvm::LLVMContext llvmContext;
    GpuCode code{*arch, *ptx,
                 options.cubin ? StringRef(cubin.contents) : StringRef()};
    ErrorWatcher watcher(&context);
    std::unique_ptr<llvm::Module> program =
        createGpuProgram(*module, options, target, code, llvmContext);
    if (!program)
      return watcher.hasError ? 1 : fail("the module has no descriptor");
    text = emitAssembly(*program, target, /*verbose=*/false);
    llvm::Expected<std::string> object =
        assemble(llvm::MemoryBufferRef(text, getInputName()), target);
    if (!object)
      return fail(toString(object.takeError()));
    text = std::move(*object);
  }
  if (int code = emit(Phase::Obj, text, done); code || done)
    return code;
  return finish(text);
}

int Compilation::finish(StringRef object) {
  TimingScope scope = timing.nest("Link");
  SmallString<128> objectPath, linkedPath;
  if (llvm::Error error = createTemporaryFile("vibc", "o", objectPath))
    return fail(toString(std::move(error)));
  llvm::FileRemover objectRemover(objectPath);
  if (llvm::Error error = createTemporaryFile("vibc", "out", linkedPath))
    return fail(toString(std::move(error)));
  llvm::FileRemover linkedRemover(linkedPath);
  if (llvm::Error error = writeOutput(objectPath, object))
    return fail(toString(std::move(error)));
  bool isShared = end == Phase::Shared;
  if (llvm::Error error = link(objectPath, linkedPath, isShared, toolPath))
    return fail(toString(std::move(error)));
  auto linked = llvm::MemoryBuffer::getFile(linkedPath);
  if (!linked)
    return fail("the linker wrote nothing");

  std::string path = getOutputPath(end);
  if (llvm::Error error = writeOutput(path, (*linked)->getBuffer(), true))
    return fail(toString(std::move(error)));
  if (!isShared || path == "-" || !llvm::sys::fs::is_regular_file(path))
    return 0;
  SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  if (llvm::Error error = writeOutput(
          header, makeHeader(modelName, llvm::sys::path::filename(path))))
    return fail(toString(std::move(error)));
  return 0;
}

//===----------------------------------------------------------------------===//
// The output
//===----------------------------------------------------------------------===//

int Compilation::saveTemp(Phase at, StringRef contents) {
  if (flags.saveTemps.empty())
    return 0;
  SmallString<128> path(flags.saveTemps);
  if (std::error_code error = llvm::sys::fs::create_directories(path))
    return fail("--save-temps: cannot make the directory " + path + ": " +
                error.message());
  llvm::sys::path::append(path, getStem() + getExtension(at));
  if (llvm::Error error = writeOutput(path, contents))
    return fail("--save-temps: " + toString(std::move(error)));
  return 0;
}

int Compilation::writeEnd(StringRef contents) {
  if (llvm::Error error = writeOutput(getOutputPath(end), contents))
    return fail(toString(std::move(error)));
  return 0;
}

int Compilation::emit(Phase at, StringRef contents, bool &done) {
  done = at == end;
  if (int code = saveTemp(at, contents))
    return code;
  return done ? writeEnd(contents) : 0;
}

int Compilation::emitModule(Phase at, bool &done) {
  done = false;
  // On a GPU the launches are known here, but not their registers.
  if (at == end && at == Phase::Kernels && flags.explain && options.isCuda())
    explainGpu({});
  if (at != end && flags.saveTemps.empty())
    return 0;
  std::string contents;
  llvm::raw_string_ostream os(contents);
  // Print values with the names that the compiler gave them.
  (*module)->print(os, OpPrintingFlags().printNameLocAsPrefix());
  os << "\n";
  if (at != end || !flags.outline)
    return emit(at, contents, done);
  if (int code = saveTemp(at, contents))
    return code;
  contents.clear();
  printOutline(*module, getWidth(/*isStdout=*/true), os);
  done = true;
  return writeEnd(contents);
}

int Compilation::run() {
  if (int code = read())
    return code;
  bool isModel = kind == InputKind::MLIR && phase == Phase::Model;
  enterStage(isModel ? Stage::CompilingModel : Stage::CompilingPhase);
  if (int code = settleOptions())
    return code;
  bool isSame = false;
  if (!flags.output.empty() || end >= Phase::Obj)
    if (!llvm::sys::fs::equivalent(flags.input, getOutputPath(end), isSame) &&
        isSame)
      return fail("the output " + getOutputPath(end) +
                  " is the input; name another with -o");
  if (llvm::sys::fs::is_directory(getOutputPath(end)))
    return fail("cannot write " + getOutputPath(end) +
                ": it is a directory; name a file with -o");
  return module ? lowerToKernels() : lowerToObject();
}
