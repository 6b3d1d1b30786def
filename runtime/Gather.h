//===- Gather.h - Rows of a split into a batch ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_GATHER_H
#define VIB_RUNTIME_GATHER_H

#include "runtime/Dataset.h"

namespace vib::runtime {

/// Copies rows `indices[0 … count)` to the places of the model's input ("image"
/// where the model scales, else "x") and zeroes the rows from `count` to the
/// batch. An index is a row of the split, which is not checked; a null
/// `indices` means `first`, `first` + 1, …, which is. On the threads of the
/// pool, if there is one.
void gatherInputs(const VibModel &model, void *arena, const Inputs &inputs,
                  const uint32_t *indices, int64_t first, int64_t count,
                  VibPool *pool = nullptr);
/// The same for "y". Labels of rows beyond `count` become 0.
void gatherLabels(const VibModel &model, void *arena, const Labels &labels,
                  const uint32_t *indices, int64_t first, int64_t count);

} // namespace vib::runtime

#endif // VIB_RUNTIME_GATHER_H
