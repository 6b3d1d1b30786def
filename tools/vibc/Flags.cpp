//===- Flags.cpp - The command line of vibc -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Flags.h"
#include "dialect/Vib.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace vib;

namespace {
enum class Level { O0, O1, O2, O3 };
enum class Target { CPU, CUDA };

/// Values that are words, where a wrong one is answered with the right ones.
template <typename T> struct WordParser : cl::parser<T> {
  using cl::parser<T>::parser;
  bool parse(cl::Option &option, StringRef name, StringRef word, T &value) {
    for (unsigned i = 0, e = this->getNumOptions(); i != e; ++i) {
      if (this->getOption(i) != word)
        continue;
      value = this->Values[i].V.getValue();
      return false;
    }
    std::string expected;
    for (unsigned i = 0, e = this->getNumOptions(); i != e; ++i)
      expected += (i == 0       ? ""
                   : i + 1 == e ? " or "
                                : ", ") +
                  this->getOption(i).str();
    return option.error("found '" + word + "', expected " + expected, name);
  }
};

/// The options live as long as a parse of the command line.
struct Parser {
  cl::OptionCategory category{"Options of vibc"};

  cl::opt<std::string> input{
      cl::Positional, cl::Required, cl::desc("MODEL.mlir"),
      cl::value_desc("file, or - for stdin"), cl::cat(category)};
  cl::opt<std::string> output{
      "o",
      cl::desc("Where to write: a file, or - for stdout. By default a program "
               "takes the name of the model file without its ending, an object "
               "adds .o, a library .so, and text goes to stdout"),
      cl::value_desc("file"), cl::cat(category)};
  cl::opt<Phase, false, WordParser<Phase>> emit{
      "emit",
      cl::desc("What to make: a program, or the text or file of a phase, which "
               "vibc takes again and goes on from (up to obj)"),
      cl::values(
          clEnumValN(Phase::Model, "model", "what the user wrote, checked"),
          clEnumValN(Phase::Step, "step",
                     "the training step and evaluation over tensors, with "
                     "their gradients and updates"),
          clEnumValN(Phase::Fused, "fused",
                     "each function as the list of kernels that run"),
          clEnumValN(Phase::Kernels, "kernels",
                     "vectorized loops over one planned arena; of a GPU, "
                     "thread blocks and their launches"),
          clEnumValN(Phase::Ptx, "ptx", "of a GPU: PTX"),
          clEnumValN(Phase::Cubin, "cubin",
                     "of a GPU: machine code of its architecture, by the CUDA "
                     "Toolkit"),
          clEnumValN(Phase::LLVM, "llvm", "LLVM IR"),
          clEnumValN(Phase::Asm, "asm", "assembly"),
          clEnumValN(Phase::Obj, "obj", "an object file with vib_model in it"),
          clEnumValN(Phase::Shared, "shared",
                     "a shared library, with a C header beside it"),
          clEnumValN(Phase::Exe, "exe", "the program (the default)")),
      cl::value_desc("phase"), cl::cat(category)};
  cl::opt<Target, false, WordParser<Target>> target{
      "target", cl::desc("Where the program runs:"),
      cl::values(clEnumValN(Target::CPU, "cpu", "a CPU (the default)"),
                 clEnumValN(Target::CUDA, "cuda", "an NVIDIA GPU")),
      cl::value_desc("target"), cl::cat(category)};
  cl::opt<std::string> arch{
      "arch",
      cl::desc("With --target=cuda, the oldest architecture that the program "
               "runs on: sm_80 (the default), sm_86, sm_89, sm_90, sm_100 or "
               "sm_120"),
      cl::value_desc("name"), cl::cat(category)};
  cl::opt<bool> cubin{
      "cubin",
      cl::desc("With --target=cuda, put the machine code of the architecture "
               "beside the PTX, which the driver then need not compile. Takes "
               "the CUDA Toolkit"),
      cl::cat(category)};
  cl::opt<std::string> cpu{
      "cpu",
      cl::desc("The CPU to compile for: native (the default, this machine), "
               "x86-64-v3 (AVX2), x86-64-v4 (AVX-512), or a name that LLVM "
               "knows, such as znver4"),
      cl::value_desc("name"), cl::cat(category)};
  cl::opt<std::string> precision{
      "precision",
      cl::desc(
          "f32 or f64, both IEEE: of weights and activations. Or bf16: as "
          "f32, but wide contractions read their operands rounded to bf16. "
          "With --target=cuda f32, bf16, or tf32: as f32, but contractions of "
          "matrices round their factors to TF32. By default the model's own "
          "type"),
      cl::value_desc("type"), cl::cat(category)};
  cl::opt<std::string> batch{
      "batch", cl::desc("Rows of a batch, in place of the model's own"),
      cl::value_desc("N"), cl::cat(category)};
  cl::opt<Level> level{
      cl::desc("How much to optimize:"),
      cl::values(
          clEnumValN(Level::O0, "O0",
                     "the reference: nothing fused, scalar loops by the "
                     "plainest passes, one thread"),
          clEnumValN(Level::O1, "O1",
                     "adds fusion into kernels, one arena for all buffers, "
                     "tiles, vectors and threads"),
          clEnumValN(Level::O2, "O2",
                     "adds LLVM's -O2: its loop, vector and inlining passes "
                     "on that code (the default)"),
          clEnumValN(Level::O3, "O3",
                     "adds LLVM's -O3 and its aggressive code generation: "
                     "longer to compile, seldom faster")),
      cl::cat(category)};
  cl::opt<bool> gradients{
      "gradients",
      cl::desc("Add the entry point that writes the gradients out, which "
               "--emit=shared always has"),
      cl::cat(category)};
  cl::opt<bool> explain{
      "explain",
      cl::desc("Print a table of the kernels: FLOPs, bytes, the least cycles, "
               "how each is divided, its register tile and layout, what is "
               "fused into it, and why a fusion was not done"),
      cl::cat(category)};
  cl::opt<std::string> saveTemps{
      "save-temps", cl::desc("Write the text or file of every phase to DIR"),
      cl::value_desc("DIR"), cl::cat(category)};
  cl::opt<bool> timing{"timing",
                       cl::desc("Print what each phase and pass took"),
                       cl::cat(category)};
};
} // namespace

static void printVersion(raw_ostream &os) {
  os << "vibc " VIB_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
}

[[noreturn]] static void exitWithUsage(const Twine &message) {
  errs() << "vibc: " << message << "\n";
  exit(2);
}

/// Ends if a value that only the program takes when it runs is given here. LLVM
/// would look for a flag that is spelt alike, or has one of that name.
static void rejectFlagsOfProgram(ArrayRef<char *> words) {
  for (StringRef word : words) {
    StringRef flag = word.take_until([](char c) { return c == '='; });
    StringRef name = flag;
    if (!name.consume_front("-"))
      continue;
    name.consume_front("-");
    if (is_contained({"beta", "data", "device", "epochs", "init", "lr",
                      "resume", "samples", "seed", "steps", "threads",
                      "weights"},
                     name))
      exitWithUsage(flag + " is a flag of the program, which takes it when it "
                           "runs");
  }
}

Flags vib::parseFlags(int argc, char **argv) {
  rejectFlagsOfProgram(ArrayRef(argv, argc).drop_front());
  Parser parser;
  mlir::registerMLIRContextCLOptions();
  // A user knows the line of the model, not the generic form of its op.
  static_cast<cl::opt<bool> *>(
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic"))
      ->setInitialValue(false);
  mlir::registerAsmPrinterCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  cl::SetVersionPrinter(printVersion);
  cl::HideUnrelatedOptions(parser.category);

  std::string errors;
  raw_string_ostream os(errors);
  if (!cl::ParseCommandLineOptions(
          argc, argv,
          "vibc - compiles a model of the vib dialect to a program that trains "
          "it\n\n"
          "Also takes what it wrote for a phase, and goes on from there. The "
          "printing\noptions of MLIR work (--mlir-print-ir-after-all, "
          "--mlir-pass-statistics, …):\nsee --help-hidden.\n",
          &os)) {
    errs() << errors;
    exit(2);
  }

  Flags flags;
  flags.input = parser.input;
  flags.output = parser.output;
  flags.gradients = parser.gradients;
  flags.explain = parser.explain;
  flags.timing = parser.timing;
  flags.saveTemps = parser.saveTemps;
  if (parser.emit.getNumOccurrences())
    flags.emit = parser.emit;
  if (parser.target.getNumOccurrences())
    flags.target = parser.target == Target::CUDA ? "cuda" : "cpu";
  if (parser.arch.getNumOccurrences())
    flags.arch = parser.arch;
  flags.cubin = parser.cubin;
  if (parser.cpu.getNumOccurrences())
    flags.cpu = parser.cpu;
  if (parser.batch.getNumOccurrences()) {
    int64_t batch;
    StringRef word = parser.batch;
    if (word.getAsInteger(10, batch) || batch < 1 || batch > kMostRows)
      exitWithUsage("for the --batch option: found '" + word +
                    "', expected a number of rows, 1 to " + Twine(kMostRows));
    flags.batch = batch;
  }
  if (parser.level.getNumOccurrences())
    flags.level = static_cast<unsigned>(parser.level.getValue());
  if (parser.precision.getNumOccurrences()) {
    StringRef precision = parser.precision;
    if (precision != "f64" && precision != "f32" && precision != "bf16" &&
        precision != "tf32")
      exitWithUsage("for the --precision option: found '" + precision +
                    "', expected f64, f32 or bf16 on a CPU; f32, tf32 or bf16 "
                    "on a GPU");
    flags.precision = precision.str();
  }
  return flags;
}
