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
  let summary = "differentiate a model and write out the step of its training";
  let description = [{
    Replaces a model of single layers (`vib-expand-mlp`) and its `vib.train` by
    functions over static tensors, with the batch that `vib.train` states:

    - `@scale`: bytes to numbers, where the model takes bytes;
    - `@train_step`: forward, backward, optimizer and average of the weights;
    - `@gradients`, with the option: the same up to the gradients;
    - `@encode`: the posterior and the rate of a batch;
    - `@evaluate`, `@predict`: one draw from the posterior through the decoder.

    Every argument and every result has its `vib.slot`, every op the label of
    the layer that it is of: `encode.0` forward, `encode.0.in` for the gradient
    of the layer's input, `encode.0.grad` for those of its parameters and their
    updates. With `round-operands` the contractions of layers that are at least
    32 wide read tensors of bf16: an activation is rounded where it is computed,
    a weight anew for each contraction. Each op of the model builds its own forward and backward by
    `DifferentiableOpInterface`. The backward pass goes through the ops such
    that all users of a value come before the op that made it, and a layer's
    update stands after the adjoints up to the next layer, since these read the
    weight before it is written.

    The module gets the attributes that later phases and the program's
    descriptor are made from: `vib.phase = "step"`; `vib.model`, the fields of
    the runtime's `VibModel` that the model and its training state; and
    `vib.parameters`, for each the name, the shape in memory, whether files hold
    the transpose, and how it begins.

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
      %h = linalg.contract … {vib.label = "encode.0"} ins(%x, %w : …) …
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
    Statistic<"numParameters", "parameters", "Tensors that training changes">];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::linalg::LinalgDialect", "mlir::math::MathDialect",
    "mlir::tensor::TensorDialect"];
}

def VerifyStep : Pass<"vib-verify-step", "mlir::ModuleOp"> {
  let summary = "check what must hold of the phase step";
  let description = [{
    A module of this phase says so (`vib.phase = "step"`), names its model and
    its parameters, and holds the functions of the step. Their arguments and
    results are static tensors and scalars with slots, no slot twice; state
    slots name parameters and have their shapes, and `@train_step` returns what
    state it takes. The bodies are straight lines of linalg ops, slices and
    empty tensors.

    ```mlir
    // error: 'func.func' op expected argument 1 to have a slot (vib.slot)
    func.func @encode(%x: tensor<8x4xf32> {vib.slot = #vib.slot<input, "x">},
                      %w: tensor<4x2xf32>) { … }
    ```
  }];
}

#endif // VIB_COMPILER_STEP_PASSES_TD
