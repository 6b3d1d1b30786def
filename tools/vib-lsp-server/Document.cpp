//===- Document.cpp - An open file ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vib-lsp-server/Document.h"
#include "compiler/support/SourceMessage.h"
#include "compiler/support/TextBounds.h"
#include "dialect/Vib.h"
#include "dialect/VibDiagnostics.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "tools/vib-lsp-server/Completion.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;
namespace lsp = llvm::lsp;

Document::Document(lsp::URIForFile uri, const DialectRegistry &registry)
    : uri(std::move(uri)), context(registry, MLIRContext::Threading::DISABLED) {
  // The editor shows the line, and users do not know the generic form of an op.
  context.printOpOnDiagnostic(false);
}

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

/// Whether a character can be part of a word.
static bool isWordPart(char c) {
  return llvm::isAlnum(c) || StringRef("_.$#!%@").contains(c);
}

/// The range of the word at a location; empty if there is no word.
static lsp::Range getRange(llvm::SourceMgr &sources, mlir::Location loc) {
  auto place = loc->findInstanceOf<FileLineColLoc>();
  if (!place)
    return {};
  SMLoc start = sources.FindLocForLineAndColumn(
      sources.getMainFileID(), place.getLine(), place.getColumn());
  if (!start.isValid())
    return {};
  const char *end = start.getPointer();
  while (isWordPart(*end))
    ++end;
  return lsp::Range(sources, SMRange(start, SMLoc::getFromPointer(end)));
}

static lsp::Diagnostic convert(const lsp::URIForFile &uri,
                               llvm::SourceMgr &sources,
                               mlir::Diagnostic &diagnostic) {
  lsp::Diagnostic result;
  result.source = "vib";
  result.message = shortenMessage(diagnostic.str());
  result.range = getRange(sources, diagnostic.getLocation());
  switch (diagnostic.getSeverity()) {
  case DiagnosticSeverity::Error:
    result.severity = lsp::DiagnosticSeverity::Error;
    break;
  case DiagnosticSeverity::Warning:
    result.severity = lsp::DiagnosticSeverity::Warning;
    break;
  case DiagnosticSeverity::Note:
  case DiagnosticSeverity::Remark:
    result.severity = lsp::DiagnosticSeverity::Information;
    break;
  }
  std::vector<lsp::DiagnosticRelatedInformation> notes;
  for (mlir::Diagnostic &note : diagnostic.getNotes())
    notes.emplace_back(
        lsp::Location(uri, getRange(sources, note.getLocation())),
        shortenMessage(note.str()));
  if (!notes.empty())
    result.relatedInformation = std::move(notes);
  return result;
}

std::vector<lsp::Diagnostic> Document::setText(StringRef newText) {
  text = newText.str();
  module = nullptr;
  state = AsmParserState();
  sources = llvm::SourceMgr();
  sources.AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBufferCopy(text, uri.file()), SMLoc());

  std::vector<lsp::Diagnostic> diagnostics;
  if (std::optional<TextError> error = checkBounds(text, TextKind::MLIR)) {
    const char *start =
        sources.getMemoryBuffer(sources.getMainFileID())->getBufferStart() +
        error->position;
    lsp::Diagnostic diagnostic;
    diagnostic.source = "vib";
    diagnostic.severity = lsp::DiagnosticSeverity::Error;
    diagnostic.message = error->message;
    diagnostic.range = lsp::Position(sources, SMLoc::getFromPointer(start));
    diagnostics.push_back(std::move(diagnostic));
    return diagnostics;
  }
  ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
    diagnostics.push_back(convert(uri, sources, diagnostic));
    return success();
  });
  SyntaxErrorHandler syntaxErrors(&context, text);
  OwningOpRef<ModuleOp> parsed(ModuleOp::create(UnknownLoc::get(&context)));
  // The verifiers run later, so that definitions and uses are known even if
  // they find errors.
  ParserConfig config(&context, /*verifyAfterParse=*/false);
  if (failed(parseAsmSourceFile(sources, parsed->getBody(), config, &state))) {
    state = AsmParserState();
    return diagnostics;
  }
  module = std::move(parsed);
  (void)verify(*module);
  return diagnostics;
}

StringRef Document::getTextBefore(lsp::Position position) const {
  StringRef rest = text;
  size_t begin = 0;
  for (int line = 0; line != position.line; ++line) {
    size_t end = rest.find('\n', begin);
    if (end == StringRef::npos)
      return text;
    begin = end + 1;
  }
  size_t end = std::min(rest.find('\n', begin), rest.size());
  return rest.take_front(std::min(begin + position.character, end));
}

//===----------------------------------------------------------------------===//
// Definitions and uses
//===----------------------------------------------------------------------===//

static bool contains(SMRange range, SMLoc loc) {
  return range.isValid() && range.Start.getPointer() <= loc.getPointer() &&
         loc.getPointer() <= range.End.getPointer();
}

std::optional<Document::Definition> Document::lookup(lsp::Position position) {
  SMLoc loc = position.getAsSMLoc(sources);
  if (!loc.isValid())
    return std::nullopt;
  std::optional<Definition> found;
  auto visit = [&](const Definition &definition) {
    if (contains(definition.loc, loc) ||
        llvm::any_of(definition.uses,
                     [&](SMRange use) { return contains(use, loc); }))
      found = definition;
  };
  for (const AsmParserState::OperationDefinition &op : state.getOpDefs()) {
    for (const auto &group : op.resultGroups)
      visit(group.definition);
    Definition symbol(op.loc);
    symbol.uses = op.symbolUses;
    visit(symbol);
  }
  for (const AsmParserState::BlockDefinition &block : state.getBlockDefs()) {
    visit(block.definition);
    llvm::for_each(block.arguments, visit);
  }
  for (const auto &alias : state.getAttributeAliasDefs())
    visit(alias.definition);
  for (const auto &alias : state.getTypeAliasDefs())
    visit(alias.definition);
  return found;
}

lsp::Location Document::getLocation(SMRange range) {
  return lsp::Location(uri, sources, range);
}

std::vector<lsp::Location> Document::findDefinition(lsp::Position position) {
  std::optional<Definition> found = lookup(position);
  if (!found || !found->loc.isValid())
    return {};
  return {getLocation(found->loc)};
}

std::vector<lsp::Location> Document::findUses(lsp::Position position,
                                              bool withDefinition) {
  std::vector<lsp::Location> locations;
  std::optional<Definition> found = lookup(position);
  if (!found)
    return locations;
  if (withDefinition && found->loc.isValid())
    locations.push_back(getLocation(found->loc));
  for (SMRange use : found->uses)
    locations.push_back(getLocation(use));
  return locations;
}

//===----------------------------------------------------------------------===//
// Hover
//===----------------------------------------------------------------------===//

/// The name and type of the value defined at a location: "%z :
/// tensor<?x4xf32>".
std::string Document::describeValue(SMLoc loc) {
  std::string description;
  llvm::raw_string_ostream os(description);
  auto describe = [&](const Definition &definition, Value value) {
    if (!contains(definition.loc, loc))
      return;
    SMRange range = definition.loc;
    os << StringRef(range.Start.getPointer(),
                    range.End.getPointer() - range.Start.getPointer())
       << " : " << value.getType();
  };
  for (const AsmParserState::OperationDefinition &op : state.getOpDefs())
    for (const auto &group : op.resultGroups)
      describe(group.definition, op.op->getResult(group.startIndex));
  for (const AsmParserState::BlockDefinition &block : state.getBlockDefs())
    for (auto [definition, argument] :
         llvm::zip(block.arguments, block.block->getArguments()))
      describe(definition, argument);
  return description;
}

std::optional<lsp::Hover> Document::findHover(const Reference &reference,
                                              lsp::Position position) {
  StringRef before = getTextBefore(position);
  StringRef after = StringRef(text).drop_front(before.size());
  size_t size = 0;
  while (size != before.size() && isWordPart(before[before.size() - size - 1]))
    ++size;
  std::string word =
      (before.take_back(size) + after.take_while(isWordPart)).str();

  lsp::Position start = position;
  start.character -= size;
  lsp::Position end = start;
  end.character += word.size();
  lsp::Hover hover(lsp::Range(start, end));
  if (const ReferenceEntry *entry = reference.lookup(word)) {
    hover.contents.value = entry->text;
    return hover;
  }
  if (const ReferenceEntry *keyed =
          findKeyed(reference, before.drop_back(size)))
    if (const ReferenceKey *key = keyed->lookup(word)) {
      hover.contents.value = key->text;
      return hover;
    }
  std::optional<Definition> found = lookup(position);
  if (!found)
    return std::nullopt;
  std::string description = describeValue(found->loc.Start);
  if (description.empty())
    return std::nullopt;
  hover.contents.value = "```mlir\n" + description + "\n```";
  return hover;
}

//===----------------------------------------------------------------------===//
// Symbols
//===----------------------------------------------------------------------===//

/// The name of an op in an outline: its symbol, its layer, or, if it has
/// regions, the name of its kind.
static std::string getOutlineName(Operation *op) {
  if (auto symbol = dyn_cast<SymbolOpInterface>(op))
    if (StringAttr name = symbol.getNameAttr())
      return name.str();
  if (isa<ParameterizedOpInterface>(op))
    if (auto name = op->getAttrOfType<StringAttr>("name"))
      return name.str();
  return op->getNumRegions() ? op->getName().getStringRef().str() : "";
}

std::vector<lsp::DocumentSymbol> Document::getSymbols(Region &region) {
  std::vector<lsp::DocumentSymbol> symbols;
  for (Operation &op : region.getOps()) {
    const AsmParserState::OperationDefinition *definition = state.getOpDef(&op);
    std::string name = getOutlineName(&op);
    if (!definition || name.empty())
      continue;
    lsp::DocumentSymbol symbol(name,
                               op.getNumRegions() ? lsp::SymbolKind::Class
                                                  : lsp::SymbolKind::Field,
                               lsp::Range(sources, definition->scopeLoc),
                               lsp::Range(sources, definition->loc));
    symbol.detail = op.getName().getStringRef().str();
    for (Region &inner : op.getRegions())
      llvm::move(getSymbols(inner), std::back_inserter(symbol.children));
    symbols.push_back(std::move(symbol));
  }
  return symbols;
}

std::vector<lsp::DocumentSymbol> Document::getSymbols() {
  if (!module)
    return {};
  return getSymbols(module->getBodyRegion());
}
