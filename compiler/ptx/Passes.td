//===- Passes.td - From kernels of a GPU to NVVM -----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_PASSES_TD
#define VIB_COMPILER_PTX_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerBlocks : Pass<"vib-lower-blocks", "mlir::gpu::GPUModuleOp"> {
  let summary = "Convert kernels of a GPU to the dialects llvm and nvvm";
  let description = [{
    Runs upstream's conversions of all dialects in kernels at once. The
    remaining math ops become instructions; upstream's own pass would call
    CUDA's device library instead. Arguments become plain pointers. Dynamic
    shared memory becomes an external symbol, whose size the launch sets.

    ```mlir
    gpu.func @k(%arena: memref<64xi8>) kernel { … }
    // becomes
    llvm.func @k(%arena: !llvm.ptr) attributes {gpu.kernel, nvvm.kernel} { … }
    ```
  }];
  let options = [
    Option<"indexBits", "index-bits", "unsigned", /*default=*/"32",
           "The width of an index in bits: 32 or 64">
  ];
  let dependentDialects = ["mlir::LLVM::LLVMDialect",
                           "mlir::NVVM::NVVMDialect"];
}

#endif // VIB_COMPILER_PTX_PASSES_TD
