//===- VibModelArguments.cpp - The types of a model's arguments ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibVerify.h"

using namespace mlir;
using namespace vib;

LogicalResult vib::verifyModelArguments(Location loc,
                                        ArrayRef<Location> locations,
                                        ArrayRef<Type> types) {
  if (types.empty())
    return emitError(loc, "'vib.model' op expected at least two arguments, an "
                          "input and what is to be predicted, but got none");
  // Whether an argument is an input or a target depends on its readers.
  for (auto [typeOf, at] : llvm::zip_equal(types, locations)) {
    auto type = dyn_cast<RankedTensorType>(typeOf);
    if (!type || type.getRank() < 1 || type.getRank() > 4)
      return emitError(at, "expected an argument to be a tensor of one to four "
                           "dimensions, the batch first, but got ")
             << typeOf;
    for (int64_t size : type.getShape().drop_front())
      if (ShapedType::isDynamic(size))
        return emitError(at, "cannot resolve a dimension of the argument ")
               << type << ": only the batch may be '?'";
  }
  auto first = cast<RankedTensorType>(types.front());
  for (auto [typeOf, at] : llvm::zip_equal(types, locations)) {
    auto type = cast<RankedTensorType>(typeOf);
    if (type.getDimSize(0) == first.getDimSize(0))
      continue;
    // A model writes '?', so a number is the mistake.
    Location place = type.isDynamicDim(0) ? locations.front() : at;
    InFlightDiagnostic diagnostic =
        emitError(place, "expected all arguments to have the same batch but "
                         "got ")
        << first << " and " << type;
    noteBatch(diagnostic, place, first, type);
    return diagnostic;
  }
  for (auto [typeOf, at] : llvm::zip_equal(types, locations)) {
    Type element = cast<RankedTensorType>(typeOf).getElementType();
    if (element.isUnsignedInteger(8) || element.isSignlessInteger(32) ||
        element.isF32() || element.isF64())
      continue;
    InFlightDiagnostic diagnostic =
        emitError(at, "expected an argument of ui8, f32 or f64, or of i32 for "
                      "classes or tokens, but got ")
        << element;
    if (element.isInteger())
      diagnostic << "; files of them may have any type of integers";
    return diagnostic;
  }
  return success();
}
