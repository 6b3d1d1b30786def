//===- GpuArch.h - The GPU architectures ------------------------*- C++ -*-===//
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

/// An architecture, and a chip of it for which performance bounds are computed.
struct GpuArch {
  llvm::StringLiteral name; // "sm_80"
  unsigned capability;      // 80
  /// The oldest version of PTX that supports it, as LLVM counts: 70 is 7.0.
  unsigned ptxVersion;

  llvm::StringLiteral chip;
  /// From the chip's data sheet, without sparsity: operations per second, and
  /// bytes per second of its memory.
  double f32, tf32, bf16, bandwidth;
  /// Limits of the chip, and then of each of its multiprocessors.
  unsigned multiprocessors, threads, blocks;
  int64_t sharedBytes;
};

/// Looks up an architecture. For an unknown name, the error lists the known
/// ones.
llvm::Expected<const GpuArch *> resolveArch(llvm::StringRef name);

/// The number of blocks that can be resident on a multiprocessor. `registers`
/// is the number for each thread; 0 means that it is not known.
unsigned getResidentBlocks(const GpuArch &arch, unsigned threads,
                           int64_t sharedBytes, unsigned registers);

} // namespace vib

#endif // VIB_COMPILER_PTX_GPUARCH_H
