//===- GpuArch.h - The GPUs that are compiled for ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_GPUARCH_H
#define VIB_COMPILER_PTX_GPUARCH_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>

namespace vib {

/// An architecture, and the chip of it that bounds are stated for.
struct GpuArch {
  llvm::StringLiteral name; // "sm_80"
  unsigned capability;      // 80
  /// The least version of PTX that knows it, as LLVM counts: 70 is 7.0.
  unsigned ptxVersion;

  llvm::StringLiteral chip;
  /// What its data sheet says, without sparsity: operations a second, and bytes
  /// a second of its memory.
  double f32, tf32, bf16, bandwidth;
  /// Of the chip, and of each of its multiprocessors.
  unsigned multiprocessors, threads, blocks;
  int64_t sharedBytes;
};

/// An unknown name is an error that lists the known ones.
llvm::Expected<const GpuArch *> resolveArch(llvm::StringRef name);

/// How many blocks are at work at a time on a multiprocessor. `registers` of a
/// thread are 0 where nobody knows them.
unsigned getResidentBlocks(const GpuArch &arch, unsigned threads,
                           int64_t sharedBytes, unsigned registers);

} // namespace vib

#endif // VIB_COMPILER_PTX_GPUARCH_H
