//===- VibActivationOps.td - Activations -------------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBACTIVATIONOPS_TD
#define VIB_DIALECT_VIBACTIVATIONOPS_TD

include "VibBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_Activation : I32EnumAttr<"Activation", "an activation", [
    I32EnumAttrCase<"ReLU", 0, "relu">,
    I32EnumAttrCase<"Tanh", 1, "tanh">,
    I32EnumAttrCase<"Sigmoid", 2, "sigmoid">,
    I32EnumAttrCase<"GELU", 3, "gelu">,
    I32EnumAttrCase<"Softplus", 4, "softplus">]> {
  let cppNamespace = "::vib";
}

class Vib_ActivationOp<string mnemonic, string formula, string note = "",
                       list<Trait> traits = []>
    : Vib_NamedOp<mnemonic, "h", !listconcat(
        [Pure, SameOperandsAndResultType], traits)> {
  let group = "activations";
  let summary = "computes " # formula # " of each element x";
  let description = note # [{
    - **Input** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.

    ```mlir
    %y = vib.}] # mnemonic # [{ %x : tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$input attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Vib_ReLUOp : Vib_ActivationOp<"relu", "max(x, 0)"> {
  let hasFolder = 1;
}
def Vib_TanhOp : Vib_ActivationOp<"tanh", "tanh(x)">;
def Vib_SigmoidOp : Vib_ActivationOp<"sigmoid", "1 / (1 + exp(-x))">;
def Vib_GELUOp : Vib_ActivationOp<"gelu", "x / 2 * (1 + erf(x / sqrt(2)))", [{
    This is the exact GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415), as
    PyTorch's default is, and not its approximation by tanh.
}]>;
def Vib_SoftplusOp : Vib_ActivationOp<"softplus", "log(1 + exp(x))">;

#endif // VIB_DIALECT_VIBACTIVATIONOPS_TD
