//===- Input.h - The input of a run -----------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_INPUT_H
#define VIB_TOOLS_VIBC_INPUT_H

#include "compiler/object/Codegen.h"
#include "mlir/IR/OwningOpRef.h"
#include "tools/vibc/Diagnostics.h"
#include "tools/vibc/Files.h"

namespace vib {

/// What a run of vibc reads: a model, or a file that vibc wrote for a phase.
/// Prints what MLIR reports about it as long as it lives.
struct Input {
  /// Reads the file, or stdin for "-". Prints the error if there is one, and
  /// returns the exit code.
  int read(llvm::StringRef path, mlir::MLIRContext &context);

  /// The name of the file in messages.
  std::string name;
  InputKind kind = InputKind::MLIR;
  Phase phase = Phase::Model;
  std::unique_ptr<llvm::MemoryBuffer> buffer;
  std::shared_ptr<llvm::SourceMgr> sources =
      std::make_shared<llvm::SourceMgr>();
  std::unique_ptr<DiagnosticPrinter> diagnostics;
  /// The contents if they are MLIR.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// Of a module only the options: it states the name of the model itself.
  std::optional<Record> recorded;

private:
  int parseModule(mlir::MLIRContext &context);
  int readRecord();
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_INPUT_H
