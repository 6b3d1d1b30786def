//===- VibYield.td - The terminator of vib's regions -------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBYIELD_TD
#define VIB_DIALECT_VIBYIELD_TD

include "VibBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_YieldOp : Vib_Op<"yield", [Pure, ReturnLike, Terminator]> {
  let group = "parts of a model";
  let summary = "ends a region and names its results";
  let description = [{
    Ends the region of a `vib.encoder` or a `vib.decoder` with the distribution
    that is its result, and that of a `vib.kernel` with its tensors.

    ```mlir
    vib.yield %n : !vib.normal<2>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$operands);
  let builders = [OpBuilder<(ins), [{ /* nothing to yield */ }]>];
  let assemblyFormat = "($operands^ `:` type($operands))? attr-dict";
}

#endif // VIB_DIALECT_VIBYIELD_TD
