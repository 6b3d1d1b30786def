//===- VibNormOps.td - Normalization and dropout -----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBNORMOPS_TD
#define VIB_DIALECT_VIBNORMOPS_TD

include "VibBase.td"
include "VibInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Vib_DropoutOp : Vib_NamedOp<"dropout", "h", [
    Pure, SameOperandsAndResultType]> {
  let group = "layers";
  let summary = "drops elements at random in training";
  let description = [{
    In training each element becomes 0 with the probability p, and is divided by
    1 - p otherwise (Srivastava et al. 2014). In evaluation and prediction
    nothing changes. docs/randomness.md defines which elements are dropped; each
    `vib.dropout` of a model has a stream of its own.

    - **Input** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.
    - **Errors**: p below 0, p of 1 or more, more than 2^24 elements of an
      example, more than 256 of these ops in a model (the counter of the random
      numbers has 24 and 8 bits for them).

    ```mlir
    %d = vib.dropout %h p(0.5) : tensor<?x1024xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, F64Attr:$p);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input `p` `` `(` custom<Number>($p) `)` attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// Its number among the ops of its kind in the model: its random stream.
    unsigned getStream();
  }];
}

def Vib_LayerNormOp : Vib_NamedOp<"layer_norm", "h", [
    Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let group = "layers";
  let summary = "normalizes the last dimension of each example";
  let description = [{
    `(x - mean) / sqrt(variance + eps) * weight + bias`, with the mean and the
    variance of the elements of the last dimension (Ba et al. 2016,
    arXiv:1607.06450). The variance is that of the whole population. At each
    position of the other dimensions, and for each example, the elements are
    normalized on their own, as PyTorch's `LayerNorm(W)` does. The symbol names
    the layer: `@encode.1` owns `encode.1.weight` and `encode.1.bias`, which
    start at 1 and 0. `eps` is 1.0e-5 if it is left out.

    - **Input** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.
    - **Errors**: an eps that is not above 0, the name of a layer of another
      width.

    Layers of one name and one width are one layer that is applied several
    times.

    ```mlir
    %n = vib.layer_norm %h @encode.1 : tensor<?x1024xf32>
    %n = vib.layer_norm %h @encode.1 eps(1.0e-6) : tensor<?x10x64xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       F64Attr:$eps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<Epsilon>($eps) attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
  let declarations = [{
    static constexpr double kDefaultEpsilon = 1e-5;
  }];
}

def Vib_BatchNormOp : Vib_NamedOp<"batch_norm", "h", [
    Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface, ["getRunningState"]>]> {
  let group = "layers";
  let summary = "normalizes each feature over the examples of a batch";
  let description = [{
    `(x - mean) / sqrt(variance + eps) * weight + bias`, with a mean and a
    variance of each element of the last dimension (Ioffe and Szegedy 2015,
    arXiv:1502.03167), as in PyTorch's `BatchNorm1d` and `BatchNorm2d`.

    In training they are those of the batch: over its examples, over all
    positions of the other dimensions, and over the samples behind a
    bottleneck. The variance is that of the whole population. Rows beyond a
    batch that is not full have no effect on them. A training step also moves
    the running statistics towards those of the batch: `running += momentum *
    (batch - running)`, where the variance is the unbiased one. It does not
    change the running variance if the batch has only one number of a feature.

    Evaluation and prediction use the running statistics. They are saved and
    resumed with the weights. Averaged weights are evaluated with averages of
    the running statistics. The encoder of a VampPrior normalizes pseudo-inputs
    by them in training, too ([`vib.prior`](#vibprior)).

    The symbol names the layer: `@encode.1` owns `encode.1.weight` and
    `encode.1.bias`, which start at 1 and 0, and the running statistics
    `encode.1.running_mean` and `encode.1.running_var`, which start at 0 and 1.
    `eps` is 1.0e-5 and `momentum` 0.1 if they are left out. Files also have
    `encode.1.num_batches_tracked`, the number of training steps, which vib does
    not read.

    - **Input** and **result**: `tensor<?x…xWxf32>` or f64, of one type, which
      is written once.
    - **Errors**: an eps that is not above 0, a momentum that is not above 0 or
      is above 1, the name of another layer, a batch that has only one number of
      each feature.

    ```mlir
    %n = vib.batch_norm %h @encode.1 : tensor<?x1024xf32>
    %n = vib.batch_norm %h @encode.1 eps(1.0e-3) momentum(0.01) : tensor<?x14x14x32xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       F64Attr:$eps, F64Attr:$momentum);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<Epsilon>($eps) custom<Momentum>($momentum) attr-dict `:`
    type($result)
  }];
  let hasVerifier = 1;
  let declarations = [{
    static constexpr double kDefaultMomentum = 0.1;
  }];
}

def Vib_RunningNormOp : Vib_NamedOp<"running_norm", "h", [
    Pure, SameOperandsAndResultType,
    DeclareOpInterfaceMethods<Vib_ParameterizedOpInterface>]> {
  let summary = "a batch normalization by its running statistics alone";
  let description = [{
    Takes the place of `vib.batch_norm` for pseudo-inputs, in training as well as
    in evaluation: `(x - mean) / sqrt(variance + eps) * weight + bias`, with the
    weight, the bias and the running statistics of the batch normalization of
    this name. `vib-build-step` makes this op, in a copy of the encoder, while
    it builds the step. A model with this op is an error.
  }];
  let arguments = (ins AnyRankedTensor:$input, SymbolNameAttr:$name,
                       F64Attr:$eps);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    $input $name custom<Epsilon>($eps) attr-dict `:` type($result)
  }];
  let hasVerifier = 1;
  let declarations = [{
    /// The mean and the variance, which are not its own.
    ::llvm::SmallVector<::vib::Parameter> getStatistics();
  }];
}

#endif // VIB_DIALECT_VIBNORMOPS_TD
