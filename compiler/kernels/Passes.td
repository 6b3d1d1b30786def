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
  let summary = "evaluate functions of f32 vectors by polynomials";
  let description = [{
    exp, log, log1p, tanh, erf and their like on vectors of f32 become upstream
    MLIR's polynomials and rational functions, which are within a few ulp. Those
    of f64 and of scalars stay, and become calls of the C library; with `scalars`
    those of f32 scalars become the same polynomials, for a GPU, whose lanes they
    are.
  }];
  let options = [
    Option<"scalars", "scalars", "bool", /*default=*/"false",
           "Whether to do so on scalars too">
  ];
  let dependentDialects = ["mlir::arith::ArithDialect",
                           "mlir::math::MathDialect",
                           "mlir::vector::VectorDialect"];
}

def BindSlots : Pass<"vib-bind-slots", "mlir::ModuleOp"> {
  let summary = "give the entries of a step their signature over memory";
  let description = [{
    Every function of the phase `step` takes its tensors from the blocks and
    the arena that `vib-plan-arena` has laid out: a tensor argument becomes a
    view of its block, a result is materialized into its own. What the body
    does with the tensors is left to bufferization. Used by `-O0` only.

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
    Statistic<"numBound", "slots-bound", "Tensors tied to their memory">
  ];
}

def EmitCpuKernels : Pass<"vib-emit-cpu-kernels", "mlir::ModuleOp"> {
  let summary = "make each kernel a function of loops and vectors";
  let description = [{
    Every vib.kernel becomes a function that works off a range of units, on
    views of the blocks and the arena, and every function of the phase fused an
    entry that launches them in order. EmitKernels.cpp has the structure,
    TileChoice.cpp the sizes, Contraction.cpp the register tile and
    Elementwise.cpp everything else.

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
  let summary = "print a table of the kernels on the standard error";
  let description = [{
    Of a module of the phase fused whose memory is planned: for each kernel its
    operations and bytes, which of them bounds it and the cycles that this takes,
    its units, register tiles and layout, and what was fused into it; then the
    fusions that were not done and why. `vibc --explain` prints the same.
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register: 128, 256 or 512">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16">
  ];
}

def ExpandNoise : Pass<"vib-expand-noise"> {
  let summary = "expand vib.noise to integer and fma operations";
  let description = [{
    Philox4x32-10 and Box-Muller as the head of ExpandNoise.cpp and
    docs/randomness.md state them, to the operation: the same bits on scalars
    and on vectors of any shape. Operands that are scalars where others are
    vectors stay so as long as they can.

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
  let summary = "make rounding to bf16 instructions that every CPU has";
  let description = [{
    arith.truncf to bf16 and arith.extf from it become upstream's operations on
    i32, to nearest even; with AVX512_BF16, a whole register is rounded by its
    instruction.

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

def LowerCopies : Pass<"vib-lower-copies"> {
  let summary = "make memref.copy an elementwise linalg.generic";
  let description = [{
    A copy of a slice would otherwise call a function of MLIR's own runtime,
    which a compiled program does not have.

    ```mlir
    memref.copy %a, %b : memref<4x2xf32> to memref<4x2xf32, strided<[4, 1]>>
    // becomes
    linalg.generic {…} ins(%a : …) outs(%b : …)
    ```
  }];
  let dependentDialects = ["mlir::linalg::LinalgDialect"];
  let statistics = [
    Statistic<"numLowered", "copies-lowered", "Copies made loops">
  ];
}

def MergeContractions : Pass<"vib-merge-contractions", "mlir::ModuleOp"> {
  let summary = "make narrow contractions side by side one";
  let description = [{
    Contractions in one kernel of the same operand with columns of the same
    matrix that follow each other, together fewer than a register has lanes,
    become one, whose columns are then taken apart.

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
    Statistic<"numMerged", "contractions-merged", "Contractions made of others">
  ];
}

def PlanArena : Pass<"vib-plan-arena", "mlir::ModuleOp"> {
  let summary = "decide where every tensor lies";
  let description = [{
    Lays out the parameters in their blocks, the inputs and outputs of all
    functions at places of their own in the arena, and after them, by lifetime,
    the buffers between a function's kernels. Matrices lie in panels of columns,
    everything is aligned to 64 bytes and staggered; PlanArena.cpp says why.

    The module gets `vib.block_bytes`, `vib.arena_bytes`, `vib.tensors` and in
    each entry of `vib.parameters` an `offset` and, of a matrix in panels, its
    `panel` columns and `panel_bytes`; so do those of `vib.tensors` that only
    entries read, the results of `scale`, which are `internal`. Each vib.kernel
    gets `places`, one for each of its outs:

    ```mlir
    vib.kernel "encode.0" … attributes {
      places = [{base = "arena", offset = 627200 : i64, panel = 3200 : i64,
               row = 32 : i64} ] } …
    ```
  }];
  let options = [
    Option<"vectorBits", "vector-bits", "unsigned", /*default=*/"512",
           "Width of a vector register, which says how wide a panel is; 0 for "
           "rows only, as the reference has them">,
    Option<"hasBf16", "bf16", "bool", /*default=*/"false",
           "Whether the CPU has AVX512_BF16, for which pairs are packed">
  ];
  let statistics = [
    Statistic<"numBuffers", "buffers-placed",
              "Buffers placed by their lifetime">,
    Statistic<"numArenaBytes", "arena-bytes", "Bytes of the arena">
  ];
}

def TransposeNarrow : Pass<"vib-transpose-narrow", "mlir::ModuleOp"> {
  let summary = "turn matrices with rows shorter than a vector";
  let description = [{
    A matrix that has fewer columns than a register has lanes, and as many rows
    at least, and that only the kernels of one function know, is transposed, so
    that work on it goes along its rows. TransposeNarrow.cpp says which are not.

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
  let summary = "verify what must hold in the phase kernels";
  let description = [{
    The plan of memory is there; every function is an entry or a kernel, over
    bases and scalars; no tensor, no structured op and no vib.noise is left; a
    launch names a kernel and its number of units; and a kernel allocates and
    copies nothing.
  }];
}

#endif // VIB_COMPILER_KERNELS_PASSES_TD
