//===- Document.h - An open file --------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file is parsed again after each change. If it can be parsed, the parser
// records its definitions and uses (AsmParserState), even if verifiers find
// errors. Completion and documentation need only the text.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_LSP_DOCUMENT_H
#define VIB_TOOLS_LSP_DOCUMENT_H

#include "mlir/AsmParser/AsmParserState.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "tools/vib-lsp-server/Reference.h"
#include "llvm/Support/LSP/Protocol.h"
#include "llvm/Support/SourceMgr.h"

namespace vib {

class Document {
public:
  Document(llvm::lsp::URIForFile uri, const mlir::DialectRegistry &registry);

  /// Parses the text and returns its errors.
  std::vector<llvm::lsp::Diagnostic> setText(llvm::StringRef newText);
  const std::string &getText() const { return text; }
  /// The text before a position.
  llvm::StringRef getTextBefore(llvm::lsp::Position position) const;

  /// The definition and the uses of the value or symbol at a position.
  std::vector<llvm::lsp::Location> findDefinition(llvm::lsp::Position position);
  std::vector<llvm::lsp::Location> findUses(llvm::lsp::Position position,
                                            bool withDefinition);
  /// The documentation or the type of the word at a position.
  std::optional<llvm::lsp::Hover> findHover(const Reference &reference,
                                            llvm::lsp::Position position);
  std::vector<llvm::lsp::DocumentSymbol> getSymbols();

private:
  using Definition = mlir::AsmParserState::SMDefinition;

  /// The value or symbol at a position, if there is one.
  std::optional<Definition> lookup(llvm::lsp::Position position);
  std::string describeValue(llvm::SMLoc loc);
  llvm::lsp::Location getLocation(llvm::SMRange range);
  std::vector<llvm::lsp::DocumentSymbol> getSymbols(mlir::Region &region);

  llvm::lsp::URIForFile uri;
  mlir::MLIRContext context;
  std::string text;
  llvm::SourceMgr sources;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::AsmParserState state;
};

} // namespace vib

#endif // VIB_TOOLS_LSP_DOCUMENT_H
