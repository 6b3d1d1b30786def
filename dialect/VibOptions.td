//===- VibOptions.td - The options of a compilation --------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBOPTIONS_TD
#define VIB_DIALECT_VIBOPTIONS_TD

include "VibMetadata.td"

def Vib_OptionsAttr : Vib_Attr<"Options", "options"> {
  let summary = "the options with which vibc made a file";
  let description = [{
    The value of `vib.options` on a module. When vibc continues from the file, it
    compiles with these options.

    | field | what it is | default |
    |---|---|---|
    | `level` | the level of optimization, 0 to 3 | required |
    | `precision` | that of `--precision` | that of the model |
    | `batch` | the rows of a training step | that of the model |
    | `gradients` | the program exports its gradients | absent |
    | `cpu`, `features` | the CPU, in LLVM's terms | required, none |
    | `arch` | the GPU, in a program for one | none |
    | `cubin` | the program contains machine code of the GPU | absent |

    ```mlir
    #vib.options<level = 2, precision = f32, batch = 100, cpu = "x86-64-v3">
    ```
  }];
  let parameters = (ins "int64_t":$level,
                        "::std::optional<::vib::Precision>":$precision,
                        "int64_t":$batch, "bool":$gradients,
                        StringRefParameter<"cpu">:$cpu,
                        StringRefParameter<"features">:$features,
                        StringRefParameter<"arch">:$arch, "bool":$cubin);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // VIB_DIALECT_VIBOPTIONS_TD
