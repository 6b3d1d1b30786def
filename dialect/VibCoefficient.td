//===- VibCoefficient.td - Values that schedules vary ------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBCOEFFICIENT_TD
#define VIB_DIALECT_VIBCOEFFICIENT_TD

include "VibBase.td"

def Vib_CoefficientAttr : Vib_Attr<"Coefficient", "coefficient"> {
  let summary = "the factor of a term of the loss";
  let description = [{
    In a model file it is written in front of the term: `@beta(1.0e-3) * %rate`,
    or `0.5 * %ce` without a name. Flags of the program and schedules change the
    value of a coefficient with a name; a number without one stays as it is. A
    temperature of `vib.concrete` is such a value, too.

    ```mlir
    #vib.coefficient<"beta", 1.0e-3>
    #vib.coefficient<0.5>
    ```
  }];
  let parameters = (ins StringRefParameter<"name; empty if it has none">:$name,
                        "::mlir::FloatAttr":$value);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
  let extraClassDeclaration = Vib_Reference<description, group>.accessors # [{
    bool isNamed() const { return !getName().empty(); }
    /// Whether it is the number 1, which is not written.
    bool isOne() const {
      return !isNamed() && getValue().getValue().isExactlyValue(1.0);
    }
  }];
}

#endif // VIB_DIALECT_VIBCOEFFICIENT_TD
