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

def Vib_ScaleOp : Vib_NamedOp<"scale", "x", [
    Pure, DeclareOpInterfaceMethods<Vib_InputOpInterface>]> {
  let group = "layers";
  let summary = "maps a range of the input to the range [low, high]";
  let description = [{
    Numbers from `a` to `b` become numbers from `low` to `high`:
    `low + (x - a) / (b - a) * (high - low)`. The range `from [a, b]` may be left
    out for bytes; then it is [0, 255]. Numbers outside it are mapped in the same
    way. All dimensions but the batch are flattened into one, unless the result's
    type has the dimensions of the input. The data set stays in memory as it is
    stored; each batch is converted when it is used.

    - **Input**: the input of the model, `tensor<?x…xui8>`, or of f32 or f64,
      with two to four dimensions.
    - **Result**: `tensor<?xWxf32>` or f64, where W is the product of the
      input's dimensions after the batch, or a tensor of the input's dimensions.
      f32 in one dimension if the type is left out.
    - **Errors**: floats without `from`, bounds that are not finite or not in
      ascending order, a result of another width, another reader of an input of
      floats that is scaled.

    ```mlir
    %x = vib.scale %image to [-1.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x784xf32>
    %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8>
    %x = vib.scale %image from [0.0, 16.0] to [-1.0, 1.0] : tensor<?x8x8xf32>
    %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28xui8> -> tensor<?x28x28xf32>
    %x = vib.scale %image to [0.0, 1.0] : tensor<?x28x28x1xui8> -> tensor<?x28x28x1xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, OptionalAttr<F64Attr>:$from_low,
                       OptionalAttr<F64Attr>:$from_high, F64Attr:$low,
                       F64Attr:$high);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input custom<SourceRange>($from_low, $from_high) `to` ` ` `[` custom<Number>($low) `,` custom<Number>($high) `]` attr-dict
    `:` custom<FlatteningTypes>(type($input), type($result))
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// Whether 0 becomes `low` and 255 becomes `high`.
    bool scalesBytes();
  }];
}

def Vib_StandardizeOp : Vib_NamedOp<"standardize", "x", [
    Pure, DeclareOpInterfaceMethods<Vib_InputOpInterface, ["getState"]>]> {
  let group = "layers";
  let summary = "subtracts the mean of the input and divides by its deviation";
  let description = [{
    Each element of an example becomes `(x - mean) / deviation`, with the mean
    and the standard deviation of this element over the training data. Programs
    compute both before training (the deviation is that of the whole population;
    where it is 0, 1 takes its place), and store them with the weights as
    `NAME.mean` and `NAME.deviation`. Evaluation and prediction use these.

    - **Input**: an input of the model, `tensor<?x…xf32>` or f64, with two to
      four dimensions.
    - **Result**: `tensor<?xWxf32>` or f64, where W is the product of the
      input's dimensions after the batch, or a tensor of the input's dimensions.
      One dimension if the type is left out.
    - **Errors**: an input of bytes, which `vib.scale` maps, the name of another
      `vib.standardize`, a result of another width, another reader of the input.

    `train --init` keeps the statistics of the file. In f32 an element is rounded
    before the mean is subtracted; `train` warns if that loses too much.

    ```mlir
    %x = vib.standardize %features @standardize : tensor<?x8xf32>
    %x = vib.standardize %image @standardize : tensor<?x8x8xf32> -> tensor<?x8x8xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name attr-dict `:` custom<FlatteningTypes>(type($input), type($result))
  }];
  let hasVerifier = 1;
}

def Vib_FlattenOp : Vib_NamedOp<"flatten", "x", [Pure]> {
  let group = "layers";
  let summary = "flattens all dimensions but the batch into one";
  let description = [{
    The elements keep their row-major order, except those of a feature map: its
    order becomes channels, height, width, as it is in PyTorch. A feature map is
    what a layer with windows or `vib.reshape` with `channels_first` has
    computed, and what other layers have computed from a feature map, such as a
    sum with the input. A linear layer after it therefore has the weight of
    PyTorch's `Linear` after a `Flatten`.

    - **Input**: `tensor<?x…xf32>` or f64 with two to four dimensions.
    - **Result**: `tensor<?xWxf32>` of the same element type, where W is the
      product of the input's dimensions after the batch.
    - **Errors**: a result of another width or element type.

    ```mlir
    %x = vib.flatten %image : tensor<?x28x28xf32> -> tensor<?x784xf32>
    %x = vib.flatten %image : tensor<?x28x28xf32>
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
  let group = "layers";
  let summary = "applies a fully connected layer, x W + b";
  let description = [{
    The symbol names the layer. `@encode.0` owns the parameters
    `encode.0.weight` and `encode.0.bias`, as PyTorch's `state_dict` names those
    of a `Linear`; files contain the weight as `[out, in]`. `init` of
    `vib.train` sets the initial weights; biases start at zero. The layer maps
    the last dimension and is applied at each position of the others, as
    PyTorch's `Linear` is.

    - **Input**: `tensor<?x…xINxf32>` or f64.
    - **Result**: `tensor<?x…xOUTxf32>` of the same element type, with the other
      dimensions of the input. Instead of the result's type its width may be
      written, in brackets.
    - **Errors**: the name of a layer with other widths, a width below 1.

    Layers of one name and one shape are one layer that is applied several
    times. Its gradient is the sum of the gradients of its uses, and it is
    updated once a step.

    ```mlir
    %h = vib.linear %x @encode.0 : tensor<?x784xf32> -> tensor<?x1024xf32>
    %h = vib.linear %x @encode.0 [1024] : tensor<?x784xf32>
    %h = vib.linear %x @encode.0 [32] : tensor<?x10x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<LinearTypes>(type($input), type($result)) attr-dict
  }];
  let hasVerifier = 1;
  let declarations = [{
    int64_t getInputWidth() { return getInput().getType().getShape().back(); }
    int64_t getWidth() { return getType().getShape().back(); }
  }];
}

def Vib_MLPOp : Vib_NamedOp<"mlp", "h", [
    Pure, DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "applies linear layers, each followed by an activation";
  let description = [{
    Stands for one `vib.linear` and one activation for each width in the list,
    the last one too: write the layer that computes statistics or logits as a
    `vib.linear`. The activation is `relu`, `tanh`, `sigmoid`, `gelu`, `softplus`,
    `leaky_relu`, `elu`, `silu` or `selu`, with its usual number. The layers are numbered as in a PyTorch `Sequential` of them, where an
    activation takes a number too: `encode.0`, `encode.2`, …

    - **Input**: `tensor<?x…xINxf32>` or f64.
    - **Result**: `tensor<?x…xWxf32>` of the same element type, where W is the
      last width.
    - **Errors**: an empty list, a width below 1, an unknown activation, the
      name of a layer with other widths.

    ```mlir
    %h = vib.mlp %x @encode relu [64, 32] : tensor<?x784xf32>
    ```

    is short for

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
  let declarations = [{
    /// `encode.0`, `encode.2`, …
    std::string getLayerName(size_t index);
  }];
}

def Vib_AddOp : Vib_NamedOp<"add", "h", [
    Pure, Commutative, SameOperandsAndResultType]> {
  let group = "layers";
  let summary = "adds two values of one shape, element by element";
  let description = [{
    For residual connections (He et al. 2016, arXiv:1512.03385) and for sums of
    what several layers compute.

    - **Inputs** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.

    ```mlir
    %y = vib.add %h, %x : tensor<?x256xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Vib_MulOp : Vib_NamedOp<"mul", "h", [
    Pure, Commutative, SameOperandsAndResultType]> {
  let group = "layers";
  let summary = "multiplies two values of one shape, element by element";
  let description = [{
    For gated layers (Dauphin et al. 2017, arXiv:1612.08083), in which the
    sigmoid of one layer says how much of another passes.

    - **Inputs** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.

    ```mlir
    %a = vib.linear %x @encode.h [300] : tensor<?x784xf32>
    %b = vib.linear %x @encode.g [300] : tensor<?x784xf32>
    %g = vib.sigmoid %b : tensor<?x300xf32>
    %h = vib.mul %a, %g : tensor<?x300xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$lhs, AnyRankedTensor:$rhs);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif // VIB_DIALECT_VIBLAYEROPS_TD
