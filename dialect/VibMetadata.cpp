//===- VibMetadata.cpp - Parameters and tensors of a module ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace vib;

/// A place without `#vib.place` before it.
static FieldList::ParseFn parsePlace(AsmParser &parser, PlaceAttr &place) {
  return [&parser, &place]() -> ParseResult {
    place = cast_or_null<PlaceAttr>(PlaceAttr::parse(parser, Type()));
    return success(bool(place));
  };
}

/// Verifies the type of a parameter or a tensor, and its place in `base`, if it
/// has one yet.
static LogicalResult verifyTyped(EmitError emitError, StringRef name,
                                 RankedTensorType type, PlaceAttr place,
                                 BaseKind base) {
  // Without a place, the bytes must not overflow.
  auto dense = PlaceAttr::get(type.getContext(), base, 0, 0, 0);
  if (!type.hasStaticShape() || llvm::is_contained(type.getShape(), 0) ||
      !dense.getBytes(type))
    return emitError() << "expected \"" << name << "\" to have dimensions of "
                       << "at least 1, and at most " << kMostMemoryBytes
                       << " bytes, but got " << type;
  if (!place)
    return success();
  if (place.getBase() != base)
    return emitError() << "expected the place of \"" << name << "\" in "
                       << stringifyEnum(base) << " but got " << place;
  int64_t element = getElementBytes(type.getElementType());
  if (place.getOffset() % element != 0)
    return emitError() << "expected \"" << name << "\" at a multiple of "
                       << element << ", the bytes of its elements, but got "
                       << place;
  if (!place.getBytes(type) || (place.getRow() != 0 && place.getPanel() == 0))
    return emitError() << "expected \"" << name << "\", a " << type
                       << ", to be dense or in panels that have room for its "
                       << "rows, but got " << place;
  return success();
}

/// `"name" : type`.
static ParseResult parseTyped(AsmParser &parser, std::string &name,
                              RankedTensorType &type) {
  SMLoc loc;
  Type written;
  if (parser.parseLess() || parseText(parser, name) || parser.parseColon() ||
      parser.getCurrentLocation(&loc) || parser.parseType(written))
    return failure();
  type = dyn_cast<RankedTensorType>(written);
  if (!type)
    return parser.emitError(loc, "expected a ranked tensor but got ")
           << written;
  return success();
}

static void printTyped(AsmPrinter &printer, StringRef name, Type type) {
  printer << '<';
  printer.printString(name);
  printer << " : " << type;
}

static void printPlace(AsmPrinter &printer, PlaceAttr place) {
  printer << ", place = ";
  printer.printStrippedAttrOrType(place);
}

Attribute ParameterAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol;
  RankedTensorType type;
  bool transposed = false;
  SmallVector<int64_t> permutation;
  Initialization init = Initialization::Constant;
  FloatAttr scale;
  PlaceAttr place;
  auto parseInit = [&]() -> ParseResult {
    FailureOr<FloatAttr> number = failure();
    if (parseWord(parser, init) || parser.parseLParen() ||
        failed(number = parseNumber(parser)) || parser.parseRParen())
      return failure();
    scale = *number;
    return success();
  };
  auto parseDimension = [&]() -> ParseResult {
    return parser.parseInteger(permutation.emplace_back());
  };
  auto parsePermutation = [&]() -> ParseResult {
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                          parseDimension);
  };
  if (parseTyped(parser, symbol, type) ||
      FieldList(parser, name)
          .addFlag("transposed", transposed)
          .add("permutation", parsePermutation)
          .optional()
          .add("init", parseInit)
          .add("place", parsePlace(parser, place))
          .optional()
          .parseRest())
    return {};
  if (transposed && !permutation.empty()) {
    parser.emitError(loc,
                     "expected 'transposed' or 'permutation' but got both");
    return {};
  }
  if (transposed)
    permutation = {1, 0};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), type, ArrayRef<int64_t>(permutation),
                    init, scale, place);
}

void ParameterAttr::print(AsmPrinter &printer) const {
  printTyped(printer, getName(), getType());
  if (getPermutation() == ArrayRef<int64_t>{1, 0}) {
    printer << ", transposed";
  } else if (!getPermutation().empty()) {
    printer << ", permutation = [";
    llvm::interleaveComma(getPermutation(), printer);
    printer << ']';
  }
  printer << ", init = " << stringifyEnum(getInit()) << '(';
  printNumber(printer, getScale());
  printer << ')';
  if (getPlace())
    printPlace(printer, getPlace());
  printer << '>';
}

static bool isPermutation(ArrayRef<int64_t> numbers) {
  SmallVector<int64_t> sorted(numbers);
  llvm::sort(sorted);
  return llvm::equal(sorted, llvm::seq<int64_t>(0, sorted.size()));
}

LogicalResult ParameterAttr::verify(EmitError emitError, StringRef name,
                                    RankedTensorType type,
                                    ArrayRef<int64_t> permutation,
                                    Initialization init, FloatAttr scale,
                                    PlaceAttr place) {
  if (failed(verifyText(emitError, "name", name)))
    return failure();
  Type element = type.getElementType();
  if (!element.isF32() && !element.isF64())
    return emitError() << "expected \"" << name << "\" to have elements of f32 "
                       << "or f64 but got " << type;
  if (!permutation.empty() && (type.getRank() != int64_t(permutation.size()) ||
                               !isPermutation(permutation)))
    return emitError()
           << "expected \"" << name << "\", of " << type.getRank()
           << " dimensions, to have a permutation of them, but got ["
           << permutation << "]";
  if (failed(verifyNumber(emitError, "init", scale,
                          -std::numeric_limits<double>::infinity())))
    return failure();
  if (init == Initialization::Examples &&
      (type.getRank() != 2 || !permutation.empty()))
    return emitError() << "expected \"" << name << "\", examples of an input, "
                       << "to have two dimensions, not transposed, but got "
                       << type << (permutation.empty() ? "" : ", transposed");
  if (init >= Initialization::Mean &&
      (type.getRank() != 1 || !permutation.empty()))
    return emitError() << "expected \"" << name << "\", a "
                       << stringifyEnum(init)
                       << ", to have one dimension but got " << type;
  return verifyTyped(emitError, name, type, place, BaseKind::Weights);
}

ParameterAttr ParameterAttr::withPlace(PlaceAttr place) const {
  return get(getContext(), getName(), getType(), getPermutation(), getInit(),
             getScale(), place);
}

Attribute TensorAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol;
  RankedTensorType type;
  bool internal = false;
  PlaceAttr place;
  if (parseTyped(parser, symbol, type) ||
      FieldList(parser, name)
          .addFlag("internal", internal)
          .add("place", parsePlace(parser, place))
          .parseRest())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), type, internal, place);
}

void TensorAttr::print(AsmPrinter &printer) const {
  printTyped(printer, getName(), getType());
  if (getInternal())
    printer << ", internal";
  printPlace(printer, getPlace());
  printer << '>';
}

LogicalResult TensorAttr::verify(EmitError emitError, StringRef name,
                                 RankedTensorType type, bool internal,
                                 PlaceAttr place) {
  if (failed(verifyText(emitError, "name", name)))
    return failure();
  Type element = type.getElementType();
  if (type.getRank() > 4 ||
      !(element.isInteger(8) || element.isInteger(32) || element.isF32() ||
        element.isF64() || element.isBF16()))
    return emitError() << "expected \"" << name << "\" to have at most four "
                       << "dimensions, of i8, i32, f32, f64 or bf16, but got "
                       << type;
  if (failed(verifyTyped(emitError, name, type, place, BaseKind::Arena)))
    return failure();
  // The runtime reads and writes rows. Only entries know of panels.
  if (place.getPanel() != 0 && !internal)
    return emitError() << "expected \"" << name << "\", which the runtime "
                       << "reads, to have no panels but got " << place;
  return success();
}
