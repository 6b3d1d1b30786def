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
  if (types.size() != 2)
    return emitError(loc, "'vib.model' op expected two arguments, the input "
                          "and what is to be predicted, but got ")
           << types.size();
  for (auto [typeOf, at, what] :
       llvm::zip(types, locations, ArrayRef<StringRef>{"input", "target"})) {
    auto type = dyn_cast<RankedTensorType>(typeOf);
    if (!type || type.getRank() < 1 || type.getRank() > 4)
      return emitError(at, "expected the ")
             << what
             << " to be a tensor of one to four dimensions, the batch "
                "first, but got "
             << typeOf;
    for (int64_t size : type.getShape().drop_front())
      if (ShapedType::isDynamic(size))
        return emitError(at, "cannot resolve a dimension of the ")
               << what << " " << type << ": only the batch may be '?'";
  }
  auto input = cast<RankedTensorType>(types[0]);
  auto target = cast<RankedTensorType>(types[1]);
  if (input.getDimSize(0) != target.getDimSize(0)) {
    // A model writes '?', so a number is the mistake.
    Location at = locations[target.isDynamicDim(0) ? 0 : 1];
    InFlightDiagnostic diagnostic =
        emitError(at, "expected the input and the target to have the same "
                      "batch but got ")
        << input << " and " << target;
    noteBatch(diagnostic, at, input, target);
    return diagnostic;
  }
  Type inputs = input.getElementType();
  if (!inputs.isUnsignedInteger(8) && !inputs.isF32() && !inputs.isF64())
    return emitError(locations[0],
                     "expected an input of ui8, f32 or f64 but got ")
           << inputs;
  Type targets = target.getElementType();
  if (!targets.isSignlessInteger(32) && !targets.isF32() && !targets.isF64())
    return emitError(locations[1],
                     "expected a target of i32 for classes, or of f32 or f64 "
                     "for a regression, but got ")
           << targets << "; files of labels may have any type of integers";
  return success();
}
