//===- BlockAccess.h - What the steps of a block touch ----------*- C++ -*-===//
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

/// What a step touches.
struct Access {
  unsigned buffer;
  bool isWrite;
  /// Where, and the classes of the step's positions if the element belongs to
  /// one of them alone.
  Site site;
  llvm::SmallVector<unsigned, 4> positions;
};

/// The accesses of a step, but for its staging.
llvm::SmallVector<Access> getAccesses(const BlockPlan &plan,
                                      const BlockStep &step);

/// The bytes of a buffer of scratch.
int64_t getBufferBytes(const Buffer &buffer);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKACCESS_H
