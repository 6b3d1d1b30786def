//===- Passes.td - From kernels to LLVM --------------------*- tablegen -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_PASSES_TD
#define VIB_COMPILER_OBJECT_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerLaunches : Pass<"vib-lower-launches", "mlir::ModuleOp"> {
  let summary = "Turn launches into calls of the runtime's vib_launch";
  let description = [{
    Every entry gets the runtime's `VibCall` as its first argument and passes it
    to `vib_launch`. A launch does not pass the kernel's arguments: the function
    that `vib_launch` calls loads them from the `VibCall`. The constant
    `nanoseconds` is an estimate of the time that one thread takes for all units;
    it follows from the kernel's FLOPs and bytes. `vib.arguments` records for `vib-wrap-functions`
    where each argument is loaded from. The pointers to the blocks and the arena
    become `noalias` and aligned, as the runtime guarantees.

    ```mlir
    func.func @train_step(%a: memref<64xi8> {vib.base = "arena"})
        attributes {vib.entry} {
      vib.launch @train_step.k units(4) (%a) : (memref<64xi8>)
      return
    }
    ```

    becomes

    ```mlir
    func.func @train_step(%call: !llvm.ptr, %a: memref<64xi8> {…})
        attributes {vib.arguments = ["arena"], vib.entry} {
      %k = llvm.mlir.addressof @train_step.k.call : !llvm.ptr
      %units = llvm.mlir.constant(4 : i64) : i64
      %nanoseconds = llvm.mlir.constant(8000 : i64) : i64
      %index = llvm.mlir.constant(0 : i64) : i64
      llvm.call @vib_launch(%call, %k, %units, %nanoseconds, %index) : …
      return
    }
    ```
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
  let statistics = [Statistic<"numLaunches", "launches", "launches lowered">];
}

def WrapFunctions : Pass<"vib-wrap-functions", "mlir::ModuleOp"> {
  let summary = "Give entries and kernels the signatures of runtime/Abi.h";
  let description = [{
    For the entry `@f` the pass writes `@f.call(const VibCall *)`, and for the
    kernel `@k` it writes `@k.call(const VibCall *, int64_t begin, int64_t
    end)`. Each of these loads the values that `vib.arguments` names, rounds the
    f64 scalars to the model's type, and calls the wrapped function. Kernels are
    never inlined, so the wrapped functions keep their `noalias` arguments, and
    their names, which profilers show.

    ```mlir
    llvm.func internal @k.call(%call: !llvm.ptr, %begin: i64, %end: i64) {
      %0 = llvm.getelementptr %call[112] : (!llvm.ptr) -> !llvm.ptr, i8
      %arena = llvm.load %0 : !llvm.ptr -> !llvm.ptr
      llvm.call @k(%begin, %end, %arena) : (i64, i64, !llvm.ptr) -> ()
      llvm.return
    }
    ```
  }];
  let dependentDialects = ["mlir::LLVM::LLVMDialect"];
}

#endif // VIB_COMPILER_OBJECT_PASSES_TD
