//===- BlockAccess.h - The memory accesses of a block's steps ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKACCESS_H
#define VIB_COMPILER_GPU_BLOCKACCESS_H

#include "compiler/gpu/BlockPlan.h"

namespace vib {

/// An access of a step to a buffer.
struct BlockAccess {
  unsigned buffer;
  bool isWrite;
  /// The part of the buffer, and the classes of the step's positions if each
  /// element is accessed at one position only; otherwise empty.
  Site site;
  llvm::SmallVector<unsigned, 4> positions;
};

/// The accesses of a step, except those to its staging memory.
llvm::SmallVector<BlockAccess> getAccesses(const BlockPlan &plan,
                                           const BlockStep &step);

/// The size of a scratch buffer in bytes.
int64_t getBufferBytes(const Buffer &buffer);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKACCESS_H
