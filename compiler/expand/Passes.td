//===- Passes.td - Expand ops on every target --------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_EXPAND_PASSES_TD
#define VIB_COMPILER_EXPAND_PASSES_TD

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

#endif // VIB_COMPILER_EXPAND_PASSES_TD
