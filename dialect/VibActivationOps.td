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
    I32EnumAttrCase<"Softplus", 4, "softplus">,
    I32EnumAttrCase<"LeakyReLU", 5, "leaky_relu">,
    I32EnumAttrCase<"ELU", 6, "elu">,
    I32EnumAttrCase<"SiLU", 7, "silu">,
    I32EnumAttrCase<"SELU", 8, "selu">]> {
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
def Vib_SiLUOp : Vib_ActivationOp<"silu", "x / (1 + exp(-x))", [{
    Also called Swish (Elfwing et al. 2018, arXiv:1702.03118).
}]>;
def Vib_SELUOp : Vib_ActivationOp<"selu", "scale * (x if x > 0, else alpha * (exp(x) - 1))", [{
    The scale is 1.0507009873554805 and alpha is 1.6732632423543772
    (Klambauer et al. 2017, arXiv:1706.02515), as in PyTorch.
}]>;

/// An activation with a number, which may be left out.
class Vib_NumberActivationOp<string mnemonic, string formula, string note,
                             string word, string number, string other>
    : Vib_NamedOp<mnemonic, "h", [Pure, SameOperandsAndResultType]> {
  let group = "activations";
  let summary = "computes " # formula # " of each element x";
  let description = note # [{
    - **Input** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.
    - **Errors**: a negative }] # word # [{, or one that is not a number of the
      input's type.

    ```mlir
    %y = vib.}] # mnemonic # [{ %x : tensor<?x1024xf32>
    %y = vib.}] # mnemonic # " %x " # word # "(" # other # [{) : tensor<?x1024xf32>
    ```
  }];
  let results = (outs AnyRankedTensor:$result);
  let hasVerifier = 1;
  let hasFolder = 1;
  let declarations = [{
    /// The number that is left out.
    static constexpr double kDefault = }] # number # [{;
  }];
}

def Vib_LeakyReLUOp : Vib_NumberActivationOp<"leaky_relu",
    "x if x > 0, else slope * x", [{
    The slope is 0.01 if it is left out (Maas et al. 2013), as in PyTorch.
}], "slope", "0.01", "0.2"> {
  let arguments = (ins AnyRankedTensor:$input, F64Attr:$slope);
  let assemblyFormat = "$input custom<Slope>($slope) attr-dict `:` type($result)";
}
def Vib_ELUOp : Vib_NumberActivationOp<"elu",
    "x if x > 0, else alpha * (exp(x) - 1)", [{
    Alpha is 1 if it is left out (Clevert et al. 2016, arXiv:1511.07289), as in
    PyTorch.
}], "alpha", "1.0", "0.5"> {
  let arguments = (ins AnyRankedTensor:$input, F64Attr:$alpha);
  let assemblyFormat = "$input custom<Alpha>($alpha) attr-dict `:` type($result)";
}

#endif // VIB_DIALECT_VIBACTIVATIONOPS_TD
