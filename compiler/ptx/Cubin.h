//===- Cubin.h - Assemble PTX to machine code -------------------*- C++ -*-===//
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

/// The resources of a multiprocessor that a kernel uses, as reported by the
/// assembler.
struct KernelResources {
  unsigned registers = 0;
  /// The bytes of registers that are spilled to memory.
  unsigned spills = 0;
};

struct Cubin {
  std::string contents;
  /// By the name of the kernel. Empty if the assembler does not report them.
  llvm::StringMap<KernelResources> resources;
};

/// Whether there is an assembler for PTX on this machine.
bool hasAssembler();

/// Assembles PTX for exactly the architecture `arch`. Uses the toolkit's ptxas
/// (from PATH, $CUDA_HOME/bin or /usr/local/cuda/bin) or its library nvJitLink.
/// An error contains the assembler's message and a command that reproduces it
/// on the PTX, which is kept in a file.
llvm::Expected<Cubin> assemblePtx(llvm::StringRef ptx, const GpuArch &arch);

} // namespace vib

#endif // VIB_COMPILER_PTX_CUBIN_H
