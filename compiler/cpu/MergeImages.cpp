//===- MergeImages.cpp - Merge what is computed image by image ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution runs over other positions than the pooling that reads it, or
// than the border that it reads, so they are kernels of their own in the phase
// fused. On a CPU all of them are divided by images. Merged, a unit of work
// computes all of them for one image, whose feature maps stay in the
// second-level cache, and are not stored unless other kernels read them.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/MergeKernels.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_MERGEIMAGES
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

/// The most bytes of an image's feature map that stay in the second-level
/// cache.
static constexpr int64_t kMostImageBytes = 256 * 1024;

/// Whether `second` reads feature maps of `first`, all of them small, and at most
/// one of the two has contractions: both would read two weights for each image.
static bool passesImages(KernelOp first, KernelOp second) {
  if (!getContractions(first).empty() && !getContractions(second).empty())
    return false;
  bool any = false;
  for (Value input : second.getInputs()) {
    if (input.getDefiningOp() != first)
      continue;
    auto type = cast<RankedTensorType>(input.getType());
    if (type.getRank() < 4 ||
        getBytes(type) / type.getDimSize(0) > kMostImageBytes)
      return false;
    any = true;
  }
  return any;
}

/// Returns an error text unless every op runs over the images.
static std::string checkImages(KernelOp kernel, const KernelSpace &space) {
  SmallVector<unsigned, 4> shared = space.getSharedParallelClasses();
  for (linalg::LinalgOp op : getLoops(kernel)) {
    auto type = cast<RankedTensorType>(op->getResult(0).getType());
    if (type.getRank() != 0 &&
        llvm::is_contained(shared, space.getClass(op->getResult(0), 0)))
      return {};
  }
  return "they share no images";
}

namespace {

struct MergeImages : public vib::impl::MergeImagesBase<MergeImages> {
  using MergeImagesBase::MergeImagesBase;

  /// Merges a kernel with one whose images it reads. Returns whether there was
  /// one.
  bool mergeOnce(func::FuncOp function);

  void runOnOperation() override {
    while (mergeOnce(getOperation()))
      ++numMerged;
  }
};

} // namespace

bool MergeImages::mergeOnce(func::FuncOp function) {
  for (KernelOp second : getKernels(function))
    for (Value input : second.getInputs()) {
      auto first = input.getDefiningOp<KernelOp>();
      if (!first || updatesState(first) || updatesState(second) ||
          !passesImages(first, second))
        continue;
      std::string what = describe(second), reason;
      std::string name = first.getName().str();
      bool isOwn = second.getName().starts_with(name);
      FailureOr<KernelOp> merged =
          mergeKernels(first, second, checkImages, reason);
      if (failed(merged))
        continue;
      if (isOwn)
        merged->setName(name);
      noteFused(*merged, "images", what);
      return true;
    }
  return false;
}
