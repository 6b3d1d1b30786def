//===- Passes.td - From the phase fused to kernels of a CPU *- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_PASSES_TD
#define VIB_COMPILER_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def ChooseTiles : Pass<"vib-choose-tiles", "mlir::func::FuncOp"> {
  let summary = "Record the tiles of each kernel in its attributes";
  let description = [{
    Divides the iteration space of each vib.kernel into units of work (`unit`)
    and, if the intermediate results of a unit are large, into steps inside a
    unit (`inner`). Chooses the register tiles of its contractions, the op that
    is emitted with each of them, the operands that are packed before the kernel
    runs, how a convolution copies operands of bf16, and how many images its
    weight gradient reads at a time (`vib.contraction`). Marks the ops that their readers compute
    themselves (`vib.folded`), and names the loops of all ops (`vib.loops`).
    TileChoice.cpp and ContractionForm.cpp choose the sizes, and WindowCopies.cpp
    the copies, for the CPU in `vib.machine`. The passes that follow read the attributes and choose no size.

    ```mlir
    %h = vib.kernel "encode.0" … {
      %zero = linalg.fill …
      %0 = linalg.contract … ins(%x, %w : …) outs(%zero : …)
      %1 = linalg.generic … ins(%0, %bias : …) outs(%o : …)
    // becomes
    %h = vib.kernel "encode.0" … attributes {unit = #vib.tile<"n", 32>} {
      %zero = linalg.fill {vib.folded, vib.loops = ["m", "n"]} …
      %0 = linalg.contract … {
        vib.contraction = #vib.contraction<[<100 x 32 x 784, columns 10 x 2>]
                                           reader = epilogue>,
        vib.loops = ["m", "n", "k"]} …
      %1 = linalg.generic … {vib.loops = ["m", "n"]} …
    ```
  }];
  let dependentDialects = ["vib::VibDialect"];
  let statistics = [
    Statistic<"numKernels", "kernels-planned", "Kernels planned">,
    Statistic<"numContractions", "contractions-planned", "Contractions planned">
  ];
}

def EmitCpuKernels : Pass<"vib-emit-cpu-kernels", "mlir::ModuleOp"> {
  let summary = "Emit each kernel as a function of loops and vectors";
  let description = [{
    Every vib.kernel becomes a function that computes a range of the kernel's
    units on views of the blocks and the arena. The attribute `vib.kernel` of
    this function describes the kernel. Every function of the phase planned
    becomes an entry point (`vib.entry`) that launches these functions in order.
    CpuKernelEmitter.h describes the structure, Contraction.cpp the code of
    contractions, and CpuLinalgEmitter.h the code of all other ops.

    ```mlir
    func.func private @train_step.encode.0(%begin: index, %end: index,
        %weights: memref<9523200xi8> {vib.base = "weights"},
        %arena: memref<4194304xi8> {vib.base = "arena"})
      attributes {vib.kernel = #vib.kernel_info<"encode.0",
                    entry = "train_step", units = 32, flops = 1.6e8,
                    bytes = 4.0e6>}
    ```
  }];
  let dependentDialects = [
    "mlir::arith::ArithDialect", "mlir::func::FuncDialect",
    "mlir::math::MathDialect", "mlir::memref::MemRefDialect",
    "mlir::scf::SCFDialect", "mlir::vector::VectorDialect",
    "mlir::x86vector::X86VectorDialect"
  ];
  let statistics = [
    Statistic<"numKernels", "kernels-emitted", "Kernels emitted">
  ];
}

def Explain : Pass<"vib-explain", "mlir::ModuleOp"> {
  let summary = "Print a table of the kernels to standard error";
  let description = [{
    The module must be in the phase planned. The table shows for each kernel its
    operations and bytes, which of the two determines its time, an estimate of
    that time in cycles, its units, register tiles and layout, and what was fused
    into it. The fusions that were not done follow, each with its reason.
    `vibc --explain` prints the same.
  }];
}

def MergeImages : Pass<"vib-merge-images", "mlir::func::FuncOp"> {
  let summary = "Merge kernels that compute feature maps image by image";
  let description = [{
    Merges a convolution with the kernels of its border, of the pooling that
    reads it, and of the border for the next layer. All of them can be divided by
    images. A unit of work of the merged kernel computes all of them for one
    image, so that its feature maps stay in the second-level cache, and those
    that no other kernel reads are not written to memory at all. At most one of
    two kernels may have contractions; a strided one has one for each phase. A
    feature map may have at most 256 KiB.

    ```mlir
    %c = vib.kernel "encode.3" ins(%weight, %x, %bias : …) …
    %p, %t = vib.kernel "encode.3.map" ins(%c : tensor<100x14x14x64xf32>) …
    // becomes
    %p, %t = vib.kernel "encode.3" ins(%weight, %x, %bias : …) …
    ```
  }];
  let dependentDialects = ["mlir::tensor::TensorDialect"];
  let statistics = [Statistic<"numMerged", "kernels-merged", "Kernels merged">];
}

def MergeContractions : Pass<"vib-merge-contractions", "mlir::ModuleOp"> {
  let summary = "Merge adjacent narrow contractions";
  let description = [{
    Contractions of one kernel are merged if they multiply the same left operand
    with adjacent columns of one matrix, and if these columns together are fewer
    than the lanes of a register. The results become slices of the merged
    result.

    ```mlir
    %a = linalg.contract … ins(%h, %w0 : tensor<32x8xf32>, tensor<8x2xf32>) …
    %b = linalg.contract … ins(%h, %w2 : tensor<32x8xf32>, tensor<8x2xf32>) …
    // where %w0 and %w2 are columns 0, 1 and 2, 3 of %w, becomes
    %c = linalg.contract … ins(%h, %w : tensor<32x8xf32>, tensor<8x4xf32>) …
    %a = tensor.extract_slice %c[0, 0] [32, 2] [1, 1] …
    %b = tensor.extract_slice %c[0, 2] [32, 2] [1, 1] …
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::linalg::LinalgDialect",
                           "mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numMerged", "contractions-merged",
              "Contractions created by merging">
  ];
}

def PlanArena : Pass<"vib-plan-arena", "mlir::ModuleOp"> {
  let summary = "Assign a place in memory to every tensor";
  let description = [{
    Lays out the parameters in their blocks. The arena begins with the inputs
    and outputs of all functions, each at its own place, followed by the buffers
    between the kernels of a function, which share memory if their live ranges
    do not overlap. Matrices are stored in panels of columns. All tensors are
    aligned to 64 bytes and staggered. PlanArena.cpp and ArenaPlanner.h give the
    reasons.

    The pass sets `vib.block_bytes`, `vib.arena_bytes` and `vib.tensors` on the
    module, and adds the `place` of each `#vib.parameter` in `vib.parameters`. A
    result of the function `scale` is marked `internal` in `vib.tensors`, because
    only other functions read it. Each vib.kernel gets `places`, a `#vib.place` for
    each of its outs:

    ```mlir
    vib.kernel "encode.0" … attributes {
      places = [#vib.place<arena + 627200, panel = 3200, row = 32>]} …
    ```
  }];
  let options = [
    Option<"isReference", "reference", "bool", /*default=*/"false",
           "Whether to store all matrices by rows, as -O0 does">
  ];
  let statistics = [
    Statistic<"numBuffers", "buffers-placed",
              "Buffers placed by their live ranges">,
    Statistic<"numArenaBytes", "arena-bytes", "Bytes of the arena">
  ];
}

def ChooseVectors : Pass<"vib-choose-vectors", "mlir::func::FuncOp"> {
  let summary = "Record what is packed and vectorized in attributes";
  let description = [{
    Writes the choices that depend on the places of tensors, for each size that
    a tile of an op has.

    `vib.packed` of a contraction lists the sizes (rows, columns and terms) for
    which its right operand is packed on the stack of the thread before it is
    read: as `rows`, or in `pairs` of bf16. PackingChoice.cpp says when that pays.

    `vib.vectors` of any other op that is not emitted with a contraction lists
    the sizes for which it is emitted on vectors, with the loop and the number of
    lanes. `flat` says that two loops over rows without a gap between them become
    one. For a size that is not in the list, scalars are emitted.

    ```mlir
    linalg.generic … {vib.loops = ["m", "n"],
      vib.vectors = [#vib.loop_vector<10 x 784, 16 along "n">]} …
    ```
  }];
  let dependentDialects = ["vib::VibDialect"];
  let statistics = [
    Statistic<"numPacked", "sizes-packed",
              "Sizes of contractions whose right operand is packed">,
    Statistic<"numVectors", "sizes-vectorized",
              "Sizes of other ops that are emitted on vectors">
  ];
}

def SetMachine : Pass<"vib-set-machine", "mlir::ModuleOp"> {
  let summary = "Record the CPU that kernels are planned for";
  let description = [{
    Sets `vib.machine` on the module. All choices of sizes depend on it.

    ```mlir
    module attributes {vib.machine = #vib.cpu<vector_bits = 512, bf16 = false>}
    ```
  }];
  let dependentDialects = ["vib::VibDialect"];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16">
  ];
}

def ShareKernels : Pass<"vib-share-kernels", "mlir::ModuleOp"> {
  let summary = "Let kernels that differ only in their places share code";
  let description = [{
    Layers of the same shape have kernels whose code differs only in the places
    of their tensors. The code of such kernels becomes one function, which is
    marked `vib.shared` and has the views as arguments. The kernels call this
    function, and keep their names, their descriptions and their launches. A view
    that overlaps no other view of its kernel is `noalias`. ShareKernels.cpp
    explains the steps.

    ```mlir
    func.func private @train_step.encode.2(%begin: index, %end: index, …) {
      %h = memref.view %arena[%c17600][] : memref<98560xi8> to memref<32x64xf32>
      %w = memref.view %weights[%c17216][] : …
      … loops
    // becomes, with a call in @train_step.encode.4 and @encode.encode.2, too
      %h = memref.view %arena[%c17600][] : memref<98560xi8> to memref<32x64xf32>
      %w = memref.view %weights[%c17216][] : …
      call @train_step.encode.2.shared(%begin, %end, %h, %w, …)
    ```
  }];
  let dependentDialects = ["mlir::func::FuncDialect"];
  let statistics = [
    Statistic<"numShared", "functions-shared", "Functions that kernels share">,
    Statistic<"numKernels", "kernels-sharing", "Kernels that share their code">
  ];
}

def TransposeNarrow : Pass<"vib-transpose-narrow", "mlir::ModuleOp"> {
  let summary = "Transpose matrices whose rows are shorter than a vector";
  let description = [{
    A matrix is transposed if it has fewer columns than a register has lanes, at
    least as many rows as a register has lanes, and no use outside the kernels of
    one function. Elementwise ops then run along its long axis, in whole
    registers.
    TransposeNarrow.cpp lists the exceptions.

    ```mlir
    %n = linalg.generic {indexing_maps = [(i, j) -> (i, j), (i, j) -> (i)],
                         iterator_types = ["parallel", "reduction"]}
           ins(%a : tensor<32x2xf32>) outs(%b : tensor<32xf32>) …
    // becomes
    %n = linalg.generic {indexing_maps = [(i, j) -> (j, i), (i, j) -> (i)],
                         iterator_types = ["parallel", "reduction"]}
           ins(%a : tensor<2x32xf32>) outs(%b : tensor<32xf32>) …
    ```
  }];
  let dependentDialects = ["mlir::tensor::TensorDialect"];
  let statistics = [
    Statistic<"numTransposed", "values-transposed", "Results of ops transposed">
  ];
}

def VerifyKernels : Pass<"vib-verify-kernels", "mlir::ModuleOp"> {
  let summary = "Verify the invariants of the phase kernels";
  let description = [{
    The memory plan is present: parameters lie in the block and tensors in the
    arena, without overlap and with the types that `vib.model` gives them. The
    entries that the runtime calls are there.

    A function is an entry, a kernel, or code that kernels share. An entry and a
    kernel take only blocks, the arena and scalars, each once. Code that kernels
    share takes views of that memory, and scalars. The blocks and the arena have
    the sizes of the plan. No tensor, structured op or vib.noise is left, and no
    op whose effect on memory is unknown. Each launch names a kernel and its
    number of units, and passes the arguments of this kernel. A kernel neither
    allocates nor copies memory. An entry of `-O0` frees everything that it
    allocates once, and frees nothing else.

    No access leaves its memory: views lie within their block or the arena, and
    loads and stores within their view, for all values that constants and the
    bounds of loops allow the indices. Loops end, and integers are not divided by
    zero.

    ```mlir
    %v = memref.view %arena[%c0][] : memref<64xi8> to memref<4x4xf32>
    scf.for %i = %c0 to %c8 step %c1 {
      // error: expected an access within 'memref<4x4xf32>', but index 0 goes
      // from 0 to 7
      %x = vector.load %v[%i, %c0] : memref<4x4xf32>, vector<4xf32>
    }
    ```
  }];
}

def VerifyPlanned : Pass<"vib-verify-planned", "mlir::ModuleOp"> {
  let summary = "Verify the invariants of the phase planned";
  let description = [{
    The rules of `vib-verify-fused` hold. Each kernel has a plan that the emitter
    can follow:

    - Loops over the same axis have one name.
    - `unit` and `inner` divide dimensions that can be divided, into parts that
      end where a panel ends.
    - Each size of a contraction has one register tile, which fits into the
      registers of `vib.machine`.

    Each result of a kernel, and its scratch memory, has a place in a block or in
    the arena. No two of them share bytes while both are in use.

    ```mlir
    // error: 'vib.kernel' op divides 'k' in unit, but its parts cannot be computed
    // by different threads: a result over all of it, or a slice of it, is read
    // again
    vib.kernel "decode" … attributes {unit = #vib.tile<"k", 32>} { …
    ```
  }];
}

#endif // VIB_COMPILER_CPU_PASSES_TD
