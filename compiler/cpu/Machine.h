//===- Machine.h - The CPU that kernels are planned for ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_MACHINE_H
#define VIB_COMPILER_CPU_MACHINE_H

#include "dialect/Vib.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// On a module: the machine that its kernels are planned for, a #vib.cpu or a
/// #vib.gpu.
inline constexpr llvm::StringLiteral kMachineAttrName = "vib.machine";

/// The properties of the target CPU that the choices depend on.
struct Machine {
  unsigned vectorBits;
  /// Whether the CPU has AVX512_BF16.
  bool hasBf16;

  /// The machine that vib-set-machine recorded in a module. Reports that there
  /// is none.
  static mlir::FailureOr<Machine> get(mlir::ModuleOp module);

  /// The number of vector registers of the machine.
  unsigned getRegisters() const { return vectorBits >= 512 ? 32 : 16; }
  /// The number of elements of `type` in a register; narrow types count as 32
  /// bits.
  int64_t getLanes(mlir::Type type) const;
  /// The columns of a panel: two registers, the width that gives a register
  /// tile the most multiply-adds for its loads.
  int64_t getPanel(mlir::Type type) const { return 2 * getLanes(type); }
};

} // namespace vib

#endif // VIB_COMPILER_CPU_MACHINE_H
