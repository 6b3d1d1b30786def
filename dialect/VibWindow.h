//===- VibWindow.h - The geometry of windows --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBWINDOW_H
#define VIB_DIALECT_VIBWINDOW_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include <string>

namespace vib {

/// The largest size, stride, padding or dilation of a window, and the largest
/// height or width of an image. With them, no position overflows.
inline constexpr int64_t kMostWindow = 1 << 16;
inline constexpr int64_t kMostImage = int64_t(1) << 36;

/// The windows of an image. The axes are 0, vertical, and 1, horizontal.
struct Window {
  llvm::SmallVector<int64_t> kernel, strides;
  /// Top, bottom, left, right.
  llvm::SmallVector<int64_t> padding = {0, 0, 0, 0};
  llvm::SmallVector<int64_t> dilations = {1, 1};

  Window(llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides)
      : kernel(kernel), strides(strides) {}
  Window(llvm::ArrayRef<int64_t> kernel, llvm::ArrayRef<int64_t> strides,
         llvm::ArrayRef<int64_t> padding, llvm::ArrayRef<int64_t> dilations)
      : kernel(kernel), strides(strides), padding(padding),
        dilations(dilations) {}

  /// The distance from the first to the last element of a window.
  int64_t getReach(unsigned axis) const {
    return (kernel[axis] - 1) * dilations[axis];
  }
  /// The number of windows along an axis of `size` elements.
  int64_t getExtent(unsigned axis, int64_t size) const {
    return (size + padding[2 * axis] + padding[2 * axis + 1] - getReach(axis) -
            1) /
               strides[axis] +
           1;
  }
  /// The size along an axis that a transposed convolution of `size` elements
  /// has, and why it has none; empty if it has.
  int64_t getTransposedExtent(unsigned axis, int64_t size,
                              int64_t outputPadding) const {
    return (size - 1) * strides[axis] + getReach(axis) + 1 - padding[2 * axis] -
           padding[2 * axis + 1] + outputPadding;
  }
  std::string findTransposedMisfit(int64_t height, int64_t width,
                                   llvm::ArrayRef<int64_t> outputPadding) const;
  /// The padding with which there is a window for every `stride` elements.
  llvm::SmallVector<int64_t> getSamePadding(int64_t height,
                                            int64_t width) const;
  /// Why the windows do not fit an image of this size; empty if they do.
  std::string findMisfit(int64_t height, int64_t width) const;
};

} // namespace vib

#endif // VIB_DIALECT_VIBWINDOW_H
