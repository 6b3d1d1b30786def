//===- Passes.td - Passes of the phase model ---------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_MODEL_PASSES_TD
#define VIB_COMPILER_MODEL_PASSES_TD

include "mlir/Pass/PassBase.td"

def CheckModel : Pass<"vib-check-model", "::mlir::ModuleOp"> {
  let summary = "Check that a file contains one model and one vib.train";
  let description = [{
    The verifiers of the ops check each model. This pass checks that the file as
    a whole consists of one `vib.model` and one `vib.train`.

    ```mlir
    vib.model @a(…) { … }
    // error: expected a 'vib.train' for the model @a but got none
    ```
  }];
}

def ExpandMLP : Pass<"vib-expand-mlp", "::vib::ModelOp"> {
  let summary = "Replace vib.mlp by linear layers and activations";
  let description = [{
    Later passes support only single layers. The layers keep the names of their
    parameters.

    ```mlir
    %h = vib.mlp %x @encode relu [64, 32] : tensor<?x784xf32> -> tensor<?x32xf32>
    // becomes
    %0 = vib.linear %x @encode.0 : tensor<?x784xf32> -> tensor<?x64xf32>
    %1 = vib.relu %0 : tensor<?x64xf32>
    %2 = vib.linear %1 @encode.2 : tensor<?x64xf32> -> tensor<?x32xf32>
    %h = vib.relu %2 : tensor<?x32xf32>
    ```
  }];
  let statistics = [Statistic<"numLayers", "layers", "Layers written out">];
  let dependentDialects = ["vib::VibDialect"];
}

def ExpandCNN : Pass<"vib-expand-cnn", "::vib::ModelOp"> {
  let summary = "Replace vib.cnn by convolutions, activations and pooling";
  let description = [{
    Later passes support only single layers. The layers keep the names of their
    parameters.

    ```mlir
    %h = vib.cnn %x @encode relu kernel(3, 3) [32, pool] : tensor<?x8x8x1xf32> -> tensor<?x3x3x32xf32>
    // becomes
    %0 = vib.conv2d %x @encode.0 kernel(3, 3) channels(32) : tensor<?x8x8x1xf32> -> tensor<?x6x6x32xf32>
    %1 = vib.relu %0 : tensor<?x6x6x32xf32>
    %h = vib.max_pool %1 window(2, 2) : tensor<?x6x6x32xf32> -> tensor<?x3x3x32xf32>
    ```
  }];
  let statistics = [Statistic<"numLayers", "layers", "Convolutions written out">];
  let dependentDialects = ["vib::VibDialect"];
}

def SetBatch : Pass<"vib-set-batch", "::mlir::ModuleOp"> {
  let summary = "Make the batch of a model static";
  let description = [{
    Replaces every `?` by the batch of `vib.train`, or by the option, which is
    then written into `vib.train` too. If the model already has a static batch,
    it must be the same.

    ```mlir
    vib.model @m(%x: tensor<?x64xf32>, %y: tensor<?xi32>) { … }
    vib.train @m batch(32) epochs(1)
    // becomes
    vib.model @m(%x: tensor<32x64xf32>, %y: tensor<32xi32>) { … }
    vib.train @m batch(32) epochs(1)
    ```
  }];
  let options = [
    Option<"batch", "batch", "int64_t", /*default=*/"0",
           "Rows of a batch; 0 means the batch of vib.train">];
}

def SetPrecision : Pass<"vib-set-precision", "::vib::ModelOp"> {
  let summary = "Set the floating-point type of a model";
  let description = [{
    Gives every floating-point tensor of the model the element type of the
    option. Without the option the types do not change. For bf16 and tf32 the
    element type is f32: only the operands of contractions are rounded, in the
    phase step.

    ```mlir
    // --vib-set-precision=precision=f64
    %h = vib.relu %x : tensor<?x64xf32>
    // becomes
    %h = vib.relu %x : tensor<?x64xf64>
    ```
  }];
  let options = [
    Option<"precision", "precision", "std::string", /*default=*/"\"\"",
           "f64, f32, bf16 or tf32; the model's own by default">];
}

#endif // VIB_COMPILER_MODEL_PASSES_TD
