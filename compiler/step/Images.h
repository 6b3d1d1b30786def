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

/// The dimensions of an image.
inline constexpr llvm::StringRef kImageDims[] = {dims::kRows, dims::kHeight,
                                                 dims::kWidth, dims::kChannels};

/// A loop nest, with the word `what`, that copies each element.
mlir::Value copyElements(StepBuilder &step, Access from, Access to,
                         llvm::StringRef what);

/// A copy of a feature map in one dimension after the rows, in the order
/// channels, height, width; and back.
mlir::Value flattenImage(StepBuilder &step, mlir::Value image);
mlir::Value unflattenImage(StepBuilder &step, mlir::Value flat,
                           llvm::ArrayRef<int64_t> shape);

/// The image with zeros around it: `low` above and on the left, `high` below
/// and on the right.
mlir::Value addBorder(StepBuilder &step, mlir::Value image,
                      llvm::ArrayRef<int64_t> low,
                      llvm::ArrayRef<int64_t> high);

/// The image without the first `low` rows and columns.
mlir::Value removeBorder(StepBuilder &step, mlir::Value image,
                         llvm::ArrayRef<int64_t> low);

/// An image of zeros of the given shape with the elements of `image` at
/// `low` + `strides` * i.
mlir::Value spread(StepBuilder &step, mlir::Value image,
                   llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> low,
                   llvm::ArrayRef<int64_t> strides);

} // namespace vib

#endif // VIB_COMPILER_STEP_IMAGES_H
