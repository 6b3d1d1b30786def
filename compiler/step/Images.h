//===- Images.h - Tensors of images in the step -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_IMAGES_H
#define VIB_COMPILER_STEP_IMAGES_H

#include "compiler/step/StepBuilder.h"

namespace vib {

/// The dimensions of a tensor of images: what comes before an example, which is
/// [rows] or, behind the bottleneck, [samples, rows], and height, width and
/// channels.
Dims getImageDims(StepBuilder &step, mlir::Value images);
llvm::SmallVector<AxisIndex> getImageAxes(StepBuilder &step,
                                          mlir::Value images);

/// The shape of `images`, but with examples of the shape `image`.
llvm::SmallVector<int64_t> withImage(mlir::Value images,
                                     llvm::ArrayRef<int64_t> image);

/// A loop nest, with the word `what`, that copies each element.
mlir::Value copyElements(StepBuilder &step, Access from, Access to,
                         llvm::StringRef what);

/// A copy of the examples in one dimension after the rows, and back to examples
/// of the shape `example`. The elements come in their row-major order, or, with
/// `channelsFirst`, in the order channels, height, width of an image.
mlir::Value flattenExamples(StepBuilder &step, mlir::Value tensor,
                            bool channelsFirst);
mlir::Value unflattenExamples(StepBuilder &step, mlir::Value flat,
                              llvm::ArrayRef<int64_t> example,
                              bool channelsFirst);

/// The image with zeros around it: `low` above and on the left, `high` below
/// and on the right.
mlir::Value addBorder(StepBuilder &step, mlir::Value image,
                      llvm::ArrayRef<int64_t> low,
                      llvm::ArrayRef<int64_t> high);

/// The image without the first `low` rows and columns.
mlir::Value removeBorder(StepBuilder &step, mlir::Value image,
                         llvm::ArrayRef<int64_t> low);

/// Images of zeros, each of the shape `extents`, with the elements of `image`
/// at `low` + `strides` * i.
mlir::Value spread(StepBuilder &step, mlir::Value image,
                   llvm::ArrayRef<int64_t> extents, llvm::ArrayRef<int64_t> low,
                   llvm::ArrayRef<int64_t> strides);

} // namespace vib

#endif // VIB_COMPILER_STEP_IMAGES_H
