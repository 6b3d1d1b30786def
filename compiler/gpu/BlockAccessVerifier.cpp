//===- BlockAccessVerifier.cpp - No thread leaves its memory --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockAccessVerifier.h"
#include "compiler/gpu/Launches.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include <numeric>

using namespace mlir;
using namespace vib;

/// The alignment of dynamic shared memory in PTX.
static constexpr int64_t kSharedAlignment = 16;
/// ldmatrix reads rows of eight numbers of 16 bits.
static constexpr int64_t kMatrixRow = 8;

namespace {

class BlockAccessVerifier : public AccessVerifier {
protected:
  LogicalResult verifyOp(Operation *op, IndexRanges &ranges) override;
  LogicalResult verifyAlignment(Operation *op, IndexRanges &ranges) override;

private:
  LogicalResult verifyBlockView(memref::ViewOp view, IndexRanges &ranges);
  LogicalResult verifyGatheredWord(LLVM::LoadOp load, IndexRanges &ranges);
  LogicalResult verifyCopy(nvgpu::DeviceAsyncCopyOp copy, IndexRanges &ranges);
  LogicalResult verifyMatrices(nvgpu::LdMatrixOp load, IndexRanges &ranges);
  /// An address is a multiple of `bytes`.
  LogicalResult verifyAddress(Operation *op, Value memory, ValueRange indices,
                              int64_t bytes, IndexRanges &ranges);
};

} // namespace

/// The greatest common divisor of the values of an index; 0 for the constant 0.
static int64_t getDivisor(Value index, IndexRanges &ranges) {
  std::optional<IndexRange> range = ranges.get(index);
  return range ? std::gcd(range->min, range->step) : 1;
}

/// A number of which the address of a memref is a multiple.
static int64_t getAlignment(Value memory, IndexRanges &ranges) {
  if (auto view = memory.getDefiningOp<memref::ViewOp>())
    return std::gcd(getAlignment(view.getSource(), ranges),
                    getDivisor(view.getByteShift(), ranges));
  if (memory.getDefiningOp<gpu::DynamicSharedMemoryOp>())
    return kSharedAlignment;
  auto argument = dyn_cast<BlockArgument>(memory);
  auto kernel =
      argument ? dyn_cast<gpu::GPUFuncOp>(argument.getOwner()->getParentOp())
               : gpu::GPUFuncOp();
  return kernel ? getArgumentAlignment(kernel, argument.getArgNumber()) : 1;
}

LogicalResult BlockAccessVerifier::verifyAddress(Operation *op, Value memory,
                                                 ValueRange indices,
                                                 int64_t bytes,
                                                 IndexRanges &ranges) {
  auto type = cast<MemRefType>(memory.getType());
  int64_t stride = getElementBytes(type.getElementType());
  int64_t divisor = getAlignment(memory, ranges);
  for (unsigned axis = indices.size(); axis-- > 0;) {
    divisor = std::gcd(divisor, stride * getDivisor(indices[axis], ranges));
    stride *= type.getDimSize(axis);
  }
  if (divisor % bytes == 0)
    return success();
  return op->emitError("expected an address that is a multiple of ")
         << bytes << " bytes, but it is only known to be a multiple of "
         << divisor;
}

LogicalResult BlockAccessVerifier::verifyAlignment(Operation *op,
                                                   IndexRanges &ranges) {
  auto alignment = op->getAttrOfType<IntegerAttr>("alignment");
  if (!alignment)
    return success();
  if (auto load = dyn_cast<vector::LoadOp>(op))
    return verifyAddress(op, load.getBase(), load.getIndices(),
                         alignment.getInt(), ranges);
  if (auto store = dyn_cast<vector::StoreOp>(op))
    return verifyAddress(op, store.getBase(), store.getIndices(),
                         alignment.getInt(), ranges);
  return op->emitError("expected an alignment only on accesses to vectors");
}

LogicalResult BlockAccessVerifier::verifyBlockView(memref::ViewOp view,
                                                   IndexRanges &ranges) {
  if (view.getSource().getDefiningOp<gpu::DynamicSharedMemoryOp>()) {
    // Each launch gives the size of shared memory, and is verified with it.
    if (!getStaticBytes(view.getType()))
      return view.emitError("expected a view with a static shape");
  } else if (failed(AccessVerifier::verifyOp(view, ranges))) {
    return failure();
  }
  int64_t bytes = getElementBytes(view.getType().getElementType());
  int64_t alignment = getAlignment(view, ranges);
  if (alignment % bytes == 0)
    return success();
  return view.emitError("expected a view at a multiple of the ")
         << bytes << " bytes of an element, but its address is only known to "
         << "be a multiple of " << alignment;
}

/// Rows begin at multiples of the words that they consist of.
LogicalResult BlockAccessVerifier::verifyGatheredWord(LLVM::LoadOp load,
                                                      IndexRanges &ranges) {
  if (failed(verifyGatheredAccess(load, ranges)))
    return failure();
  unsigned bits = load.getType().getIntOrFloatBitWidth();
  if (!llvm::is_contained({8u, 16u, 32u, 64u}, bits))
    return load.emitError("expected to read a word of 1, 2, 4 or 8 bytes but "
                          "got ")
           << load.getType();
  std::optional<uint64_t> alignment = load.getAlignment();
  if (!alignment || (*alignment != 0 && bits / 8 % *alignment == 0))
    return success();
  return load.emitError("expected an alignment that divides the ")
         << bits / 8 << " bytes of the word, but got " << int64_t(*alignment);
}

LogicalResult BlockAccessVerifier::verifyCopy(nvgpu::DeviceAsyncCopyOp copy,
                                              IndexRanges &ranges) {
  auto from = cast<MemRefType>(copy.getSrc().getType()),
       to = cast<MemRefType>(copy.getDst().getType());
  int64_t width = copy.getDstElements().getSExtValue();
  if (failed(verifyAccess(copy, to, copy.getDstIndices(), width, ranges)))
    return failure();
  int64_t bytes = width * getElementBytes(to.getElementType());
  if (failed(verifyAddress(copy, copy.getDst(), copy.getDstIndices(), bytes,
                           ranges)) ||
      failed(verifyAddress(copy, copy.getSrc(), copy.getSrcIndices(), bytes,
                           ranges)))
    return failure();
  Value count = copy.getSrcElements();
  if (!count)
    return verifyAccess(copy, from, copy.getSrcIndices(), width, ranges);
  std::optional<IndexRange> range = ranges.get(count);
  if (!range || range->min < 0 || range->max > width)
    return copy.emitError("expected to read 0 to ") << width << " elements";
  // Nothing is read if there are no elements to read.
  IndexRanges some = ranges.assumeAtLeast(count, 1);
  return verifyAccess(copy, from, copy.getSrcIndices(), count, some);
}

LogicalResult BlockAccessVerifier::verifyMatrices(nvgpu::LdMatrixOp load,
                                                  IndexRanges &ranges) {
  auto type = cast<MemRefType>(load.getSrcMemref().getType());
  if (getElementBytes(type.getElementType()) != 2)
    return load.emitError("expected matrices of numbers of 16 bits");
  if (failed(verifyAccess(load, type, load.getIndices(), kMatrixRow, ranges)))
    return failure();
  return verifyAddress(load, load.getSrcMemref(), load.getIndices(),
                       2 * kMatrixRow, ranges);
}

LogicalResult BlockAccessVerifier::verifyOp(Operation *op,
                                            IndexRanges &ranges) {
  if (auto view = dyn_cast<memref::ViewOp>(op))
    return verifyBlockView(view, ranges);
  if (auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(op))
    return verifyCopy(copy, ranges);
  if (auto load = dyn_cast<nvgpu::LdMatrixOp>(op))
    return verifyMatrices(load, ranges);
  if (auto load = dyn_cast<LLVM::LoadOp>(op))
    return verifyGatheredWord(load, ranges);
  return AccessVerifier::verifyOp(op, ranges);
}

LogicalResult vib::verifyBlockAccesses(gpu::GPUFuncOp kernel, int64_t blocks) {
  int64_t threads = kernel.getKnownBlockSizeAttr()[0];
  IndexRanges ranges;
  auto set = [&](Operation *op, gpu::Dimension dimension, int64_t count) {
    if (dimension != gpu::Dimension::x)
      count = 1;
    ranges.set(op->getResult(0), {0, count - 1, count == 1 ? 0 : 1});
  };
  kernel.walk([&](Operation *op) {
    if (auto id = dyn_cast<gpu::BlockIdOp>(op))
      set(op, id.getDimension(), blocks);
    else if (auto id = dyn_cast<gpu::ThreadIdOp>(op))
      set(op, id.getDimension(), threads);
  });
  return BlockAccessVerifier().verify(kernel.getBody(), ranges);
}
