//===- Gather.h - Copying rows of a split to a batch ------------*- C++ -*-===//
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

/// Copies the rows `indices[0 … count)` of the split to an input of the model
/// and fills the rows of the batch from `count` on with zeros. The indices are
/// not checked. A null `indices`
/// means the rows `first`, `first` + 1, …; a row outside the split is then an
/// Error. Uses the threads of the pool, if there is one.
void gatherInputs(const VibModel &model, void *arena, const Inputs &inputs,
                  const uint32_t *indices, int64_t first, int64_t count,
                  VibPool *pool = nullptr, uint32_t input = 0);
/// The same for the labels of a target.
void gatherLabels(const VibModel &model, void *arena, const Labels &labels,
                  const uint32_t *indices, int64_t first, int64_t count,
                  uint32_t target = 0);

} // namespace vib::runtime

#endif // VIB_RUNTIME_GATHER_H
