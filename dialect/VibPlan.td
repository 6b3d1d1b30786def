//===- VibPlan.td - How a kernel is divided and emitted ----*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The attributes of the phase `planned`. They record every choice of sizes, so
// that it can be read, tested and edited.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBPLAN_TD
#define VIB_DIALECT_VIBPLAN_TD

include "VibBase.td"
include "mlir/IR/EnumAttr.td"

def Vib_CpuAttr : Vib_Attr<"Cpu", "cpu"> {
  let summary = "the properties of a CPU that the plan depends on";
  let description = [{
    The value of `vib.machine` on a module that is planned for a CPU: the width
    of a vector register, 128, 256 or 512 bits, and whether the CPU multiplies
    pairs of bf16 (AVX512_BF16).

    ```mlir
    module attributes {vib.machine = #vib.cpu<vector_bits = 512, bf16 = false>}
    ```
  }];
  let parameters = (ins "int64_t":$vector_bits, "bool":$bf16);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_TileAttr : Vib_Attr<"Tile", "tile"> {
  let summary = "a dimension of a kernel that is divided, and the size of a part";
  let description = [{
    The dimensions of a kernel are the names that `vib.loops` gives to the loops
    of its ops. Loops that visit the same axis have the same name. The last part
    of the dimension may be smaller.

    On a kernel of a CPU, `unit` is the tile that a thread computes at a time,
    and `inner` the tile of the loop inside it. A kernel without `unit` is one
    unit.

    ```mlir
    vib.kernel "encode.0" … attributes {unit = #vib.tile<"n", 32>} {
      %0 = linalg.generic … {vib.loops = ["m", "n", "k"]} …
    ```
  }];
  let parameters = (ins StringRefParameter<"dimension">:$dimension,
                        "int64_t":$size);
  let assemblyFormat = "`<` custom<Text>($dimension) `,` custom<Size>($size) `>`";
  let genVerifyDecl = 1;
}

def Vib_RegisterTileKind : I32EnumAttr<"RegisterTileKind",
    "what the accumulators of a contraction are", [
    I32EnumAttrCase<"Columns", 0, "columns">,
    I32EnumAttrCase<"Dot", 1, "dot">,
    I32EnumAttrCase<"Groups", 2, "groups">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_RegisterTileAttr : Vib_Attr<"RegisterTile", "register_tile"> {
  let summary = "the accumulators of a contraction that are in registers";
  let description = [{
    For a contraction with `rows` x `columns` results and `depth` terms a unit,
    how many results are accumulated in registers at the same time:

    | kind | the accumulators |
    |---|---|
    | `columns r x v` | r rows of v vectors of columns |
    | `dot r x c` | r rows of c columns; the lanes are terms of the sum |
    | `groups r x 1 of t` | r rows of one vector, where each column has a group of lanes for t terms |

    With `block`, which only a weight gradient of a convolution has, the sum is
    computed in blocks of this many positions of its outermost loop, the images:
    all register tiles read one block before any reads the next one. A block of
    one image can be divided further, by the next loop, the lines of the image:
    `1 x 8` is eight lines of an image.

    ```mlir
    #vib.register_tile<100 x 32 x 784, columns 10 x 2>
    #vib.register_tile<32 x 32 x 14, columns 8 x 2, block = 2>
    #vib.register_tile<32 x 16 x 32, columns 16 x 1, block = 1 x 8>
    ```
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "int64_t":$depth,
                        "::vib::RegisterTileKind":$kind, "int64_t":$tileRows,
                        "int64_t":$tileVectors, "int64_t":$terms,
                        "int64_t":$block, "int64_t":$lines);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_Reader : I32EnumAttr<"Reader",
    "how the only reader of a contraction is emitted with it", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Epilogue", 1, "epilogue">,
    I32EnumAttrCase<"Interleaved", 2, "interleaved">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_Packing : I32EnumAttr<"Packing", "how an operand is packed", [
    I32EnumAttrCase<"None", 0, "none">,
    I32EnumAttrCase<"Rows", 1, "rows">,
    I32EnumAttrCase<"Pairs", 2, "pairs">]> {
  let cppNamespace = "::vib";
  let genSpecializedAttr = 0;
}

def Vib_ContractionAttr : Vib_Attr<"Contraction", "contraction"> {
  let summary = "how a contraction is emitted for a CPU";
  let description = [{
    The value of `vib.contraction` on a contraction of a planned kernel:

    - One register tile for each size that the contraction has, in whole units
      and in the last, smaller ones.
    - `reader`: how the elementwise op that alone reads the result is emitted
      with the contraction. An `epilogue` is applied to a register tile before
      it is stored. An `interleaved` op processes a register tile while the
      contraction computes the next one.
    - `pairs`: the left operand is packed in pairs of bf16 before the kernel
      runs, in blocks of this many columns, which all units read.
    - `windows`: how the bf16 operands are copied, if one of them is read
      through windows. Without `block`, the right operand, a weight, is copied
      before the kernel runs, for all units: in `pairs` of its terms, or as
      `rows` of f32. For `rows`, each unit also copies what it reads of the left
      operand as f32. With `block`, each unit copies both operands of a block:
      in `pairs` of images, or as `rows` of f32.

    ```mlir
    %0 = linalg.generic … {vib.contraction = #vib.contraction<
           [<100 x 32 x 784, columns 10 x 2>] reader = epilogue>} …
    %1 = linalg.generic … {vib.contraction = #vib.contraction<
           [<14 x 64 x 32, columns 14 x 2>] windows = pairs>} …
    ```
  }];
  let parameters = (ins ArrayRefParameter<"::vib::RegisterTileAttr">:$tiles,
                        "::vib::Reader":$reader, "int64_t":$pairs,
                        "::vib::Packing":$windows);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_PackedAttr : Vib_Attr<"Packed", "packed"> {
  let summary = "how a unit packs the right operand of a contraction";
  let description = [{
    The value of `vib.packed` on a contraction of a planned kernel is a list of
    these. For `rows` x `columns` results with `depth` terms, the unit copies the
    right operand to its stack: `rows` as [term][column] in the type of the
    result, `pairs` in pairs of bf16.

    ```mlir
    #vib.packed<10 x 256 x 10, rows>
    ```
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "int64_t":$depth,
                        "::vib::Packing":$packing);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_LoopVectorAttr : Vib_Attr<"LoopVector", "loop_vector"> {
  let summary = "the vectors of an op that is no contraction";
  let description = [{
    The value of `vib.vectors` on an op of a planned kernel is a list of these.
    If the loops of the op have the extents `sizes`, the loop `along` is
    vectorized by `lanes` elements. With `flat`, rows that follow each other
    without a gap are one long row.

    ```mlir
    #vib.loop_vector<10 x 784, 16 along "n">
    #vib.loop_vector<3 x 4, 12 along "n" flat>
    ```
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$sizes, "int64_t":$lanes,
                        StringRefParameter<"the loop">:$along, "bool":$flat);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def Vib_BlockAttr : Vib_Attr<"Block", "block"> {
  let summary = "the sizes of a thread block's part of a contraction";
  let description = [{
    The value of `block` on a kernel of a GPU whose contractions are computed by
    a pipeline of copies into shared memory: a block computes `rows` x `columns`
    results from pieces of `depth` terms, of which `stages` are in shared memory
    at a time. Each of four warps computes `warp_rows` x `warp_columns` of them.
    The ops with `vib.staged` are these contractions. The kernel's `tiles` are
    the dimensions that are divided among blocks, the last one fastest.

    ```mlir
    vib.kernel "encode.2" … attributes {
      block = #vib.block<rows = 40, columns = 32, depth = 32, stages = 4,
                         warp_rows = 20, warp_columns = 16>,
      tiles = [#vib.tile<"m", 40>, #vib.tile<"n", 32>]} …
    ```
  }];
  let parameters = (ins "int64_t":$rows, "int64_t":$columns, "int64_t":$depth,
                        "int64_t":$stages, "int64_t":$warp_rows,
                        "int64_t":$warp_columns);
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

#endif // VIB_DIALECT_VIBPLAN_TD
