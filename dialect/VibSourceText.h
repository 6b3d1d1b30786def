//===- VibSourceText.h - The text of a model file ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Finds the place and the context of an error in text that MLIR could not
// parse. Private to the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBSOURCETEXT_H
#define VIB_DIALECT_VIBSOURCETEXT_H

#include "mlir/IR/Location.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <optional>

namespace vib {

/// `%x`, `vib.linear` or `@encode.0` at the start of `text`, or nothing.
llvm::StringRef getName(llvm::StringRef text);

/// The length of the number at the start of `text` and of everything that
/// touches it, so that no part of `1e-3x` or `1..5` counts as a number; or 0.
size_t getNumberLength(llvm::StringRef text);

/// The length of the name, number, string or other character at the start of
/// `text`.
size_t getTokenLength(llvm::StringRef text);

/// An op, as far as its text shows it.
struct Statement {
  /// `vib.linear`; empty if there is none.
  llvm::StringRef op;
  /// The name after it or after its first value, as `@encode.0`; or empty.
  llvm::StringRef symbol;
  /// Where its name begins.
  size_t begin = 0;
};

/// Positions are offsets into the text, whose first line has a number.
class SourceText {
public:
  SourceText(llvm::StringRef text, unsigned firstLine)
      : text(text), firstLine(firstLine) {}

  llvm::StringRef getText() const { return text; }

  /// Converts a location to a position, and back, to one in the file of `like`.
  std::optional<size_t> find(mlir::Location loc) const;
  mlir::Location getLocation(mlir::Location like, size_t position) const;

  /// The last op that begins before the position, and the first that begins at
  /// or after it.
  Statement getStatement(size_t position) const;
  Statement getStatementFrom(size_t position) const;

  /// The names of values that are defined anywhere.
  llvm::SmallVector<llvm::StringRef> getDefinitions() const;
  /// Where the name is first defined.
  std::optional<size_t> findDefinition(llvm::StringRef name) const;
  /// Whether a definition begins at the position.
  bool isDefinition(size_t position) const;

  /// Whether the position is within the braces of an op.
  bool isInModel(size_t position) const {
    return getOpenBrace(position).has_value();
  }
  /// The innermost `{` that is open at the position.
  std::optional<size_t> getOpenBrace(size_t position) const;
  /// The name before the innermost `<` that is open at the position, such as
  /// `tensor` or `#vib.adam`; a `<` before `begin` does not count.
  llvm::StringRef getOpenBracket(size_t begin, size_t position) const;

  /// The start of the last token that begins before the position.
  size_t getTokenBefore(size_t position) const;
  /// The first position from here on that is neither a space nor a comment.
  size_t skipSpace(size_t position) const;
  bool isOnOneLine(size_t begin, size_t end) const;

private:
  void visitDefinitions(
      llvm::function_ref<void(size_t, llvm::StringRef)> visit) const;
  /// Calls `visit` with every token and its position up to `end`, until it
  /// returns false. Comments are not tokens.
  void
  visitTokens(size_t end,
              llvm::function_ref<bool(size_t, llvm::StringRef)> visit) const;

  llvm::StringRef text;
  unsigned firstLine;
};

} // namespace vib

#endif // VIB_DIALECT_VIBSOURCETEXT_H
