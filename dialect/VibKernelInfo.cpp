//===- VibKernelInfo.cpp - What is recorded of a kernel -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace vib;

static constexpr Count kUnits{"units"};

Attribute KernelInfoAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol, entry;
  int64_t units = 0;
  FloatAttr flops = parser.getBuilder().getF64FloatAttr(0), bytes = flops;
  Precision operands = Precision::F32;
  ArrayAttr parts, fused, unfused;
  if (parser.parseLess() || parseText(parser, symbol) ||
      FieldList(parser, name)
          .add("entry", entry)
          .add(kUnits, units)
          .add("flops", flops)
          .optional()
          .add("bytes", bytes)
          .optional()
          .add("operands", operands)
          .optional()
          .add("parts", parts)
          .optional()
          .add("fused", fused)
          .optional()
          .add("unfused", unfused)
          .optional()
          .parseRest())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), StringRef(entry), units, flops, bytes,
                    operands, parts, fused, unfused);
}

void KernelInfoAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printString(getName());
  printer << ", entry = ";
  printer.printString(getEntry());
  printer << ", units = " << getUnits() << ", flops = ";
  printNumber(printer, getFlops());
  printer << ", bytes = ";
  printNumber(printer, getBytes());
  if (getOperands() != Precision::F32)
    printer << ", operands = " << stringifyEnum(getOperands());
  for (auto [field, notes] :
       {std::pair("parts", getParts()), std::pair("fused", getFused()),
        std::pair("unfused", getUnfused())})
    if (notes)
      printer << ", " << field << " = " << notes;
  printer << '>';
}

LogicalResult KernelInfoAttr::verify(EmitError emitError, StringRef name,
                                     StringRef entry, int64_t units,
                                     FloatAttr flops, FloatAttr bytes,
                                     Precision, ArrayAttr parts,
                                     ArrayAttr fused, ArrayAttr unfused) {
  if (failed(verifyText(emitError, "name", name)) ||
      failed(verifyText(emitError, "entry", entry)) ||
      failed(kUnits.verify(emitError, units)) ||
      failed(verifyNumber(emitError, "flops", flops, 0)) ||
      failed(verifyNumber(emitError, "bytes", bytes, 0)))
    return failure();
  for (auto [field, notes] :
       {std::pair("parts", parts), std::pair("fused", fused),
        std::pair("unfused", unfused)})
    if (notes && !llvm::all_of(notes, llvm::IsaPred<StringAttr>))
      return emitError() << "expected '" << field << "' to be a list of "
                         << "strings but got " << notes;
  return success();
}
