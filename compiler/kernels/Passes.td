//===- Passes.td - From the phase fused to kernels ---------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_PASSES_TD
#define VIB_COMPILER_KERNELS_PASSES_TD

include "mlir/Pass/PassBase.td"

def ApproximateMath : Pass<"vib-approximate-math"> {
  let summary = "Replace math functions of f32 vectors by polynomials";
  let description = [{
    exp, log, log1p, tanh, erf and similar functions of f32 vectors become
    upstream MLIR's polynomials and rational functions, which are within a few
    ulp. Functions of f64 and of scalars are not changed; they become calls of
    the C library. With `scalars`, functions of f32 scalars are replaced too: on
    a GPU a lane is a thread, which computes a scalar, and there is no C
    library.

    ```mlir
    %e = math.exp %x : vector<16xf32>
    // becomes arith.mulf, math.floor, math.fma, …
    ```
  }];
  let options = [
    Option<"scalars", "scalars", "bool", /*default=*/"false",
           "Whether to replace functions of f32 scalars too">
  ];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::math::MathDialect",
                           "mlir::vector::VectorDialect"];
}

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

def EmitCpuKernels : Pass<"vib-emit-cpu-kernels", "mlir::ModuleOp"> {
  let summary = "Emit each kernel as a function of loops and vectors";
  let description = [{
    Every vib.kernel becomes a function that computes a range of the kernel's
    units on views of the blocks and the arena, and its attribute `vib.kernel`
    describes it. Every function of the phase fused becomes an entry point
    (`vib.entry`) that launches these functions in order.
    EmitKernels.cpp describes the structure, TileChoice.cpp the sizes,
    Contraction.cpp the register tiles, and Elementwise.cpp the code of all
    other ops.

    ```mlir
    func.func private @train_step.encode.0(%begin: index, %end: index,
        %weights: memref<9523200xi8> {vib.base = "weights"},
        %arena: memref<4194304xi8> {vib.base = "arena"})
      attributes {vib.kernel = {name = "encode.0", entry = "train_step",
                                flops = 1.6e+08 : f64, bytes = 4.0e+06 : f64,
                                units = 32 : i64}}
    ```
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16">
  ];
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
    The module must be in the phase fused, and its memory must be planned. For
    each kernel the table shows its operations and bytes, which of the two
    determines the lower bound on its time, that bound in cycles, its units,
    register tiles and layout, and what was fused into it. Then follow the
    fusions that were not done, each with its reason. `vibc --explain` prints
    the same.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16">
  ];
}

def ExpandNoise : Pass<"vib-expand-noise"> {
  let summary = "Expand vib.noise into integer and fma operations";
  let description = [{
    The noise is Philox4x32-10 followed by Box-Muller. The comment at the head
    of ExpandNoise.cpp and docs/randomness.md define every operation, so scalars
    and vectors of any shape get the same bits. If some operands
    are vectors, scalar operands are broadcast as late as possible.

    ```mlir
    %e = vib.noise train %seed, %step, %sample, %row, %latent
           : (i64, i64, i32, i32, vector<16xi32>) -> vector<16xf32>
    // becomes arith.mului_extended, arith.xori, … math.fma … math.sqrt
    ```
  }];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::math::MathDialect",
                           "mlir::vector::VectorDialect"];
  let statistics = [
    Statistic<"numExpanded", "noises-expanded", "vib.noise ops expanded">
  ];
}

def ExpandRounding : Pass<"vib-expand-rounding"> {
  let summary = "Expand rounding to bf16 into instructions of the target CPU";
  let description = [{
    arith.truncf to bf16 and arith.extf from it become upstream's integer
    operations on i32, which round to nearest even. With AVX512_BF16, a whole
    register is rounded by one instruction.

    ```mlir
    %b = arith.truncf %a : vector<16xf32> to vector<16xbf16>
    // becomes, with `bf16`
    %b = x86vector.avx512.cvt.packed.f32_to_bf16 %a
           : vector<16xf32> -> vector<16xbf16>
    ```
  }];
  let options = [
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16">];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::vector::VectorDialect",
                           "mlir::x86vector::X86VectorDialect"];
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

def MergeContractions : Pass<"vib-merge-contractions", "mlir::ModuleOp"> {
  let summary = "Merge adjacent narrow contractions";
  let description = [{
    Contractions of one kernel are merged if they have the same left operand and
    multiply it with adjacent columns of the same matrix, and if together they
    have fewer columns than a register has lanes. The results become slices of
    the merged result.

    ```mlir
    %a = linalg.contract … ins(%h, %w0 : tensor<32x8xf32>, tensor<8x2xf32>) …
    %b = linalg.contract … ins(%h, %w2 : tensor<32x8xf32>, tensor<8x2xf32>) …
    // where %w0 and %w2 are columns 0, 1 and 2, 3 of %w, becomes
    %c = linalg.contract … ins(%h, %w : tensor<32x8xf32>, tensor<8x4xf32>) …
    %a = tensor.extract_slice %c[0, 0] [32, 2] [1, 1] …
    %b = tensor.extract_slice %c[0, 2] [32, 2] [1, 1] …
    ```
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">
  ];
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
    module. Each entry of `vib.parameters` gets an `offset` and, if the matrix
    is stored in panels, the columns of a panel as `panel` and its size as
    `panel_bytes`. So does each entry of `vib.tensors` that is a result of the
    function `scale`: only other entries read it, so it is marked `internal`.
    Each vib.kernel gets `places`, one for each of its outs:

    ```mlir
    vib.kernel "encode.0" … attributes {
      places = [{base = "arena", offset = 627200 : i64, panel = 3200 : i64,
               row = 32 : i64} ] } …
    ```
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register, which determines the width of a panel; "
           "0 stores all matrices by rows, as -O0 does">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16, which needs operands in pairs">
  ];
  let statistics = [
    Statistic<"numBuffers", "buffers-placed",
              "Buffers placed by their live ranges">,
    Statistic<"numArenaBytes", "arena-bytes", "Bytes of the arena">
  ];
}

def ShareKernels : Pass<"vib-share-kernels", "mlir::ModuleOp"> {
  let summary = "Let kernels that differ only in their places share code";
  let description = [{
    Layers of the same shape have kernels whose code differs only in the places
    of their tensors. The code of such kernels becomes one function, marked
    `vib.shared`, with the views as arguments. The kernels keep their names,
    their descriptions and their launches, and call it. A view that overlaps no
    other view of its kernel is `noalias`. ShareKernels.cpp explains the steps.

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
    A matrix is transposed if it has fewer columns than a register has lanes,
    has at least as many rows, and is only used by the kernels of one function.
    Elementwise work then runs along its long axis, in whole registers.
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
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">
  ];
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

    Every function is one of three. An entry or a kernel takes only blocks, the
    arena and scalars, each once. Code that kernels share takes views of that
    memory and scalars. Blocks and arena have the sizes of the plan. No tensor,
    structured op or vib.noise is left, and no op whose effect on memory is
    unknown. Each launch names a kernel and its number of units, and passes it the
    arguments that it takes. A kernel neither allocates nor copies memory. An entry
    of `-O0` frees once what it allocates, and nothing else.

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

#endif // VIB_COMPILER_KERNELS_PASSES_TD
