//===- Initialize.h - The weights before the first step ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_INITIALIZE_H
#define VIB_RUNTIME_INITIALIZE_H

#include "runtime/Abi.h"

namespace vib::runtime {

/// Fills a block with the initial weights of a seed. Each element is computed
/// in f64 from its place in the file's order (row-major [out, in]) and the
/// number of its parameter, and rounded once.
void initializeWeights(const VibModel &model, uint64_t seed, void *block);

} // namespace vib::runtime

#endif // VIB_RUNTIME_INITIALIZE_H
