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

/// Takes a model, or what vibc wrote for a phase, to the phase that the flags
/// ask for. Each phase is written where the flags want it; whatever goes wrong
/// is reported on stderr once.
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
  /// Prints where the output does not go: on stdout, if it can.
  void print(ExplainReport report);
  /// Writes it to the folder of --save-temps, if there is one.
  int saveTemp(Phase phase, llvm::StringRef contents);
  /// Writes what this run was for.
  int writeEnd(llvm::StringRef contents);
  /// Writes the text or file of `phase`; `done` says that it was the last.
  int emit(Phase phase, llvm::StringRef contents, bool &done);
  int emitModule(Phase phase, bool &done);

  /// Reports and returns the exit code.
  int fail(const llvm::Twine &message);
  int failUsage(const llvm::Twine &message);

  llvm::StringRef getInputName() const;
  /// Names files that the user has not named.
  std::string getStem() const;
  std::string getOutputPath(Phase phase) const;

  Flags flags;
  std::string toolPath;
  Phase end;

  /// The pool of `context` if there cannot be a thread for every processor.
  std::unique_ptr<llvm::ThreadPoolInterface> threads;
  mlir::MLIRContext context;
  std::shared_ptr<llvm::SourceMgr> sources =
      std::make_shared<llvm::SourceMgr>();
  std::unique_ptr<DiagnosticPrinter> diagnostics;
  mlir::DefaultTimingManager timingManager;
  mlir::TimingScope timing;

  InputKind kind = InputKind::MLIR;
  /// The phase of what `module` or `text` holds.
  Phase phase = Phase::Model;
  /// Whether the input is the file of a phase after the model.
  bool isLaterPhase = false;
  std::unique_ptr<llvm::MemoryBuffer> input;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string text;
  /// What the input has recorded, and what holds for this run.
  std::optional<CompileOptions> recorded;
  CompileOptions options;
  std::string modelName;
  /// Of the CPU, which for a GPU program runs all but the kernels.
  TargetInfo target;
  const GpuArch *arch = nullptr;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_COMPILATION_H
