//===- Cubin.h - Machine code of a GPU from PTX -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_CUBIN_H
#define VIB_COMPILER_PTX_CUBIN_H

#include "compiler/ptx/GpuArch.h"
#include "llvm/ADT/StringMap.h"
#include <string>

namespace vib {

/// What the assembler says that a kernel takes of a multiprocessor.
struct KernelResources {
  unsigned registers = 0;
  /// Bytes of registers that it keeps in memory.
  unsigned spills = 0;
};

struct Cubin {
  std::string contents;
  /// By the name of the kernel; empty where the assembler does not tell.
  llvm::StringMap<KernelResources> resources;
};

/// Whether this machine has an assembler of PTX.
bool hasAssembler();

/// Assembles PTX for exactly `arch`, by the toolkit's ptxas (in PATH, or in
/// the bin of $CUDA_HOME, or else of /usr/local/cuda), or by its library
/// nvJitLink. An error holds what the assembler said, and the command by which
/// to see it again on the PTX, which is kept.
llvm::Expected<Cubin> assemblePtx(llvm::StringRef ptx, const GpuArch &arch);

} // namespace vib

#endif // VIB_COMPILER_PTX_CUBIN_H
