//===- VibKernelOps.td - Ops of the compiled step ----------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBKERNELOPS_TD
#define VIB_DIALECT_VIBKERNELOPS_TD

include "VibBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/IR/OpAsmInterface.td"
include "mlir/IR/RegionKindInterface.td"
include "mlir/IR/SymbolInterfaces.td"

/// The numbers are those of the counter.
def Vib_NoisePurpose : I32EnumAttr<"NoisePurpose", "what noise is drawn for", [
    I32EnumAttrCase<"Train", 0, "train">,
    I32EnumAttrCase<"Evaluate", 1, "evaluate">,
    I32EnumAttrCase<"Dropout", 7, "dropout">,
    I32EnumAttrCase<"TrainGumbel", 8, "train_gumbel">,
    I32EnumAttrCase<"EvaluateGumbel", 9, "evaluate_gumbel">]> {
  let cppNamespace = "::vib";
}

def Vib_NoiseOp : Vib_Op<"noise", [Pure]> {
  let summary = "draws a number of the random stream";
  let description = [{
    Computes Philox4x32-10 with the key `seed` and the counter (purpose, step,
    sample, row, latent). For the purposes `train` and `evaluate` the result is
    a standard normal number, which the Box-Muller transform computes from the
    generator's words; for `dropout` it is uniform between 0 and 1; for
    `train_gumbel` and `evaluate_gumbel` it is `-log(-log u)` of such a number u.
    docs/randomness.md defines all of it to the bit. The result is f32 whatever
    the model's type, and has the same bits on every target. After vectorization
    any operand may be a vector, all of one shape; operands that do not vary
    stay scalars.

    ```mlir
    %e = vib.noise train %seed, %step, %sample, %row, %latent
           : (i64, i64, i32, i32, i32) -> f32
    ```
  }];
  let arguments = (ins Vib_NoisePurpose:$purpose, AnyTypeOf<[I64, VectorOfAnyRankOf<[I64]>]>:$seed,
                       AnyTypeOf<[I64, VectorOfAnyRankOf<[I64]>]>:$step,
                       AnyTypeOf<[I32, VectorOfAnyRankOf<[I32]>]>:$sample,
                       AnyTypeOf<[I32, VectorOfAnyRankOf<[I32]>]>:$row,
                       AnyTypeOf<[I32, VectorOfAnyRankOf<[I32]>]>:$latent);
  let results = (outs AnyTypeOf<[F32, VectorOfAnyRankOf<[F32]>]>:$result);
  let assemblyFormat = [{
    custom<Purpose>($purpose) $seed `,` $step `,` $sample `,` $row `,`
    $latent attr-dict `:` functional-type(operands, results)
  }];
}

def Vib_KernelOp : Vib_Op<"kernel", [
    IsolatedFromAbove, SingleBlockImplicitTerminator<"YieldOp">,
    AttrSizedOperandSegments, RecursiveMemoryEffects,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames", "getAsmResultNames"]>]> {
  let summary = "one kernel of a function: a fused region in destination style";
  let description = [{
    The unit of work of the phase `fused`. The region contains linalg ops on
    tensors. Its arguments are the `ins`, then the `outs`. The i-th yielded
    value is the new value of the i-th `outs`.

    An `outs` that is a weight, a moment or an average is updated in place. An
    `outs` that is a `tensor.empty` is a buffer, which the memory plan places.
    After a kernel has updated a state tensor nothing may read the old value:
    `vib-verify-fused` reports such a read, and no copy is ever made.

    In the text an argument has the name of its operand, or the name after `as`;
    the location keeps the name. The i-th result has the name of the i-th
    `outs`.

    ```mlir
    %h0 = vib.kernel "encode.0" ins(%x, %w, %bias
              : tensor<100x784xf32>, tensor<784x1024xf32>, tensor<1024xf32>)
            outs(%e as %h0 : tensor<100x1024xf32>) {
      %zero = linalg.fill ...
      %0 = linalg.contract ... ins(%x, %w : ...) outs(%zero : ...)
      %1 = linalg.generic ... ins(%0, %bias : ...) outs(%h0 : ...)
      vib.yield %1 : tensor<100x1024xf32>
    } -> tensor<100x1024xf32>
    ```
  }];
  let arguments = (ins StrAttr:$name, Variadic<AnyType>:$inputs,
                       Variadic<AnyRankedTensor>:$outputs);
  let results = (outs Variadic<AnyRankedTensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let declarations = [{
    mlir::Block::BlockArgListType getInputArgs() {
      return getBody().front().getArguments().take_front(getInputs().size());
    }
    mlir::Block::BlockArgListType getOutputArgs() {
      return getBody().front().getArguments().drop_front(getInputs().size());
    }
    YieldOp getYield();
  }];
}

def Vib_LaunchOp : Vib_Op<"launch", [
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "runs the units of a kernel on the thread pool";
  let description = [{
    Calls `callee(begin, end, operands…)` for ranges that together cover
    [0, units), and waits for all of them. The number of units is fixed when
    compiling. How the units are divided into ranges depends on the number of
    threads, and the result of a kernel must not depend on it.

    ```mlir
    vib.launch @train_step.encode.0 units(32) (%weights, %arena)
      : (memref<9523240xi8>, memref<4194304xi8>)
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$callee, I64Attr:$units,
                       Variadic<AnyType>:$operands);
  let assemblyFormat = [{
    $callee `units` `(` $units `)` `(` $operands `)` attr-dict `:` `(`
    type($operands) `)`
  }];
  let hasVerifier = 1;
}

#endif // VIB_DIALECT_VIBKERNELOPS_TD
