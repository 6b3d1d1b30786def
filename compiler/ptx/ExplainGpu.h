//===- ExplainGpu.h - A table of the launches of a GPU ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_EXPLAINGPU_H
#define VIB_COMPILER_PTX_EXPLAINGPU_H

#include "compiler/kernels/ExplainReport.h"
#include "compiler/ptx/Cubin.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Tells of each launch of a module in the phase kernels: what it computes, its
/// sizes, what it takes of a multiprocessor, and the least time that the chip
/// of `arch` needs for it. `resources` is empty where no assembler has told
/// them.
ExplainReport explainGpu(mlir::ModuleOp module, const GpuArch &arch,
                         const llvm::StringMap<KernelResources> &resources);

} // namespace vib

#endif // VIB_COMPILER_PTX_EXPLAINGPU_H
