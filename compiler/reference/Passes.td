//===- Passes.td - From the phase step to kernels for -O0 --*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_REFERENCE_PASSES_TD
#define VIB_COMPILER_REFERENCE_PASSES_TD

include "mlir/Pass/PassBase.td"

def BindSlots : Pass<"vib-bind-slots", "mlir::ModuleOp"> {
  let summary = "Replace the tensors of entry functions by views of memory";
  let description = [{
    Functions of the phase `step` take and return tensors. This pass gives them
    the blocks and the arena that `vib-plan-arena` has laid out instead: a
    tensor argument becomes a view of the memory planned for it, and a result is
    materialized into the memory planned for it. The body is left to
    bufferization. Only `-O0` uses this pass.

    ```mlir
    func.func @encode(%w: tensor<4x8xf32> {vib.slot = #vib.slot<weight, "w">})
    // becomes
    func.func @encode(%weights: memref<128xi8> {vib.base = "weights"}) {
      %view = memref.view %weights[%c0][] : memref<128xi8> to memref<4x8xf32>
      %w = bufferization.to_tensor %view restrict
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::bufferization::BufferizationDialect",
                           "mlir::memref::MemRefDialect"];
  let statistics = [
    Statistic<"numBound", "slots-bound", "Tensors bound to their memory">
  ];
}

def InlineKernels : Pass<"vib-inline-kernels", "mlir::func::FuncOp"> {
  let summary = "Turn the kernels of the phase fused into plain linalg ops";
  let description = [{
    The reference pipeline (`-O0`) compiles tensors without kernels. With this
    pass it also compiles a file of the phase fused whose `vib.options` say
    `level = 0`, so that an edited file can be compared with what the emitters
    make of it.

    ```mlir
    %y = vib.kernel "k" ins(%x : tensor<4xf32>) outs(%e as %o : tensor<4xf32>) {
      %0 = linalg.generic … ins(%x : tensor<4xf32>) outs(%o : tensor<4xf32>) …
      vib.yield %0 : tensor<4xf32>
    } -> tensor<4xf32>
    // becomes
    %y = linalg.generic … ins(%x : tensor<4xf32>) outs(%e : tensor<4xf32>) …
    ```
  }];
  let statistics = [Statistic<"numInlined", "inlined", "Kernels inlined">];
}

def LowerCopies : Pass<"vib-lower-copies"> {
  let summary = "Replace memref.copy by an elementwise linalg.generic";
  let description = [{
    LLVM lowering turns a copy of a slice into a call of MLIR's own runtime
    library, which compiled programs do not link.

    ```mlir
    memref.copy %a, %b : memref<4x2xf32> to memref<4x2xf32, strided<[4, 1]>>
    // becomes
    linalg.generic {…} ins(%a : …) outs(%b : …)
    ```
  }];
  let dependentDialects = ["mlir::linalg::LinalgDialect"];
  let statistics = [
    Statistic<"numLowered", "copies-lowered", "Copies turned into loops">
  ];
}

#endif // VIB_COMPILER_REFERENCE_PASSES_TD
