//===- Compilation.h - One run of vibc --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_COMPILATION_H
#define VIB_TOOLS_VIBC_COMPILATION_H

#include "compiler/ptx/Cubin.h"
#include "tools/vibc/Output.h"
#include "tools/vibc/Timing.h"
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
  int lowerTo(Phase next);
  int explain();
  void explainGpu(const llvm::StringMap<KernelResources> &resources);
  int emitModule(bool &done);
  int lowerModule();
  int lowerToObject();
  int lowerToGpuObject();
  int emitOnnx();
  int finish();

  Flags flags;
  std::string toolPath;

  /// The thread pool of `context` if the system does not allow a thread for
  /// every processor.
  std::unique_ptr<llvm::ThreadPoolInterface> threads;
  mlir::MLIRContext context;
  Timing timing;

  /// The module in it is lowered in place.
  Input input;
  Settings settings;
  Output output;
  /// The phase of the module or of `text`.
  Phase phase = Phase::Model;
  std::string text;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_COMPILATION_H
