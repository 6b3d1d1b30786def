//===- VibLayerOps.td - Layers of a network ----------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBLAYEROPS_TD
#define VIB_DIALECT_VIBLAYEROPS_TD

include "VibBase.td"
include "VibActivationOps.td"
include "VibInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_ScaleOp : Vib_NamedOp<"scale", "x", [Pure]> {
  let summary = "bytes, such as pixels, as numbers between two bounds";
  let description = [{
    0 becomes the lower bound and 255 the upper one; all dimensions but the
    batch become one. The type of the result is f32 unless it is written.

    ```mlir
    %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, F64Attr:$low, F64Attr:$high);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `to` ` ` `[` custom<Number>($low) `,` custom<Number>($high) `]` attr-dict
    `:` custom<FlatteningTypes>(type($input), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_FlattenOp : Vib_NamedOp<"flatten", "x", [Pure]> {
  let summary = "all dimensions but the batch as one";
  let description = [{
    ```mlir
    %x = vib.flatten %image : tensor<?x28x28xf32> -> tensor<?x784xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input attr-dict `:` custom<FlatteningTypes>(type($input), type($result))
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Vib_LinearOp : Vib_NamedOp<"linear", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let summary = "a fully connected layer, `x W + b`";
  let description = [{
    The symbol names the layer: its parameters are `encode.0.weight` and
    `encode.0.bias`. Instead of the result's type its width may be written.

    ```mlir
    %h = vib.linear %x @encode.0 : tensor<?x784xf32> -> tensor<?x1024xf32>
    %h = vib.linear %x @encode.0 [1024] : tensor<?x784xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<LinearTypes>(type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    int64_t getInputWidth() { return getInput().getType().getDimSize(1); }
    int64_t getWidth() { return getType().getDimSize(1); }
  }];
}

def Vib_MLPOp : Vib_NamedOp<"mlp", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let summary = "short for linears, each with an activation";
  let description = [{
    One linear and one activation a width. The layers are named as PyTorch's
    `Sequential` of them: `encode.0`, `encode.2`, …

    ```mlir
    %h = vib.mlp %x @encode relu [64, 32] : tensor<?x784xf32> -> tensor<?x32xf32>
    ```
    is what `vib-expand-mlp` writes out as
    ```mlir
    %0 = vib.linear %x @encode.0 : tensor<?x784xf32> -> tensor<?x64xf32>
    %1 = vib.relu %0 : tensor<?x64xf32>
    %2 = vib.linear %1 @encode.2 : tensor<?x64xf32> -> tensor<?x32xf32>
    %h = vib.relu %2 : tensor<?x32xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       Vib_Activation:$activation, DenseI64ArrayAttr:$widths);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<ActivationKeyword>($activation)
    custom<MLPTypes>($widths, type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// `encode.0`, `encode.2`, …
    std::string getLayerName(size_t index);
  }];
}

#endif // VIB_DIALECT_VIBLAYEROPS_TD
