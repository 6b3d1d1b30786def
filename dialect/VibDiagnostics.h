//===- VibDiagnostics.h - Syntax errors in the language's terms -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBDIAGNOSTICS_H
#define VIB_DIALECT_VIBDIAGNOSTICS_H

#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OpImplementation.h"

namespace vib {

/// Describes the text at `start` for a message: its first `size` characters in
/// quotes, or its first token if `size` is 0; or that the line or file ends.
std::string describeToken(const char *start, size_t size = 0);

/// Rewrites the errors of MLIR's parser in a model file. The new message says
/// in the language's terms what was found and expected, with an example of the
/// op. Handlers that were registered earlier receive it.
class SyntaxErrorHandler : public mlir::ScopedDiagnosticHandler {
public:
  /// For a whole file. `source` outlives the handler.
  SyntaxErrorHandler(mlir::MLIRContext *context, llvm::StringRef source);
  /// For the op whose name `parser` has read, and the ops in its regions.
  explicit SyntaxErrorHandler(mlir::OpAsmParser &parser);

private:
  SyntaxErrorHandler(mlir::MLIRContext *context, llvm::StringRef source,
                     unsigned firstLine);
};

} // namespace vib

#endif // VIB_DIALECT_VIBDIAGNOSTICS_H
