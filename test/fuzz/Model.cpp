//===- Model.cpp - Fuzz vibc up to the phase fused ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Without what vibc does where a pass crashes, so that a crash is one here.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Passes.h"
#include "compiler/step/Passes.h"
#include "compiler/support/TextBounds.h"
#include "dialect/Vib.h"
#include "dialect/VibDiagnostics.h"
#include "mlir/InitAllDialects.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "test/fuzz/Fuzz.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace vib;

static DialectRegistry createRegistry() {
  DialectRegistry registry;
  registerAllDialects(registry);
  registry.insert<VibDialect>();
  return registry;
}

/// Reads a text as vibc does. Null if it is refused.
static OwningOpRef<ModuleOp> readModel(llvm::StringRef text,
                                       MLIRContext &context) {
  if (text.contains('\0') || checkBounds(text, TextKind::MLIR))
    return nullptr;
  // MLIR's lexer ends at the zero behind the text.
  auto buffer = llvm::MemoryBuffer::getMemBufferCopy(text, "f");
  text = buffer->getBuffer();
  auto sources = std::make_shared<llvm::SourceMgr>();
  sources->AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler printer(*sources, &context);
  SyntaxErrorHandler handler(&context, text);
  return parseSourceFile<ModuleOp>(sources, &context);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const DialectRegistry registry = createRegistry();
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  bool isReported = false;
  ScopedDiagnosticHandler counter(&context, [&](Diagnostic &diagnostic) {
    isReported |= diagnostic.getSeverity() == DiagnosticSeverity::Error;
    return success();
  });
  OwningOpRef<ModuleOp> module = readModel(text, context);
  // vibc verifies files of later phases before it uses them. Here the passes
  // would meet them as they are.
  if (!module || (*module)->hasAttr("vib.phase") ||
      module->getOps<ModelOp>().empty())
    return 0;
  PassManager manager(&context, ModuleOp::getOperationName(),
                      PassManager::Nesting::Implicit);
  buildStepPipeline(manager, StepOptions());
  buildFusedPipeline(manager);
  vib::fuzz::expect(succeeded(manager.run(*module)) || isReported,
                    "a model is compiled or an error is reported");
  return 0;
}
