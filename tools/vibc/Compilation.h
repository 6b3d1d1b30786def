//===- Compilation.h - One run of vibc --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_COMPILATION_H
#define VIB_TOOLS_VIBC_COMPILATION_H

#include "compiler/object/Options.h"
#include "compiler/object/Target.h"
#include "compiler/ptx/Cubin.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/Timing.h"
#include "tools/vibc/Diagnostics.h"
#include "tools/vibc/Files.h"
#include "tools/vibc/Flags.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ThreadPool.h"

namespace vib {

/// Compiles a model, or a file that vibc wrote for a phase, to the phase that
/// the flags select. Writes the phases that the flags request. Reports each
/// error once, on stderr.
class Compilation {
public:
  Compilation(const Flags &flags, std::string toolPath);

  /// The exit code of vibc.
  int run();

private:
  void startThreads();
  int read();
  void takeSettled(CompileOptions &settled);
  int settleOptions();
  int checkRecorded();
  int settleRecorded();
  int settleTarget();
  int checkFlags();
  int verifyInput();
  int lowerToKernels();
  int lowerToObject();
  int lowerToGpuObject();
  int finish(llvm::StringRef object);

  int runPipeline(Phase phase);
  int explain();
  void explainGpu(const llvm::StringMap<KernelResources> &resources);
  /// Prints to stdout, or to stderr if the output goes to stdout.
  void print(ExplainReport report);
  /// Writes a phase to the folder of --save-temps, if that flag is given.
  int saveTemp(Phase phase, llvm::StringRef contents);
  /// Writes the output of this run.
  int writeEnd(llvm::StringRef contents);
  /// Writes the text or file of `phase`. Sets `done` if it is the last phase.
  int emit(Phase phase, llvm::StringRef contents, bool &done);
  int emitModule(Phase phase, bool &done);

  /// Report an error and return the exit code.
  int fail(const llvm::Twine &message);
  int failUsage(const llvm::Twine &message);

  llvm::StringRef getInputName() const;
  /// The stem for the names of files that the user has not named.
  std::string getStem() const;
  std::string getOutputPath(Phase phase) const;

  Flags flags;
  std::string toolPath;
  Phase end;

  /// The thread pool of `context` if the system does not allow a thread for
  /// every processor.
  std::unique_ptr<llvm::ThreadPoolInterface> threads;
  mlir::MLIRContext context;
  std::shared_ptr<llvm::SourceMgr> sources =
      std::make_shared<llvm::SourceMgr>();
  std::unique_ptr<DiagnosticPrinter> diagnostics;
  mlir::DefaultTimingManager timingManager;
  mlir::TimingScope timing;

  InputKind kind = InputKind::MLIR;
  /// The phase of `module` or `text`.
  Phase phase = Phase::Model;
  /// Whether the input is the file of a phase after the model.
  bool isLaterPhase = false;
  std::unique_ptr<llvm::MemoryBuffer> input;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string text;
  /// The options recorded in the input, and those of this run.
  std::optional<CompileOptions> recorded;
  CompileOptions options;
  std::string modelName;
  /// The CPU; in a program for a GPU it runs everything except the kernels.
  TargetInfo target;
  const GpuArch *arch = nullptr;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_COMPILATION_H
