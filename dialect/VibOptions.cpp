//===- VibOptions.cpp - The options with which a file was made ------------===//
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

static constexpr Count kBatch{"batch", 1, kMostRows};
static constexpr Count kLevel{"level", 0, 3};

Attribute OptionsAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t level = 0, batch = 0;
  std::optional<Precision> precision;
  bool gradients = false, cubin = false;
  std::string cpu, features, arch;
  auto parsePrecision = [&]() -> ParseResult {
    return parseWord(parser, precision.emplace());
  };
  if (FieldList(parser, name)
          .add(kLevel, level)
          .add("precision", parsePrecision)
          .optional()
          .add(kBatch, batch)
          .optional()
          .addFlag("gradients", gradients)
          .add("cpu", cpu)
          .add("features", features)
          .optional()
          .add("arch", arch)
          .optional()
          .addFlag("cubin", cubin)
          .parse())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    level, precision, batch, gradients, StringRef(cpu),
                    StringRef(features), StringRef(arch), cubin);
}

void OptionsAttr::print(AsmPrinter &printer) const {
  printer << "<level = " << getLevel();
  if (getPrecision())
    printer << ", precision = " << stringifyEnum(*getPrecision());
  if (getBatch() != 0)
    printer << ", batch = " << getBatch();
  if (getGradients())
    printer << ", gradients";
  printer << ", cpu = ";
  printer.printString(getCpu());
  for (auto [field, text] :
       {std::pair("features", getFeatures()), std::pair("arch", getArch())}) {
    if (text.empty())
      continue;
    printer << ", " << field << " = ";
    printer.printString(text);
  }
  if (getCubin())
    printer << ", cubin";
  printer << '>';
}

LogicalResult OptionsAttr::verify(EmitError emitError, int64_t level,
                                  std::optional<Precision>, int64_t batch, bool,
                                  StringRef cpu, StringRef, StringRef, bool) {
  if (failed(kLevel.verify(emitError, level)) ||
      failed(verifyText(emitError, "cpu", cpu)))
    return failure();
  return batch == 0 ? success() : kBatch.verify(emitError, batch);
}
