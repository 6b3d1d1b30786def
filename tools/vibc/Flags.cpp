//===- Flags.cpp - The command line of vibc -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Flags.h"
#include "compiler/support/SourceMessage.h"
#include "dialect/Vib.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Support/Timing.h"
#include "tools/vibc/Diagnostics.h"
#include "tools/vibc/UsageErrors.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace vib;

[[noreturn]] static void exitWithUsage(const Twine &message) {
  exit(failUsage(message));
}

namespace {
enum class Level { O0, O1, O2, O3 };
enum class Target { CPU, CUDA };

/// Parses a value that is one of several words. The error for another word
/// lists them.
template <typename T> struct WordParser : cl::parser<T> {
  using cl::parser<T>::parser;
  bool parse(cl::Option &option, StringRef name, StringRef word, T &value) {
    for (unsigned i = 0, e = this->getNumOptions(); i != e; ++i) {
      if (this->getOption(i) != word)
        continue;
      value = this->Values[i].V.getValue();
      return false;
    }
    SmallVector<StringRef> words;
    for (unsigned i = 0, e = this->getNumOptions(); i != e; ++i)
      if (!this->getOption(i).empty())
        words.push_back(this->getOption(i));
    std::string expected =
        join(drop_end(words), ", ") + " or " + words.back().str();
    exitWithUsage("--" + name + ": expected " + expected + ", got '" + word +
                  "'");
  }
};

/// The options, which exist only while the command line is parsed. Help.cpp
/// describes them.
struct Parser {
  cl::OptionCategory category{"Options of vibc (vibc --help describes them)"};

  cl::list<std::string> inputs{cl::Positional, cl::ZeroOrMore,
                               cl::desc("MODEL.mlir"), cl::cat(category)};
  cl::opt<std::string> output{"o", cl::value_desc("FILE"), cl::cat(category)};
  cl::opt<Phase, false, WordParser<Phase>> emit{
      "emit",
      cl::values(clEnumValN(Phase::Model, "model", ""),
                 clEnumValN(Phase::Onnx, "onnx", ""),
                 clEnumValN(Phase::Step, "step", ""),
                 clEnumValN(Phase::Fused, "fused", ""),
                 clEnumValN(Phase::Planned, "planned", ""),
                 clEnumValN(Phase::Kernels, "kernels", ""),
                 clEnumValN(Phase::Ptx, "ptx", ""),
                 clEnumValN(Phase::Cubin, "cubin", ""),
                 clEnumValN(Phase::LLVM, "llvm", ""),
                 clEnumValN(Phase::Asm, "asm", ""),
                 clEnumValN(Phase::Obj, "obj", ""),
                 clEnumValN(Phase::Shared, "shared", ""),
                 clEnumValN(Phase::Exe, "exe", "")),
      cl::cat(category)};
  cl::opt<bool> outline{"outline", cl::cat(category)};
  cl::opt<std::string> weights{"weights", cl::value_desc("FILE"),
                               cl::cat(category)};
  cl::opt<onnx::Use, false, WordParser<onnx::Use>> use{
      "use",
      cl::values(clEnumValN(onnx::Use::Average, "average", ""),
                 clEnumValN(onnx::Use::Raw, "raw", "")),
      cl::cat(category)};
  cl::opt<bool> gradients{"gradients", cl::cat(category)};
  cl::opt<Target, false, WordParser<Target>> target{
      "target",
      cl::values(clEnumValN(Target::CPU, "cpu", ""),
                 clEnumValN(Target::CUDA, "cuda", "")),
      cl::cat(category)};
  cl::opt<std::string> cpu{"cpu", cl::value_desc("NAME"), cl::cat(category)};
  cl::opt<std::string> arch{"arch", cl::value_desc("NAME"), cl::cat(category)};
  cl::opt<bool> cubin{"cubin", cl::cat(category)};
  cl::opt<std::string> precision{"precision", cl::value_desc("TYPE"),
                                 cl::cat(category)};
  cl::opt<std::string> batch{"batch", cl::value_desc("N"), cl::cat(category)};
  cl::opt<Level> level{cl::values(clEnumValN(Level::O0, "O0", ""),
                                  clEnumValN(Level::O1, "O1", ""),
                                  clEnumValN(Level::O2, "O2", ""),
                                  clEnumValN(Level::O3, "O3", "")),
                       cl::desc("Level:"), cl::cat(category)};
  cl::opt<ExplainForm, false, WordParser<ExplainForm>> explain{
      "explain", cl::ValueOptional,
      cl::values(clEnumValN(ExplainForm::Brief, "", ""),
                 clEnumValN(ExplainForm::Full, "full", ""),
                 clEnumValN(ExplainForm::Json, "json", "")),
      cl::cat(category)};
  cl::opt<std::string> saveTemps{"save-temps", cl::value_desc("DIR"),
                                 cl::cat(category)};
  cl::opt<bool> timing{"timing", cl::cat(category)};
};
} // namespace

static void printVersion(raw_ostream &os) {
  os << "vibc " VIB_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
}

Flags vib::parseFlags(int argc, char **argv) {
  ArrayRef<char *> words = ArrayRef(argv, argc).drop_front();
  for (StringRef word : words)
    if (is_contained({"--help", "-help", "-h"}, word)) {
      outs() << getHelp();
      exit(0);
    }
  Parser parser;
  mlir::registerMLIRContextCLOptions();
  // Users know the line in their model, but not the generic form of its op.
  static_cast<cl::opt<bool> *>(
      cl::getRegisteredOptions().lookup("mlir-print-op-on-diagnostic"))
      ->setInitialValue(false);
  mlir::registerAsmPrinterCLOptions();
  mlir::registerPassManagerCLOptions();
  mlir::registerDefaultTimingManagerCLOptions();
  cl::SetVersionPrinter(printVersion);

  if (std::string error = findUsageError(words, parser.category);
      !error.empty())
    exitWithUsage(error);
  std::string errors;
  raw_string_ostream os(errors);
  if (!cl::ParseCommandLineOptions(argc, argv, "", &os)) {
    // What is wrong with a value has been printed.
    if (errors.empty())
      exit(2);
    exitWithUsage(StringRef(errors).trim().split(": ").second);
  }

  Flags flags;
  if (parser.inputs.empty())
    exitWithUsage("expected a model file, as in 'vibc MODEL.mlir -o PROGRAM'");
  if (parser.inputs.size() > 1)
    exitWithUsage("expected one model file, got '" + parser.inputs[0] +
                  "' and '" + parser.inputs[1] + "'");
  flags.input = parser.inputs.front();
  flags.output = parser.output;
  flags.gradients = parser.gradients;
  if (parser.explain.getNumOccurrences())
    flags.explain = parser.explain;
  flags.outline = parser.outline;
  flags.timing = parser.timing;
  flags.saveTemps = parser.saveTemps;
  flags.weights = parser.weights;
  if (parser.use.getNumOccurrences())
    flags.use = parser.use;
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
      exitWithUsage("--batch: expected a number of rows, 1 to " +
                    Twine(kMostRows) + ", got '" + word + "'");
    flags.batch = batch;
  }
  if (parser.level.getNumOccurrences())
    flags.level = static_cast<unsigned>(parser.level.getValue());
  if (parser.precision.getNumOccurrences()) {
    StringRef precision = parser.precision;
    if (precision != "f64" && precision != "f32" && precision != "bf16" &&
        precision != "tf32")
      exitWithUsage("--precision: expected f64, f32 or bf16 for a CPU, or f32, "
                    "tf32 or bf16 for a GPU, got '" +
                    precision + "'");
    flags.precision = precision.str();
  }
  return flags;
}
