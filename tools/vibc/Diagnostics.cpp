//===- Diagnostics.cpp - Prints what is wrong -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Diagnostics.h"
#include "compiler/support/SourceMessage.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/WithColor.h"

using namespace mlir;
using namespace vib;
using llvm::HighlightColor;
using llvm::WithColor;

int vib::fail(const Twine &message) {
  llvm::errs() << "vibc: error: " << makePrintable(message.str()) << "\n";
  return 1;
}

int vib::failUsage(const Twine &message) {
  fail(message);
  llvm::errs() << "Try 'vibc --help'.\n";
  return 2;
}

static StringRef getFileName(const llvm::SourceMgr &sources) {
  return sources.getMemoryBuffer(sources.getMainFileID())
      ->getBufferIdentifier();
}

/// Prints `place: error: message`.
static void printMessage(const Twine &place, HighlightColor color,
                         StringRef label, StringRef message) {
  llvm::errs() << makePrintable(place.str()) << ": ";
  WithColor(llvm::errs(), color) << label << ": ";
  llvm::errs() << shortenMessage(message) << "\n";
}

/// Prints the line of a place in the main file.
static void printLine(const llvm::SourceMgr &sources, SMLoc loc) {
  StringRef text =
      sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
  size_t at = loc.getPointer() - text.data();
  size_t begin = text.take_front(at).rfind('\n') + 1;
  printSourceLine(llvm::errs(), text.substr(begin).split('\n').first,
                  at - begin + 1);
}

void vib::printError(const llvm::SourceMgr &sources, const TextError &error) {
  StringRef text =
      sources.getMemoryBuffer(sources.getMainFileID())->getBuffer();
  SMLoc loc = SMLoc::getFromPointer(text.data() + error.position);
  auto [line, column] = sources.getLineAndColumn(loc);
  printMessage(getFileName(sources) + ":" + Twine(line) + ":" + Twine(column),
               HighlightColor::Error, "error", error.message);
  printLine(sources, loc);
}

DiagnosticPrinter::DiagnosticPrinter(MLIRContext *context,
                                     llvm::SourceMgr &sources)
    : ScopedDiagnosticHandler(context), sources(sources) {
  setHandler([this](Diagnostic &diagnostic) {
    error |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    print(diagnostic, /*showsLine=*/true);
    Location loc = diagnostic.getLocation();
    for (Diagnostic &note : diagnostic.getNotes()) {
      print(note, note.getLocation() != loc);
      loc = note.getLocation();
    }
  });
}

void DiagnosticPrinter::print(Diagnostic &diagnostic, bool showsLine) {
  auto [color, label] = [&]() -> std::pair<HighlightColor, StringRef> {
    switch (diagnostic.getSeverity()) {
    case DiagnosticSeverity::Error:
      return {HighlightColor::Error, "error"};
    case DiagnosticSeverity::Warning:
      return {HighlightColor::Warning, "warning"};
    case DiagnosticSeverity::Note:
      return {HighlightColor::Note, "note"};
    case DiagnosticSeverity::Remark:
      return {HighlightColor::Remark, "remark"};
    }
    llvm_unreachable("all severities are covered");
  }();
  auto place = diagnostic.getLocation()->findInstanceOf<FileLineColLoc>();
  if (!place) {
    printMessage(getFileName(sources), color, label, diagnostic.str());
    return;
  }
  StringRef file = place.getFilename();
  printMessage(file + ":" + Twine(place.getLine()) + ":" +
                   Twine(place.getColumn()),
               color, label, diagnostic.str());
  if (!showsLine || file != getFileName(sources))
    return;
  SMLoc loc = sources.FindLocForLineAndColumn(
      sources.getMainFileID(), place.getLine(), place.getColumn());
  if (loc.isValid())
    printLine(sources, loc);
}
