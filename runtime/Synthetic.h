//===- Synthetic.h - Random data for timing ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SYNTHETIC_H
#define VIB_RUNTIME_SYNTHETIC_H

#include "runtime/Dataset.h"
#include "runtime/Schedule.h"

namespace vib::runtime {

/// A split of a few batches with random inputs: bytes, or floats in (0, 1).
Split makeSyntheticSplit(const VibModel &model, uint64_t seed);

/// The values of training step `step`, which uses the batches in turn.
VibStep makeSyntheticStep(const VibModel &model, const HyperParameters &values,
                          uint64_t step);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SYNTHETIC_H
