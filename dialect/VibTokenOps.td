//===- VibTokenOps.td - Layers that read whole numbers -----*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBTOKENOPS_TD
#define VIB_DIALECT_VIBTOKENOPS_TD

include "VibBase.td"
include "VibInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_EmbeddingOp : Vib_NamedOp<"embedding", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_TokenOpInterface>,
    DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "maps each token to a row of a learned matrix";
  let description = [{
    The result at (t, d) is `weight[x[t], d]`, with the tokens x of an example.
    The symbol names the layer. `@embed` owns the parameter `embed.weight`,
    which is `[N, D]` in files, as PyTorch's `state_dict` has that of an
    `Embedding`. `init` of `vib.train` takes a fan-in of 1, because a token reads
    one row, and a fan-out of D.

    The rows are chosen by a product with `vib.one_hot` of the tokens, and the
    gradient of the weight is the product of its transpose with the adjoint. So
    the sum over equal tokens has a fixed order, with any number of threads. A
    token takes N D multiply-adds and N numbers of memory in a training step, so
    the layer is meant for up to some thousands of tokens.

    A sequence is an image of height 1 after `vib.reshape %h [1, T, D]`: its
    mean is `vib.global_avg_pool`, its maximum `vib.max_pool` with
    `window(1, T)`, and a convolution over it is `vib.conv2d` with
    `kernel(1, 3)`.

    - `values(N)`: tokens are 0 … N - 1.
    - **Input**: an input of the model, `tensor<?xTxi32>` or `tensor<?xi32>`.
      Files may have any type of integers. A program refuses a value outside of
      the range, with its row.
    - **Result**: `tensor<?xTxDxf32>`, or `tensor<?xDxf32>` of one token, of f32
      or f64. Instead of the type D may be written, in brackets, for f32.
    - **Errors**: another input, a result of another shape, other `values` of one
      input, the name of a layer with other sizes.

    ```mlir
    %h = vib.embedding %words @embed values(1000) [64] : tensor<?x20xi32>
    %h = vib.embedding %words @embed values(1000) : tensor<?x20xi32> -> tensor<?x20x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       Vib_Count:$values);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name `` custom<Embedding>($values, type($input), type($result))
    attr-dict
  }];
  let hasVerifier = 1;
}

def Vib_OneHotOp : Vib_NamedOp<"one_hot", "x", [
    Pure, DeclareOpInterfaceMethods<Vib_TokenOpInterface>]> {
  let group = "layers";
  let summary = "makes a vector of zeros and a one of each token or label";
  let description = [{
    The result at (t, n) is 1 if the token t of the example is n, else 0. A
    decoder may read that of a label beside the sample, by `vib.bypass`.

    - `values(N)`: tokens are 0 … N - 1.
    - **Input**: an input of the model, `tensor<?xTxi32>` or `tensor<?xi32>`.
      Files may have any type of integers. A program refuses a value outside of
      the range, with its row.
    - **Result**: `tensor<?xTxNxf32>`, or `tensor<?xNxf32>` of one token, of f32
      or f64. f32 if it is left out.
    - **Errors**: another input, a result of another shape, other `values` of one
      input.

    ```mlir
    %x = vib.one_hot %digit values(10) : tensor<?xi32>
    %x = vib.one_hot %words values(1000) : tensor<?x20xi32> -> tensor<?x20x1000xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, Vib_Count:$values);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `` custom<OneHot>($values, type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
}

#endif // VIB_DIALECT_VIBTOKENOPS_TD
