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

def SplitPhases : FusedPass<"vib-split-phases"> {
  let summary = "Compute strided transposed convolutions without inserted zeros";
  let description = [{
    A transposed convolution, and the gradient of a convolution by its input, are
    convolutions of an image in whose step the pixels are `stride` apart, with
    zeros between them. With strides s and t, about one of s * t products has a
    factor that is not such a zero. The pixels of the result whose position has
    the same remainder by the stride, a phase, read the same taps of the kernel.
    So each of the s * t phases becomes a contraction of its own, of the image
    without zeros and of the taps that the phase reads. Its result is added to
    zeros at the positions of the phase; a phase without taps stays zero. The
    copy of the weight, which the step turns by half a circle, becomes a copy of
    the taps of each phase, all by one loop nest if the phases have as many taps.
    Every sum has its terms in the order that it had, so of finite weights it has
    the same bits. A contraction with more
    than 16 phases stays as it is, because each phase has code of its own.

    The example has kernels of 1 x 4, images of 1 x 7 and a stride of 2 along the
    width. Every other pixel of the result reads taps 1 and 3, the others taps 0
    and 2.

    ```mlir
    %v = linalg.generic (copy) ins(%w : tensor<1x4x8x3xf32>) outs(%e)
    %i = linalg.generic (add, at [d0, d1, d2 * 2 + 2, d3])
      ins(%x : tensor<9x1x7x8xf32>) outs(%zeros : tensor<9x1x17x8xf32>)
    %y = linalg.generic (multiply and add, [d0, d1 + d4, d2 + d5, d6])
      ins(%v, %i) outs(%zeros : tensor<9x1x14x3xf32>)
    // becomes
    %b = tensor.insert_slice %x into %zeros[0, 0, 1, 0] [9, 1, 7, 8] [1, 1, 1, 1]
      : tensor<9x1x7x8xf32> into tensor<9x1x9x8xf32>
    %v0, %v1 = linalg.generic (copy of taps 0 and 2, and of taps 1 and 3)
      ins(%w, %w) outs(%e0, %e1 : tensor<1x2x8x3xf32>, tensor<1x2x8x3xf32>)
    %b0 = tensor.extract_slice %b[0, 0, 0, 0] [9, 1, 8, 8] [1, 1, 1, 1] : …
    %p0 = linalg.generic (multiply and add, [d0, d1 + d4, d2 + d5, d6])
      ins(%v0, %b0) outs(%zeros : tensor<9x1x7x3xf32>)
    %y0 = linalg.generic (add, at [d0, d1, d2 * 2, d3]) ins(%p0) outs(%zeros : …)
    … // the other phase
    %y = linalg.generic (add, at [d0, d1, d2 * 2 + 1, d3]) ins(%p1) outs(%y0 : …)
    ```
  }];
  let statistics = [
    Statistic<"numSplit", "split", "Contractions split into phases">];
}

def FormKernels : FusedPass<"vib-form-kernels"> {
  let summary = "Turn every op of the step into its own kernel";
  let description = [{
    Each linalg op becomes a `vib.kernel` named after the op's label. The fill,
    the constants, the slices of operands and the roundings of weights that it
    uses are cloned into each kernel that needs them. State (weights, moments,
    averages) that the op updates becomes an `outs` of the kernel; any other
    result gets a new `tensor.empty` as its `outs`. A chain of insert_slices
    becomes one kernel, and so do the phases of a convolution (see
    `vib-split-phases`).

    The op's `vib.dims`, `vib.label`, `vib.word` and `vib.names` are removed. They become
    the `vib.parts` of the kernel: an array of strings that say what the kernel
    computes for which layer, such as `"encode.0: contract(x,
    encode.0.weight)"`. When kernels are fused, their parts are concatenated.
    Parts are only for `--explain`, `--outline` and remarks.

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
    Statistic<"numKernels", "kernels", "Kernels created">];
}

def FuseEpilogue : FusedPass<"vib-fuse-epilogue"> {
  let summary = "Fuse elementwise kernels into the producer of their input";
  let description = [{
    Adding the bias, applying the activation and multiplying by the derivative
    of an activation run over the positions of a contraction's result. They
    become its epilogue, which is computed while the tile of the result is still
    in registers. Elementwise kernels over the same space are merged in the same
    way.

    This pass and the other fusion passes record what they did for `--explain`:
    `vib.fused` on a kernel lists what was fused into it, and `vib.unfused` what
    was not fused and why. Each entry begins with the name of the pass.

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
  let summary = "Fuse sampling and the rate into the encoder's last contraction";
  let description = [{
    The encoder's last contraction computes all statistics of the posterior side
    by side: the means, then the scales. The kernels that follow read them
    separately. If all readers of a contraction's result take slices of it, the
    contraction is split into one for each slice of its weight, all in the same
    kernel. The elementwise kernels over the slices (scale, noise, sample, local
    derivatives) and the sums over them (the rate) are then fused into the
    kernel. Where the gradients of slices are concatenated, the kernel that
    computes them writes them side by side. The kernel's `vib.parts` then name
    the columns of the contraction: `as mu | rho`.

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
    gradient. As the epilogue of the contraction that computes the gradient,
    they read it from registers, and the gradient is never written to memory.
    The fusion is not done if something else reads the gradient.

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
    output and sums over the rows of the batch. The gradient of the bias is a
    sum of the same values over the same rows, so one kernel can compute both.

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
  let summary = "Fuse a small decoder, its loss and their gradients row by row";
  let description = [{
    A softmax reads all classes of a row and nothing from other rows. Starting
    from every kernel with such a reduction, this pass grows a kernel that
    computes whole rows: the contraction of a decoder, the likelihood, its
    gradient, and the gradient of the sample. Every op of the kernel has a loop
    over the rows, and no op reduces over it. Tensors without rows (weights,
    biases) are read again for each block of rows and must stay in the cache, so
    their total size is limited by `max-weight-bytes`. Towards the inputs, the
    kernel does not absorb the kernel that draws the noise. Towards the
    gradients, it absorbs a contraction only if it already reads the weight of
    that contraction.

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
           "The largest size in bytes, in all, of the weights that a kernel "
           "may read">];
  let statistics = [Statistic<"numFused", "fused", "Kernels fused into others">];
}

def SimplifyKernels : FusedPass<"vib-simplify-kernels"> {
  let summary = "Simplify the region of each kernel";
  let description = [{
    Elementwise ops over the same positions are fused into one, common
    subexpressions are computed once, and unused values are removed. Results are
    computed in the memory of their `outs`.
  }];
  let statistics = [Statistic<"numFused", "fused", "Elementwise ops fused">];
}

def NameKernels : FusedPass<"vib-name-kernels"> {
  let summary = "Give every kernel of a function a unique name";
  let description = [{
    Kernels are named after the labels of the step, so kernels that were not
    fused may have the same name. If they do, a kernel without a contraction gets
    the suffix `.rows` (if it reduces) or `.map`, and a number where the suffix
    is not enough. If a layer is the only one in its family, its number is
    removed: `decode.0` becomes `decode` if there is no `decode.2`.
  }];
}

def VerifyFused : FusedPass<"vib-verify-fused"> {
  let summary = "Verify the invariants of the phase fused";
  let description = [{
    A function consists of kernels, the buffers that they write, and a return.
    No kernel reads the old version of state after another kernel has updated
    it: updates are in place, so the kernel would read the new values. Only the
    function `gradients` writes the gradient of a weight to memory, unless
    `vib.training` limits the norm of all gradients.

    Metadata, arguments, results and the bodies of kernels obey the rules that
    `vib-verify-step` checks. In a module without `vib.model`, only the functions
    are verified. The units of a kernel run at the same time, so if state is an
    `outs` of a kernel, only the op that updates it reads it. The kernels of a
    function have different names.
  }];
}

#endif // VIB_COMPILER_FUSED_PASSES_TD
