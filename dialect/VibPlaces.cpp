//===- VibPlaces.cpp - Where tensors are in memory ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

static constexpr Count kOffset{"offset", 0, kMostMemoryBytes};
static constexpr Count kPanel{"panel", 0, kMostMemoryBytes};
static constexpr Count kRow{"row", 0, kMostMemoryBytes};

int64_t vib::getElementBytes(Type element) {
  if (element.isIndex())
    return 8;
  return llvm::divideCeil(element.getIntOrFloatBitWidth(), 8);
}

Attribute PlaceAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  BaseKind base = BaseKind::Weights;
  IntegerAttr offset;
  int64_t panel = 0, row = 0;
  if (parser.parseLess() || parseWord(parser, base) || parser.parsePlus() ||
      parseCount(parser, offset, "the offset", kOffset.least, kOffset.most) ||
      FieldList(parser, name)
          .add(kPanel, panel)
          .optional()
          .add(kRow, row)
          .optional()
          .parseRest())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    base, offset.getInt(), panel, row);
}

void PlaceAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyEnum(getBase()) << " + " << getOffset();
  if (getPanel() != 0)
    printer << ", panel = " << getPanel();
  if (getRow() != 0)
    printer << ", row = " << getRow();
  printer << '>';
}

LogicalResult PlaceAttr::verify(EmitError emitError, BaseKind, int64_t offset,
                                int64_t panel, int64_t row) {
  if (failed(kOffset.verify(emitError, offset)) ||
      failed(kPanel.verify(emitError, panel)) ||
      failed(kRow.verify(emitError, row)))
    return failure();
  if (panel != 0 && (row == 0 || panel % row != 0))
    return emitError() << "expected 'panel' to be a multiple of 'row', the "
                       << "columns of a panel, but got panel = " << panel
                       << " and row = " << row;
  return success();
}

/// The product, or none if it is more than kMostMemoryBytes.
static std::optional<int64_t> multiply(ArrayRef<int64_t> factors) {
  int64_t product = 1;
  for (int64_t factor : factors)
    if (llvm::MulOverflow(product, factor, product) ||
        product > kMostMemoryBytes)
      return std::nullopt;
  return product;
}

std::optional<int64_t> PlaceAttr::getBytes(RankedTensorType type) const {
  SmallVector<int64_t> factors(type.getShape());
  if (getPanel() != 0) {
    if (type.getRank() != 2 ||
        multiply({type.getDimSize(0), getRow()}).value_or(getPanel() + 1) >
            getPanel())
      return std::nullopt;
    int64_t panels = llvm::divideCeil(type.getDimSize(1), getRow());
    factors = {panels, getPanel()};
  } else if (getRow() != 0) {
    if (type.getRank() == 0 || getRow() < type.getShape().back())
      return std::nullopt;
    factors.back() = getRow();
  }
  factors.push_back(getElementBytes(type.getElementType()));
  return multiply(factors);
}
