//===- BufferPlacement.h - Place buffers by their live ranges ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_BUFFERPLACEMENT_H
#define VIB_COMPILER_PLAN_BUFFERPLACEMENT_H

#include "compiler/plan/Memory.h"

namespace vib {

/// The distance between arrays that follow each other.
inline constexpr int64_t kStagger = 5 * kMemoryAlignment;

/// A buffer of one function and its live range: it keeps its memory while the
/// kernels `first` to `last` run.
struct LiveBuffer {
  int64_t bytes;
  int64_t first, last;
  KernelOp kernel;
  /// The place of a result of the kernel; null for its scratch.
  Place *place = nullptr;
  int64_t offset = 0;
};

/// Places `buffers` at or above `begin`. Returns the end of the highest one.
int64_t placeBuffers(llvm::MutableArrayRef<LiveBuffer> buffers, int64_t begin);

} // namespace vib

#endif // VIB_COMPILER_PLAN_BUFFERPLACEMENT_H
