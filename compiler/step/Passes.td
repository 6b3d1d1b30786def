//===- Passes.td - From a model to its step ----------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_PASSES_TD
#define VIB_COMPILER_STEP_PASSES_TD

include "mlir/Pass/PassBase.td"

def BuildStep : Pass<"vib-build-step", "mlir::ModuleOp"> {
  let summary = "Differentiate a model and write out the step of its training";
  let description = [{
    Replaces a model of single layers (see `vib-expand-mlp`) and its `vib.train`
    by functions over static tensors, whose batch is that of `vib.train`:

    - `@scale`: converts bytes to numbers, where the input is bytes;
    - `@train_step`: forward, backward, optimizer and average of the weights;
    - `@gradients`, with the option `with-gradients`: the same, but ends with
      the gradients;
    - `@input_gradients`, with the same option and a target that is a class: the
      derivatives of the cross-entropy of one draw by the inputs, after their
      `vib.scale`, with the noise and the layers of evaluation;
    - `@encode`: the posterior and the rate of a batch;
    - `@evaluate`: one draw from the posterior through the decoder and the loss;
    - `@draw`: one draw from the posterior;
    - `@decode`: a given draw through the decoder.

    Every argument and every result has a `vib.slot`. Every op has a
    `vib.label`, which names its layer: `encode.0` for the forward pass,
    `encode.0.in` for the gradient of the layer's input, `encode.0.grad` for the
    gradients of its parameters and their updates. `vib.dims` of a linalg op
    names the dimension of each of its loops: `rows` are the examples of the
    batch, `samples` the samples of each; `height`, `width`, `channels`,
    `positions`, `features`, `latents` and `entries` (of a lower triangle) are
    what an example consists of, and `inputs` are the features that a layer
    reads. This phase tells dimensions apart by these names only.

    Two more attributes are only for `--explain`, `--outline` and remarks. They
    do not affect the code. `vib.word` says in the user's terms what the op
    computes ("relu", "softmax"; a prime marks a derivative). `vib.names` has a
    name for each result of the op ("mu", "rate").

    A ReLU that only `vib.max_pool` reads is applied after it, which yields the
    same numbers and gradients of fewer elements.

    Each op of the model builds its own forward and backward code through
    `DifferentiableOpInterface`. The backward pass visits an op after all users
    of its result. A layer's update comes after the adjoints up to the next
    layer, because these read the weight before it is written.

    With `round-operands`, contractions of layers that are at least 32 wide read
    bf16 tensors; so do those of convolutions with at least 32 channels on both
    sides. An activation is rounded where it is computed; a weight is
    rounded for each contraction that reads it.

    The module gets the attributes from which later phases and the program's
    descriptor are made: `vib.phase = "step"`, a `#vib.model` as `vib.model`, a
    `#vib.training` as `vib.training`, and a list of `#vib.parameter` as
    `vib.parameters`.

    ```mlir
    vib.model @m(%x: tensor<?x4xf32>, %y: tensor<?xi32>) { … }
    vib.train @m batch(8) epochs(1) { optimizer = #vib.sgd<lr = 0.1> }
    ```
    becomes
    ```mlir
    func.func @train_step(
        %x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
        %w: tensor<4x2xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
        …, %rate: f32 {vib.slot = #vib.slot<scalar, "rate">})
        -> (tensor<4x2xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">},
            …, tensor<8xf32> {vib.slot = #vib.slot<output, "nll">}) {
      …
      %h = linalg.contract … {vib.dims = ["rows", "features", "inputs"],
                              vib.label = "encode.0"} ins(%x, %w : …) …
    ```
  }];
  let options = [
    Option<"withGradients", "with-gradients", "bool", "false",
           "Write out @gradients as well">,
    Option<"roundOperands", "round-operands", "bool", "false",
           "Round the operands of wide contractions to bf16">,
    Option<"useTF32", "tf32", "bool", "false",
           "Record that contractions are to round their factors to TF32">];
  let statistics = [
    Statistic<"numDifferentiated", "differentiated",
              "Ops that were differentiated">,
    Statistic<"numParameters", "parameters", "Tensors that training updates">,
    Statistic<"numPooledFirst", "pooled-first",
              "ReLUs that are applied after the pooling that reads them">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::tensor::TensorDialect"];
}

def VerifyStep : Pass<"vib-verify-step", "mlir::ModuleOp"> {
  let summary = "Verify the invariants of the phase step";
  let description = [{
    The module names its phase (`vib.phase = "step"`), its model, its training
    and its parameters, and contains the functions of the step. (The verifiers of
    these attributes have checked each of them by itself.) The parameters have
    the type of the model. Arguments and results are static tensors and scalars,
    each with its own slot and the type that `vib.model` or `vib.parameters` give
    for that slot. `@train_step` returns all state, and every function returns
    what the runtime reads.

    The bodies consist of linalg ops, slices, empty tensors and scalar
    constants. Every operand of a linalg op is indexed by loops or, for windows,
    by sums of multiples of loops, each loop at most once, and every loop that is
    not a reduction is a dimension of each result. A result that is indexed by
    sums has one position for each element, or the op adds to what it leaves as
    it is. The names in `vib.dims` are distinct, one for each loop. Slices have
    static offsets and sizes, and strides of 1. The bodies of linalg ops contain
    arithmetic that every target supports, without flags that allow
    other results. No op reads elements that no op has written.

    ```mlir
    // error: 'func.func' op expected argument 1 to have a slot (vib.slot)
    func.func @encode(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                      %w: tensor<4x2xf32>) { … }
    ```
  }];
}

#endif // VIB_COMPILER_STEP_PASSES_TD
