//===- EmitPtx.h - Translate GPU kernels to PTX -----------------*- C++ -*-===//
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

/// Translates `module`, which buildNvvmPipeline has lowered, to PTX, optimized
/// at `level`. Reports an error on failure.
llvm::FailureOr<std::string> emitPtx(mlir::ModuleOp module, const GpuArch &arch,
                                     unsigned level);

/// Checks that PTX contains nothing that vib must not emit: arithmetic that the
/// assembler may fuse, functions, local memory, and references to external
/// symbols.
llvm::Error verifyPtx(llvm::StringRef ptx);

} // namespace vib

#endif // VIB_COMPILER_PTX_EMITPTX_H
