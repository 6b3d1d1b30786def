//===- VibTranslator.h - Rewrite one message of MLIR's parser - -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The messages of MLIR are recognized by their text. A message that a later
// MLIR words differently reaches the user unchanged. Private to the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBTRANSLATOR_H
#define VIB_DIALECT_VIBTRANSLATOR_H

#include "dialect/VibReference.h"
#include "dialect/VibSourceText.h"
#include "mlir/IR/Diagnostics.h"

namespace vib {

/// Translates what MLIR's parser expected, according to its message `expected
/// …`, into the terms of the language. Empty if MLIR has no such message.
std::string getExpected(llvm::StringRef message);

class Translator {
public:
  Translator(mlir::Diagnostic &diagnostic, const SourceText &source)
      : diagnostic(diagnostic), source(source), message(diagnostic.str()) {}

  /// Returns false if the diagnostic only repeats an earlier one.
  bool run();

private:
  // Each returns whether it knows the message.
  bool translateCharacters();
  bool translateBytes();
  bool translateValues();
  bool translateNames();
  bool translateGeneric();
  bool translateOps();
  bool translateTypes();
  bool translateSyntax();

  bool isArgument(size_t at) const;
  void translateNoOp();
  void reportUnclosed();

  /// Starts a new message in place of the old one and its notes.
  mlir::Diagnostic &restart(size_t at);
  mlir::Diagnostic &restart() { return restart(position); }
  /// The position of the last note of the old message.
  std::optional<size_t> getNoted() const;
  /// The attribute or type of vib whose `<` and `>` enclose the position.
  const ReferenceEntry *getInnerEntry(const Statement &statement,
                                      size_t at) const;
  /// Shows how the attribute, the type or else the op at the position is
  /// written.
  void noteForm(size_t at);
  mlir::Location getLocation(size_t at) const {
    return source.getLocation(diagnostic.getLocation(), at);
  }

  mlir::Diagnostic &diagnostic;
  const SourceText &source;
  std::string message;
  size_t position = 0;
};

} // namespace vib

#endif // VIB_DIALECT_VIBTRANSLATOR_H
