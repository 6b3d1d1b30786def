//===- Diagnostics.h - Prints what is wrong ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_DIAGNOSTICS_H
#define VIB_TOOLS_VIBC_DIAGNOSTICS_H

#include "compiler/support/TextBounds.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/SourceMgr.h"

namespace vib {

/// Print an error that has no place, and return the exit code.
int fail(const llvm::Twine &message);
int failUsage(const llvm::Twine &message);

/// Prints an error at its place in the main file of `sources`.
void printError(const llvm::SourceMgr &sources, const TextError &error);

/// Prints what MLIR reports, with the line of the input that it is about.
/// Unlike MLIR's own handler it opens no other file that a location names, and
/// neither lines nor messages can be of any length or control the terminal.
class DiagnosticPrinter : public mlir::ScopedDiagnosticHandler {
public:
  /// `sources` outlives the printer.
  DiagnosticPrinter(mlir::MLIRContext *context, llvm::SourceMgr &sources);

  /// Whether an error has been printed.
  bool hasError() const { return error; }

private:
  void print(mlir::Diagnostic &diagnostic, bool showsLine);

  llvm::SourceMgr &sources;
  bool error = false;
};

} // namespace vib

#endif // VIB_TOOLS_VIBC_DIAGNOSTICS_H
