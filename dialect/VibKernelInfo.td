//===- VibKernelInfo.td - What is recorded of a kernel -----*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBKERNELINFO_TD
#define VIB_DIALECT_VIBKERNELINFO_TD

include "VibMetadata.td"

def Vib_KernelInfoAttr : Vib_Attr<"KernelInfo", "kernel_info"> {
  let summary = "what the runtime and --explain know of a kernel";
  let description = [{
    In the phase `kernels`, the value of `vib.kernel` on the function of a
    kernel of a CPU. On a GPU, the value of `vib.kernels` on a function is a list
    of them, because a launch can compute several kernels.

    | field | what it is | default |
    |---|---|---|
    | the first | the name of the kernel | required |
    | `entry` | the function that launches it | required |
    | `units` | the units of work, or blocks | required |
    | `flops`, `bytes` | the work of a launch | 0 |
    | `operands` | the precision in which a GPU multiplies | `f32` |
    | `parts`, `fused`, `unfused` | what `--explain` prints of it | none |

    ```mlir
    #vib.kernel_info<"encode.0", entry = "train_step", units = 32, flops = 1.6e8, bytes = 3.9e6>
    ```
  }];
  let parameters = (ins StringRefParameter<"name">:$name,
                        StringRefParameter<"entry">:$entry, "int64_t":$units,
                        "::mlir::FloatAttr":$flops, "::mlir::FloatAttr":$bytes,
                        "::vib::Precision":$operands,
                        "::mlir::ArrayAttr":$parts, "::mlir::ArrayAttr":$fused,
                        "::mlir::ArrayAttr":$unfused);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // VIB_DIALECT_VIBKERNELINFO_TD
