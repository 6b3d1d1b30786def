//===- VibPlaces.td - Where tensors are in memory ----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBPLACES_TD
#define VIB_DIALECT_VIBPLACES_TD

include "VibBase.td"
include "mlir/IR/EnumAttr.td"

def Vib_BaseKind : I32EnumAttr<"BaseKind", "a block or the arena", [
    I32EnumAttrCase<"Weights", 0, "weights">,
    I32EnumAttrCase<"Moment1", 1, "moment1">,
    I32EnumAttrCase<"Moment2", 2, "moment2">,
    I32EnumAttrCase<"Average", 3, "average">,
    I32EnumAttrCase<"Gradients", 4, "gradients">,
    I32EnumAttrCase<"Arena", 5, "arena">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_PlaceAttr : Vib_Attr<"Place", "place"> {
  let summary = "where a tensor is in memory, and in which layout";
  let description = [{
    The tensor begins `offset` bytes after the beginning of a block (`weights`,
    `moment1`, `moment2`, `average` or `gradients`) or of the `arena`. A place
    has one of three layouts, whose sizes are numbers of elements:

    | written | layout |
    |---|---|
    | neither `panel` nor `row` | row-major, without padding |
    | `row` | row-major, rows (along the last dimension) begin at multiples of `row` |
    | `panel` and `row` | a matrix in panels of `row` columns. The rows of a panel follow each other without a gap. The panels begin at multiples of `panel` |

    ```mlir
    #vib.place<arena + 922752, panel = 3232, row = 32>
    ```
  }];
  let parameters = (ins "::vib::BaseKind":$base, "int64_t":$offset,
                        "int64_t":$panel, "int64_t":$row);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    /// The bytes that a tensor takes here. None if a tensor of this type cannot
    /// have this layout, or if they are more than kMostMemoryBytes.
    std::optional<int64_t> getBytes(::mlir::RankedTensorType type) const;
  }];
}

#endif // VIB_DIALECT_VIBPLACES_TD
