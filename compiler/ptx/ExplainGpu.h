//===- ExplainGpu.h - A table of the launches of a GPU ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_EXPLAINGPU_H
#define VIB_COMPILER_PTX_EXPLAINGPU_H

#include "compiler/plan/ExplainReport.h"
#include "compiler/ptx/Cubin.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Describes each launch of a module in the phase kernels: what it computes,
/// its sizes, its share of a multiprocessor, and a lower bound on its time on
/// the chip of `arch`. `resources` is empty if the PTX was not assembled.
ExplainReport explainGpu(mlir::ModuleOp module, const GpuArch &arch,
                         const llvm::StringMap<KernelResources> &resources);

} // namespace vib

#endif // VIB_COMPILER_PTX_EXPLAINGPU_H
