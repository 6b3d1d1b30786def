//===- VibShapeOps.td - Layers that move elements ----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBSHAPEOPS_TD
#define VIB_DIALECT_VIBSHAPEOPS_TD

include "VibBase.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_ConcatOp : Vib_NamedOp<"concat", "h", [Pure]> {
  let group = "layers";
  let summary = "puts the features of several values side by side";
  let description = [{
    The last dimension of the result has the elements of the first operand, then
    those of the second one, and so on. For images, these are the channels.

    - **Operands**: at least two of `tensor<?x…xWxf32>` or f64, which differ only
      in their last dimension.
    - **Result**: a tensor with the sum of the widths as its last dimension. It
      may be left out.
    - **Errors**: a single operand, operands that differ in another dimension, a
      result of another shape.

    ```mlir
    %h = vib.concat %a, %b : tensor<?x64xf32>, tensor<?x32xf32> -> tensor<?x96xf32>
    %h = vib.concat %a, %b, %a : tensor<?x64xf32>, tensor<?x32xf32>, tensor<?x64xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$inputs);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $inputs attr-dict `:` custom<ConcatTypes>(type($inputs), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_SliceOp : Vib_NamedOp<"slice", "h", [Pure]> {
  let group = "layers";
  let summary = "takes a range of the features";
  let description = [{
    `[a : b]` takes the elements a to b - 1 of the last dimension, counted from 0,
    as `x[..., a:b]` does in Python. For images, these are channels.

    - **Input**: `tensor<?x…xWxf32>` or f64.
    - **Result**: a tensor whose last dimension is b - a. It may be left out.
    - **Errors**: a range that is empty or ends after the last element, a result
      of another shape.

    ```mlir
    %h = vib.slice %x [0 : 16] : tensor<?x64xf32> -> tensor<?x16xf32>
    %h = vib.slice %x [16 : 64] : tensor<?x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, Vib_Count:$begin, Vib_Count:$end);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input custom<Slice>($begin, $end, type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

def Vib_ReshapeOp : Vib_NamedOp<"reshape", "h", [Pure]> {
  let group = "layers";
  let summary = "gives the elements of an example other dimensions";
  let description = [{
    The elements keep their row-major order. With `channels_first` the result is
    an image whose elements come in the order channels, height, width. This is
    how PyTorch orders an image, so a linear layer before it has the weight of
    PyTorch's `Linear` before an `Unflatten`, and data that is stored as
    [channels, height, width] becomes an image of [height, width, channels].
    `vib.flatten` of this image restores the order of the elements.

    The dimensions of the result are written in brackets, without the batch, or
    by its type.

    - **Input**: `tensor<?x…xf32>` or f64 with two to four dimensions.
    - **Result**: a tensor of two to four dimensions, of the same element type,
      with as many elements for each example.
    - **Errors**: another number of elements, `channels_first` with a result that
      is not an image.

    ```mlir
    %h = vib.reshape %x [10, 64] : tensor<?x640xf32>
    %h = vib.reshape %x : tensor<?x640xf32> -> tensor<?x10x64xf32>
    %i = vib.reshape %x channels_first [7, 7, 64] : tensor<?x3136xf32>
    %i = vib.reshape %x channels_first : tensor<?x3x32x32xf32> -> tensor<?x32x32x3xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, UnitAttr:$channels_first);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input (`channels_first` $channels_first^)?
    custom<Reshape>(type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let hasFolder = 1;
}

#endif // VIB_DIALECT_VIBSHAPEOPS_TD
