//===- EmitPtx.h - PTX of the kernels of a GPU ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_EMITPTX_H
#define VIB_COMPILER_PTX_EMITPTX_H

#include "compiler/ptx/GpuArch.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// The PTX of `module`, which buildNvvmPipeline has lowered, optimized at
/// `level`. Reports what is wrong.
llvm::FailureOr<std::string> emitPtx(mlir::ModuleOp module, const GpuArch &arch,
                                     unsigned level);

/// Checks what PTX of ours never has: roundings that the assembler may fuse,
/// functions, memory of threads and symbols of others.
llvm::Error verifyPtx(llvm::StringRef ptx);

} // namespace vib

#endif // VIB_COMPILER_PTX_EMITPTX_H
