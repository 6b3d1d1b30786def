//===- VibAttributes.cpp - Attributes and types of vib ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;

#include "dialect/VibAttrInterfaces.cpp.inc"
#include "dialect/VibEnums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/VibAttributes.cpp.inc"
#define GET_TYPEDEF_CLASSES
#include "dialect/VibTypes.cpp.inc"

void VibDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialect/VibAttributes.cpp.inc"
      >();
}

/// Reports a name after `#vib.` or `!vib.` that is not in the language.
static void reportUnknown(DialectAsmParser &parser, SMLoc loc, EntryKind kind,
                          StringRef name) {
  InFlightDiagnostic diagnostic = parser.emitError(loc);
  describeUnknownName(*diagnostic.getUnderlyingDiagnostic(), kind,
                      ("vib." + name).str());
}

Attribute VibDialect::parseAttribute(DialectAsmParser &parser,
                                     Type type) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  Attribute attribute;
  if (!generatedAttributeParser(parser, &name, type, attribute).has_value())
    reportUnknown(parser, loc, EntryKind::Attribute, name);
  return attribute;
}

Type VibDialect::parseType(DialectAsmParser &parser) const {
  SMLoc loc = parser.getCurrentLocation();
  StringRef name;
  Type type;
  if (!generatedTypeParser(parser, &name, type).has_value())
    reportUnknown(parser, loc, EntryKind::Type, name);
  return type;
}

void VibDialect::printType(Type type, DialectAsmPrinter &printer) const {
  (void)generatedTypePrinter(type, printer);
}

void VibDialect::printAttribute(Attribute attribute,
                                DialectAsmPrinter &printer) const {
  (void)generatedAttributePrinter(attribute, printer);
}

void VibDialect::registerTypes() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "dialect/VibTypes.cpp.inc"
      >();
}
