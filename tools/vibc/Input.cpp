//===- Input.cpp - The input of a run -------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Input.h"
#include "dialect/Vib.h"
#include "dialect/VibDiagnostics.h"
#include "mlir/Parser/Parser.h"

using namespace mlir;
using namespace vib;

static bool isBytecode(StringRef contents) {
  return contents.starts_with("ML\xefR");
}

/// What kind of text an input is, if it is one.
static std::optional<TextKind> getTextKind(InputKind kind, StringRef contents) {
  switch (kind) {
  case InputKind::MLIR:
    if (isBytecode(contents))
      return std::nullopt;
    return TextKind::MLIR;
  case InputKind::LLVMIR:
    return TextKind::LLVMIR;
  case InputKind::Assembly:
    return TextKind::Assembly;
  case InputKind::PTX:
  case InputKind::Object:
    return std::nullopt;
  }
  llvm_unreachable("all kinds are covered");
}

int Input::readRecord() {
  phase = kind == InputKind::LLVMIR     ? Phase::LLVM
          : kind == InputKind::Assembly ? Phase::Asm
                                        : Phase::Obj;
  llvm::Expected<Record> record =
      kind == InputKind::LLVMIR     ? readRecordOfLLVMIR(*buffer)
      : kind == InputKind::Assembly ? readRecordOfAssembly(*buffer)
                                    : readRecordOfObject(*buffer);
  if (!record)
    return fail(name + ": " + toString(record.takeError()));
  recorded = std::move(*record);
  return 0;
}

int Input::parseModule(MLIRContext &context) {
  StringRef source = buffer->getBuffer();
  diagnostics = std::make_unique<DiagnosticPrinter>(&context, *sources);
  // The file of a later phase consists mostly of upstream ops, for which MLIR's
  // own messages are appropriate.
  std::optional<SyntaxErrorHandler> handler;
  if (!source.contains(kPhaseAttrName))
    handler.emplace(&context, source);
  module = parseSourceFile<ModuleOp>(sources, &context);
  handler.reset();
  if (!module) {
    // MLIR's reader of bytecode refuses some files without a word.
    return diagnostics->hasError() || !isBytecode(source)
               ? 1
               : fail(name + ": found damaged MLIR bytecode, expected a file "
                             "as MLIR writes it");
  }
  if (auto attribute = (*module)->getAttr(kPhaseAttrName)) {
    auto written = dyn_cast<StringAttr>(attribute);
    std::optional<Phase> found =
        written ? parsePhase(written.getValue()) : std::nullopt;
    if (!found || *found == Phase::Onnx || *found > Phase::Kernels)
      return fail(
          name + ": found the phase " +
          (written ? "'" + written.getValue() + "'" : Twine("attribute")) +
          ", expected model, step, fused, planned or kernels");
    phase = *found;
  }
  if (auto options = (*module)->getAttrOfType<OptionsAttr>(kOptionsAttrName))
    recorded = Record{CompileOptions::fromAttribute(options), ""};
  if (phase == Phase::Model && module->getOps<ModelOp>().empty())
    return fail(name + ": has no vib.model");
  return 0;
}

int Input::read(StringRef path, MLIRContext &context) {
  name = path == "-" ? "stdin" : path.str();
  llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> file =
      readInput(path, kind);
  if (!file)
    return fail(toString(file.takeError()));
  buffer = std::move(*file);
  sources->AddNewSourceBuffer(
      llvm::MemoryBuffer::getMemBuffer(buffer->getMemBufferRef()),
      llvm::SMLoc());
  StringRef source = buffer->getBuffer();
  if (std::optional<TextKind> text = getTextKind(kind, source))
    if (std::optional<TextError> error = checkBounds(source, *text)) {
      printError(*sources, *error);
      return 1;
    }
  return kind == InputKind::MLIR ? parseModule(context) : readRecord();
}
