//===- VibSlot.td - Where a tensor of the step lives -------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBSLOT_TD
#define VIB_DIALECT_VIBSLOT_TD

include "VibBase.td"
include "mlir/IR/EnumAttr.td"

def Vib_SlotKind : I32EnumAttr<"SlotKind", "what a slot holds", [
    I32EnumAttrCase<"Input", 0, "input">,
    I32EnumAttrCase<"Output", 1, "output">,
    I32EnumAttrCase<"Weight", 2, "weight">,
    I32EnumAttrCase<"Moment1", 3, "moment1">,
    I32EnumAttrCase<"Moment2", 4, "moment2">,
    I32EnumAttrCase<"Average", 5, "average">,
    I32EnumAttrCase<"Gradient", 6, "gradient">,
    I32EnumAttrCase<"Scalar", 7, "scalar">,
    I32EnumAttrCase<"State", 8, "state">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_SlotAttr : Vib_Attr<"Slot", "slot"> {
  let summary = "the memory behind an argument or a result of a step function";
  let description = [{
    Every argument and every result of a step function (`train_step`,
    `gradients`, `encode`, `evaluate`, `draw`, `decode`, `scale`) carries this as the
    attribute `vib.slot`. It is the only link between a tensor and memory.

    | kind | what the tensor is | the name is that of |
    |---|---|---|
    | `weight`, `moment1`, `moment2`, `average`, `gradient` | an entry of one of five blocks of the same layout | a parameter |
    | `state` | an entry of the block of the weights that is no weight; only `train_step` changes running statistics, which have an `average`, too, if the model averages its weights | a parameter |
    | `input`, `output` | a tensor in the arena; one name is one place for all functions | the tensor |
    | `scalar` | a field of the runtime's `VibStep` | the field |

    ```mlir
    %w0: tensor<784x1024xf32> {vib.slot = #vib.slot<weight, "encode.0.weight">}
    ```
  }];
  let parameters = (ins "::vib::SlotKind":$kind,
                        StringRefParameter<"parameter, tensor or field">:$name);
  let assemblyFormat = "`<` custom<Word>($kind) `,` custom<Text>($name) `>`";
}

#endif // VIB_DIALECT_VIBSLOT_TD
