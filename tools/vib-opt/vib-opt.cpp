//===- vib-opt.cpp - Runs vib's passes by name ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/expand/Passes.h"
#include "compiler/fused/Passes.h"
#include "compiler/gpu/Passes.h"
#include "compiler/model/Passes.h"
#include "compiler/object/Passes.h"
#include "compiler/ptx/Passes.h"
#include "compiler/reference/Passes.h"
#include "compiler/step/Passes.h"
#include "compiler/support/Streams.h"
#include "dialect/Vib.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"

#ifndef NDEBUG
/// A release build of LLVM has what prints debug output, but not its option.
static void addDebugOnly() {
  if (llvm::cl::getRegisteredOptions().contains("debug-only"))
    return;
  static llvm::cl::opt<std::string> type(
      "debug-only", llvm::cl::value_desc("type"),
      llvm::cl::desc("Print the debug output of a pass, such as "
                     "vib-choose-tiles, or of all fusions, vib-fuse"),
      llvm::cl::callback([](const std::string &name) {
        llvm::DebugFlag = true;
        llvm::setCurrentDebugType(name.c_str());
      }));
}
#endif

int main(int argc, char **argv) {
  vib::prepareStreams("vib-opt");
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  mlir::registerAllPasses();
  registry.insert<vib::VibDialect>();
  vib::registerModelPasses();
  vib::registerFusedPasses();
  vib::registerStepPhase();
  vib::registerExpandPasses();
  vib::registerCpuPasses();
  vib::registerCpuPipelines();
  vib::registerReferencePasses();
  vib::registerReferencePipelines();
  vib::registerGpuPasses();
  vib::registerGpuPipelines();
  vib::registerPtxPasses();
  vib::registerObjectPasses();
#ifndef NDEBUG
  addDebugOnly();
#endif
  // Print values with the names that the compiler gave them.
  llvm::SmallVector<char *> arguments(argv, argv + argc);
  char useNames[] = "--mlir-use-nameloc-as-prefix";
  arguments.insert(arguments.begin() + 1, useNames);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(arguments.size(), arguments.data(),
                        "vib modular optimizer driver\n", registry));
}
