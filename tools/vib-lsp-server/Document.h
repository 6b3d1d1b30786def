//===- Document.h - An open file --------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A file is parsed anew after each change. What the parser notes of definitions
// and uses (AsmParserState) is there if the file parses, even if the verifiers
// find errors; completion and documentation need the text alone.
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

  /// Parses the text and returns what is wrong with it.
  std::vector<llvm::lsp::Diagnostic> setText(llvm::StringRef newText);
  const std::string &getText() const { return text; }
  /// The text before a position.
  llvm::StringRef getTextBefore(llvm::lsp::Position position) const;

  /// Where what stands at a position is defined, and where it is used.
  std::vector<llvm::lsp::Location> findDefinition(llvm::lsp::Position position);
  std::vector<llvm::lsp::Location> findUses(llvm::lsp::Position position,
                                            bool withDefinition);
  /// Documentation and types.
  std::optional<llvm::lsp::Hover> findHover(const Reference &reference,
                                            llvm::lsp::Position position);
  std::vector<llvm::lsp::DocumentSymbol> getSymbols();

private:
  using Definition = mlir::AsmParserState::SMDefinition;

  /// What is defined or used at a position, none if there is nothing.
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
