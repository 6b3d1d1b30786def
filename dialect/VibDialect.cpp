//===- VibDialect.cpp - The vib dialect -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "dialect/VibSyntax.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

#include "dialect/VibDialect.cpp.inc"
#include "dialect/VibOpInterfaces.cpp.inc"
#define GET_OP_CLASSES
#include "dialect/VibOps.cpp.inc"

static ParseResult reportUnknownOp(OpAsmParser &parser, OperationState &state) {
  InFlightDiagnostic diagnostic =
      emitError(parser.getEncodedSourceLoc(parser.getNameLoc()));
  describeUnknownName(*diagnostic.getUnderlyingDiagnostic(), EntryKind::Op,
                      state.name.getStringRef());
  return diagnostic;
}

std::optional<Dialect::ParseOpHook>
VibDialect::getParseOperationHook(StringRef opName) const {
  if (std::optional<ParseOpHook> known = Dialect::getParseOperationHook(opName))
    return known;
  return ParseOpHook(reportUnknownOp);
}

void VibDialect::initialize() {
  registerAttributes();
  registerTypes();
  addOperations<
#define GET_OP_LIST
#include "dialect/VibOps.cpp.inc"
      >();
}
