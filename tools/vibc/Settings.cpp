//===- Settings.cpp - The options of a run --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Settings.h"
#include "dialect/Vib.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace vib;

/// The CPU for the host's part of a program for a GPU: any x86-64 CPU.
static constexpr llvm::StringLiteral kHostCpu = "x86-64";
static constexpr llvm::StringLiteral kDefaultArch = "sm_80";

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

void Settings::takeStated(ModuleOp module) {
  for (auto model : module.getOps<ModelOp>()) {
    // The tensors of a model that is compiled for bf16 or tf32 are f32.
    if (options.precision != "bf16" && options.precision != "tf32")
      options.precision = getPrecision(model);
    modelName = model.getSymName().str();
  }
  for (auto train : module.getOps<TrainOp>())
    options.batch = train.getBatch();
  auto model = module->getAttrOfType<ModelAttr>(kModelAttrName);
  if (!model)
    return;
  options.precision = stringifyPrecision(model.getOperands()).str();
  options.batch = model.getBatch();
  modelName = model.getName().str();
}

namespace {
/// Settles the options of a run. Each check prints the error that it finds, and
/// returns the exit code.
class Settler {
public:
  Settler(const Flags &flags, const Input &input, Settings &settings)
      : flags(flags), input(input), settings(settings),
        options(settings.options) {}

  int settle();
  /// Checks that the target supports the flags and options.
  int settleTarget();

private:
  int takeRecorded();
  /// Checks the record of a file that someone may have edited.
  int checkRecorded();
  /// Checks that no flag contradicts the record.
  int checkAgainstRecord();
  int takeFlags();
  int checkForCpu();
  int checkForGpu();
  /// Checks that what the flags are to show is known in this run.
  int checkReports();
  int checkOnnx();
  int checkOutputName();

  const Flags &flags;
  const Input &input;
  Settings &settings;
  CompileOptions &options;
};
} // namespace

int Settler::checkRecorded() {
  auto wrong = [&](const Twine &found, const Twine &expected) {
    return fail(input.name + ": its options have " + found + ", expected " +
                expected);
  };
  if (options.level > 3)
    return wrong("the level " + Twine(options.level) + " of optimization",
                 "0 to 3");
  if (!llvm::is_contained({"", "f64", "f32", "bf16", "tf32"},
                          options.precision))
    return wrong("the precision '" + options.precision + "'",
                 "f64, f32, bf16 or tf32");
  if (options.batch < 0 || options.batch > kMostRows)
    return wrong("a batch of " + Twine(options.batch) + " rows",
                 "1 to " + Twine(kMostRows));
  if (llvm::Error error = checkCpu(options.cpu, options.features))
    return fail(input.name + ": its options have an " +
                toString(std::move(error)));
  if (!options.isCuda())
    return 0;
  if (llvm::Expected<const GpuArch *> arch = resolveArch(options.arch); !arch)
    return fail(input.name + ": its options have a wrong arch: " +
                toString(arch.takeError()));
  if (options.level == 0)
    return wrong("level 0 and an arch", "a CPU with level 0, the reference");
  if (options.precision == "f64")
    return wrong("an arch and the precision f64", "f32, tf32 or bf16");
  return 0;
}

int Settler::takeRecorded() {
  options = input.recorded->options;
  settings.modelName = input.recorded->modelName;
  if (input.module)
    settings.takeStated(*input.module);
  if (int code = checkRecorded())
    return code;
  return checkAgainstRecord();
}

int Settler::checkAgainstRecord() {
  auto contradicts = [&](const Twine &flag, const Twine &found) {
    return failUsage(flag + " contradicts " + input.name +
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
    if (input.phase > Phase::Kernels)
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
  bool isShared = flags.emit == Phase::Shared;
  if ((flags.gradients || isShared) && !options.gradients) {
    if (input.phase != Phase::Model)
      return contradicts(isShared ? "--emit=shared, which exports gradients,"
                                  : "--gradients",
                         "without --gradients");
    options.gradients = true;
  }
  return 0;
}

int Settler::takeFlags() {
  options.level = flags.level.value_or(2);
  options.precision = flags.precision.value_or("");
  options.batch = flags.batch.value_or(0);
  options.gradients = flags.gradients || flags.emit == Phase::Shared;
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
  if (input.module && input.phase > Phase::Model) {
    settings.takeStated(*input.module);
    options.gradients =
        ModuleOp(*input.module).lookupSymbol("gradients") != nullptr;
  }
  return 0;
}

int Settler::checkForCpu() {
  if (flags.arch)
    return failUsage("--arch names a GPU: add --target=cuda");
  if (flags.cubin)
    return failUsage("--cubin is machine code of a GPU: add --target=cuda");
  if (flags.emit == Phase::Ptx || flags.emit == Phase::Cubin)
    return failUsage("--emit=" + getPhaseName(flags.emit) +
                     " is code of a GPU: add --target=cuda");
  if (options.precision == "tf32")
    return failUsage("--precision=tf32 needs a GPU: expected f64, f32 or "
                     "bf16 for a CPU");
  if (settings.target.isGeneric && input.phase <= Phase::Kernels &&
      flags.emit > Phase::Fused)
    llvm::errs() << "vibc: note: " << options.cpu
                 << " has no AVX2 and FMA: the program will be several times "
                    "slower than on --cpu=native or --cpu=x86-64-v3\n";
  return 0;
}

int Settler::checkForGpu() {
  llvm::Expected<const GpuArch *> found = resolveArch(options.arch);
  if (!found)
    return failUsage("--arch: " + toString(found.takeError()));
  settings.arch = *found;
  if (flags.cpu)
    return failUsage("--cpu contradicts --target=cuda, whose programs run on "
                     "any CPU");
  if (flags.emit == Phase::LLVM || flags.emit == Phase::Asm ||
      flags.emit == Phase::Shared)
    return failUsage("--emit=" + getPhaseName(flags.emit) +
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

int Settler::settleTarget() {
  settings.target = createTarget(options.cpu, options.features, options.level);
  return options.isCuda() ? checkForGpu() : checkForCpu();
}

/// What a run that ends with a phase writes.
static StringRef describeOutput(Phase phase) {
  switch (phase) {
  case Phase::LLVM:
    return "LLVM IR";
  case Phase::Asm:
    return "assembly";
  case Phase::Ptx:
    return "PTX";
  case Phase::Cubin:
    return "machine code of a GPU";
  case Phase::Obj:
    return "an object";
  case Phase::Shared:
    return "a shared library";
  case Phase::Exe:
    return "a program";
  case Phase::Onnx:
    return "a network of ONNX";
  default:
    return "a module of MLIR";
  }
}

/// Checks that the name of the output does not promise another kind of file.
int Settler::checkOutputName() {
  StringRef suffix = llvm::sys::path::extension(flags.output);
  // The phases whose files usually have this suffix.
  using Range = std::pair<Phase, Phase>;
  std::optional<Range> meant =
      llvm::StringSwitch<std::optional<Range>>(suffix)
          .Case(".mlir", flags.emit == Phase::Model
                             ? Range{Phase::Model, Phase::Model}
                             : Range{Phase::Step, Phase::Kernels})
          .Case(".onnx", Range{Phase::Onnx, Phase::Onnx})
          .Case(".ll", Range{Phase::LLVM, Phase::LLVM})
          .Case(".s", Range{Phase::Asm, Phase::Asm})
          .Case(".ptx", Range{Phase::Ptx, Phase::Ptx})
          .Case(".cubin", Range{Phase::Cubin, Phase::Cubin})
          .Case(".o", Range{Phase::Obj, Phase::Obj})
          .Case(".so", Range{Phase::Shared, Phase::Shared})
          .Default(std::nullopt);
  // Files that vibc never writes at -o.
  bool isForeign =
      llvm::is_contained({".a", ".bc", ".c", ".dll", ".dylib", ".h"}, suffix);
  if (!meant && !isForeign)
    return 0;
  if (meant && meant->first <= flags.emit && flags.emit <= meant->second)
    return 0;
  std::string message =
      "-o " + flags.output + ": --emit=" + getPhaseName(flags.emit).str() +
      " writes " + describeOutput(flags.emit).str() +
      ", expected a name that does not end in " + suffix.str();
  if (meant && meant->first == meant->second)
    message += "; --emit=" + getPhaseName(meant->second).str() + " writes " +
               describeOutput(meant->second).str();
  return failUsage(message);
}

/// ONNX has f32 only, because onnxruntime lacks most of its operators in f64.
int Settler::checkOnnx() {
  if (flags.emit != Phase::Onnx) {
    if (!flags.weights.empty())
      return failUsage("--weights is for --emit=onnx; a program takes its own "
                       "--weights when it runs");
    if (flags.use)
      return failUsage("--use chooses among the weights of --emit=onnx: "
                       "expected that with it");
    return 0;
  }
  if (flags.weights.empty())
    return failUsage("--emit=onnx writes a trained network: expected --weights "
                     "with the file of its weights");
  if (flags.precision.value_or("f32") != "f32")
    return failUsage("--emit=onnx writes a network of f32, which contradicts "
                     "--precision=" +
                     *flags.precision);
  std::pair<bool, StringRef> without[] = {
      {flags.target.has_value(), "--target"},
      {flags.arch.has_value(), "--arch"},
      {flags.cpu.has_value(), "--cpu"},
      {flags.batch.has_value(), "--batch"},
      {flags.level.has_value(), "-O"},
      {flags.cubin, "--cubin"},
      {flags.gradients, "--gradients"}};
  for (auto [isGiven, flag] : without)
    if (isGiven)
      return failUsage(flag.str() + " changes nothing in the network that "
                                    "--emit=onnx writes: leave it out");
  options.precision = "f32";
  return 0;
}

int Settler::checkReports() {
  if (options.level == 0 && flags.emit == Phase::Fused)
    return failUsage("--emit=fused contradicts -O0, which fuses nothing");
  if (options.level == 0 && flags.emit == Phase::Planned)
    return failUsage("--emit=planned contradicts -O0, which plans no kernels");
  if (flags.outline && flags.emit != Phase::Fused)
    return failUsage("--outline is an outline of the phase fused: expected "
                     "--emit=fused with it");
  if (!flags.explain)
    return 0;
  if (options.level == 0)
    return failUsage("--explain contradicts -O0, which fuses nothing");
  // On a GPU it describes launches, which the phase kernels determines. On a
  // CPU it describes the plan, also if the run ends before it.
  Phase first = options.isCuda() ? Phase::Kernels : Phase::Fused;
  Phase last = options.isCuda() ? Phase::Kernels : Phase::Planned;
  if (flags.emit < first)
    return failUsage("--explain describes the phase " + getPhaseName(first) +
                     ", which comes after --emit=" + getPhaseName(flags.emit));
  if (input.phase > last)
    return failUsage("--explain describes the phase " + getPhaseName(last) +
                     ", but " + input.name + " is a file of the phase " +
                     getPhaseName(input.phase));
  return 0;
}

int Settler::settle() {
  if (flags.emit < input.phase)
    return failUsage(input.name + " is a file of the phase " +
                     getPhaseName(input.phase) +
                     ", which comes after --emit=" + getPhaseName(flags.emit));
  if (int code = input.recorded ? takeRecorded() : takeFlags())
    return code;
  if (int code = settleTarget())
    return code;
  if (int code = checkReports())
    return code;
  if (int code = checkOnnx())
    return code;
  return checkOutputName();
}

int vib::settle(const Flags &flags, const Input &input, Settings &settings) {
  return Settler(flags, input, settings).settle();
}

int vib::settleTarget(const Flags &flags, const Input &input,
                      Settings &settings) {
  return Settler(flags, input, settings).settleTarget();
}
