//===- Passes.td - Passes of the phase fused ---------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_PASSES_TD
#define VIB_COMPILER_FUSED_PASSES_TD

include "mlir/Pass/PassBase.td"

class FusedPass<string name> : Pass<name, "::mlir::ModuleOp"> {
  let dependentDialects = ["::vib::VibDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def FormKernels : FusedPass<"vib-form-kernels"> {
  let summary = "Make every op of the step a kernel of its own";
  let description = [{
    A linalg op becomes a `vib.kernel` of its label's name; its fill, constants,
    slices of operands and roundings of weights go with it, into each kernel that
    uses them. State
    (weights, moments, averages) that the op updates becomes an `outs`, as does
    a fresh `tensor.empty` for any other result. A chain of insert_slices is one
    kernel.

    ```mlir
    %0 = linalg.fill ins(%zero : f32) outs(%e : tensor<8x4xf32>) -> ...
    %1 = linalg.contract ... {vib.label = "encode.0"} ins(%x, %w) outs(%0)
    // becomes
    %1 = vib.kernel "encode.0" ins(%x as %a, %w as %b : ...) outs(%e as %o : ...) {
      %zero = arith.constant 0.0 : f32
      %2 = linalg.fill ins(%zero : f32) outs(%o : tensor<8x4xf32>) -> ...
      %3 = linalg.contract ... ins(%a, %b) outs(%2)
      vib.yield %3 : tensor<8x4xf32>
    } -> tensor<8x4xf32>
    ```
  }];
  let statistics = [
    Statistic<"numKernels", "kernels", "Kernels formed">];
}

def FuseEpilogue : FusedPass<"vib-fuse-epilogue"> {
  let summary = "Fuse elementwise kernels into the kernel that feeds them";
  let description = [{
    The bias, the activation and the derivative of an activation run over the
    positions of a contraction's result: they become its epilogue, computed on
    the tile that is still in registers. Elementwise kernels over one space
    become one in the same way.

    ```mlir
    %0 = vib.kernel "encode.0" ... { contract }
    %1 = vib.kernel "encode.0" ins(%0, %bias) ... { generic: addf }
    // becomes
    %1 = vib.kernel "encode.0" ins(..., %bias) ... { contract, generic: addf }
    ```
  }];
  let statistics = [Statistic<"numFused", "fused", "Kernels fused into others">];
}

def FuseBottleneck : FusedPass<"vib-fuse-bottleneck"> {
  let summary = "Fuse sampling and the rate into the contraction of the statistics";
  let description = [{
    The encoder's last contraction computes the statistics of all latents side
    by side, and what follows reads them apart: the means, the scales. Where all
    readers of a contraction's result take slices of it, the contraction is split
    into one over each slice of its weight, next to each other in one kernel; the
    elementwise kernels over the slices (scale, noise, sample, the local
    derivatives) and the sums over them (the rate) become its epilogue. Gradients
    of slices that are put together are written side by side by the kernel that
    computes them.

    ```mlir
    %s = vib.kernel "encode.4" ins(%h, %w) { contract(%h, %w) }
    %r = vib.kernel "encode.4" ins(%s) { %s[:, 0:256], %s[:, 256:512], ... }
    // becomes
    %r = vib.kernel "encode.4" ins(%h, %w) {
      contract(%h, %w[:, 0:256]), contract(%h, %w[:, 256:512]), ... }
    ```
  }];
  let statistics = [
    Statistic<"numSplit", "split", "Contractions split by slices">,
    Statistic<"numFused", "fused", "Kernels fused into others">];
}

def FuseOptimizer : FusedPass<"vib-fuse-optimizer"> {
  let summary = "Fuse the update of a weight into the kernel of its gradient";
  let description = [{
    The optimizer's update and the weight average run over the positions of the
    gradient; as the epilogue of the contraction that computes it they read it
    from registers, and the gradient never goes to memory. Not done where the
    gradient has another reader.

    ```mlir
    %g = vib.kernel "encode.0.grad" ins(%x, %dy) { contract }
    %w1, %m1 = vib.kernel "encode.0.grad" ins(%g) outs(%w, %m) { generic }
    // becomes
    %w1, %m1 = vib.kernel "encode.0.grad" ins(%x, %dy) outs(%w, %m)
                 { contract, generic }
    ```
  }];
  let statistics = [Statistic<"numFused", "fused", "Updates fused into gradients">];
}

def FuseBiasGradient : FusedPass<"vib-fuse-bias-gradient"> {
  let summary = "Fuse the gradient of a bias into that of its weight";
  let description = [{
    The contraction of a weight's gradient reads the gradient of the layer's
    output and sums over the rows of the batch; the gradient of the bias is the
    sum of the same values over the same rows.

    ```mlir
    vib.kernel "encode.0.grad" ins(%x, %dy) outs(%w) { contract, update }
    vib.kernel "encode.0.grad" ins(%dy) outs(%b) { sum over rows, update }
    // becomes
    vib.kernel "encode.0.grad" ins(%x, %dy) outs(%w, %b)
      { contract, update, sum over rows, update }
    ```
  }];
  let statistics = [Statistic<"numFused", "fused", "Gradients of biases fused">];
}

def FuseRows : FusedPass<"vib-fuse-rows"> {
  let summary = "Fuse a small decoder, its loss and their gradients, row by row";
  let description = [{
    A softmax reads all classes of a row and nothing of other rows. From every
    kernel with such a reduction this pass grows one kernel that computes a row
    from end to end: the contraction of a decoder, the likelihood, its gradient,
    the gradient of the sample. Every op of it has the rows as a loop that is not
    reduced. What has no rows (weights, biases) is read again by each block of
    rows and has to stay in the cache: `max-weight-bytes` in all. On the way to
    the inputs it ends at the kernel that draws the noise; on the way to the
    gradients it takes a contraction only if its weight is already there.

    ```mlir
    %l = vib.kernel "decode" ins(%z, %w) { contract }
    %p = vib.kernel "decode" ins(%l) { max, sum of exp }
    %d = vib.kernel "decode.in" ins(%p, %w) { contract }
    // becomes
    %d = vib.kernel "decode" ins(%z, %w) { contract, max, sum of exp, contract }
    ```
  }];
  let options = [
    Option<"maxWeightBytes", "max-weight-bytes", "int64_t",
           "256 * 1024",
           "Bytes of weights that a kernel by rows may read at most">];
  let statistics = [Statistic<"numFused", "fused", "Kernels fused into others">];
}

def SimplifyKernels : FusedPass<"vib-simplify-kernels"> {
  let summary = "Make the region of each kernel as short as it can be";
  let description = [{
    Elementwise ops over the same positions become one, common subexpressions
    are computed once, and what nobody reads goes. Results are computed in the
    place of their `outs`.
  }];
  let statistics = [Statistic<"numFused", "fused", "Elementwise ops fused">];
}

def NameKernels : FusedPass<"vib-name-kernels"> {
  let summary = "Give every kernel of a function a name of its own";
  let description = [{
    Names come from the labels of the step, so that what fusion left apart has
    one name several times: kernels without a contraction get the ending `.rows`
    or `.map`, and a number if that is not enough. A layer that has no siblings
    loses its number: `decode.0` is `decode` when there is no `decode.2`.
  }];
}

def VerifyFused : FusedPass<"vib-verify-fused"> {
  let summary = "Verify what must hold in the phase fused";
  let description = [{
    Functions hold kernels, the buffers that these write, and a return. No kernel
    reads state after another one has updated it: updates are in place, so that
    it would read the new value in the old one's name. No gradient of a weight is
    written to memory, but by the function `gradients`.
  }];
}

#endif // VIB_COMPILER_FUSED_PASSES_TD
