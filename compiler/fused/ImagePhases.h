//===- ImagePhases.h - Phases of strided images -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The step writes the pixels of an image `stride` apart and lets a kernel run
// over it, whose taps are `dilation` apart: result[h] is the sum of
// image[h + dilation * r] w[r], and pixel i is at image[low + stride * i]. Tap
// r of result h meets a pixel only if
//
//   h + dilation * r = low + stride * i.
//
// So results h = phase + stride * q read the same taps, which are
// stride / gcd(stride, dilation) apart: r = firstTap + tapStep * t. They read
// the pixels i = firstPixel + q + pixelStep * t, with pixelStep = dilation /
// gcd(stride, dilation). This is a convolution of the pixels without zeros, for
// each phase; a phase without taps is zero. Terms keep their order, so sums of
// finite weights are the same bit by bit.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_IMAGEPHASES_H
#define VIB_COMPILER_FUSED_IMAGEPHASES_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// The results of one phase along one axis: how many they are, the taps and the
/// pixels that they read.
struct Phase {
  int64_t phase, size;
  int64_t firstTap, tapStep, taps;
  int64_t firstPixel, pixelStep;

  int64_t getNumPixels() const { return size + pixelStep * (taps - 1); }
};

/// An axis of the image along which the kernel runs.
struct ImageAxis {
  /// The axis of the image, and those of the result and of the weight.
  unsigned image, result, weight;
  /// The loops over results and taps.
  unsigned loop, tap;
  int64_t stride, low, dilation, numPixels;
  /// Those that have taps.
  llvm::SmallVector<Phase, 4> phases;

  /// The zeros that are read before the first pixel and behind the last one.
  std::pair<int64_t, int64_t> getBorder() const;
};

/// One phase along each axis.
using Phases = llvm::SmallVector<Phase, 2>;

/// A contraction that reads an image with zeros between its pixels.
struct StridedImage {
  mlir::linalg::GenericOp contraction;
  /// The copies that it reads: of a weight, and of the pixels.
  mlir::linalg::GenericOp weight, spread;
  unsigned imageOperand;
  llvm::SmallVector<ImageAxis, 2> axes;

  mlir::Value getPixels() { return spread.getDpsInputs().front(); }
};

/// The op as such a contraction; none if it is not one, or if it has too many
/// phases.
std::optional<StridedImage> matchStridedImage(mlir::linalg::GenericOp op);

} // namespace vib

#endif // VIB_COMPILER_FUSED_IMAGEPHASES_H
