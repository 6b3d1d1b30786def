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
    A linalg op becomes a `vib.kernel` of its label's name; its fill, constants
    and slices of operands go with it, into each kernel that uses them. State
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

#endif // VIB_COMPILER_FUSED_PASSES_TD
