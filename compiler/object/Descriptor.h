//===- Descriptor.h - The constant vib_model --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_DESCRIPTOR_H
#define VIB_COMPILER_OBJECT_DESCRIPTOR_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"

namespace vib {

struct CompileOptions;
struct GpuArch;
struct TargetInfo;

/// The code of a program for a GPU.
struct GpuCode {
  const GpuArch &arch;
  llvm::StringRef ptx;
  /// Empty if only the PTX is embedded.
  llvm::StringRef cubin;
};

/// Adds the constant `vib_model` to `llvmModule`. It is built from the
/// attributes that the phases have added to `module`, and includes the code and
/// the launches of a GPU if `gpu` is given. Reports an error if something is
/// missing.
llvm::LogicalResult emitDescriptor(mlir::ModuleOp module,
                                   const CompileOptions &options,
                                   const TargetInfo &target, const GpuCode *gpu,
                                   llvm::Module &llvmModule);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_DESCRIPTOR_H
