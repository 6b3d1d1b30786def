//===- BufferPlacement.cpp - Place buffers by their live ranges -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/BufferPlacement.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-plan-arena"

using namespace mlir;
using namespace vib;

int64_t vib::placeBuffers(MutableArrayRef<LiveBuffer> buffers, int64_t begin) {
  SmallVector<LiveBuffer *> order = llvm::to_vector(
      llvm::map_range(buffers, [](LiveBuffer &buffer) { return &buffer; }));
  llvm::sort(order, [](LiveBuffer *lhs, LiveBuffer *rhs) {
    return std::make_pair(-lhs->bytes, lhs) < std::make_pair(-rhs->bytes, rhs);
  });
  SmallVector<LiveBuffer *> placed;
  int64_t end = begin;
  for (LiveBuffer *buffer : order) {
    int64_t offset = begin;
    for (LiveBuffer *other : placed) {
      if (other->last < buffer->first || buffer->last < other->first)
        continue;
      if (offset + buffer->bytes + kStagger > other->offset)
        offset = std::max<int64_t>(
            offset, llvm::alignTo(other->offset + other->bytes + kStagger,
                                  kMemoryAlignment));
    }
    buffer->offset = offset;
    LDBG() << (buffer->place ? "a result" : "the scratch") << " of "
           << buffer->kernel.getName() << ", " << buffer->bytes
           << " bytes, live in the kernels " << buffer->first << " to "
           << buffer->last << ", at " << offset;
    // Keep `placed` sorted by offset, so that the scan above finds gaps.
    placed.insert(llvm::upper_bound(placed, buffer,
                                    [](LiveBuffer *lhs, LiveBuffer *rhs) {
                                      return lhs->offset < rhs->offset;
                                    }),
                  buffer);
    end = std::max(end, offset + buffer->bytes);
  }
  return end;
}
