//===- Initialize.h - The initial weights -----------------------*- C++ -*-===//
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
/// in f64 from its index in the file (row-major [out, in]) and the number of
/// its parameter, and rounded once. docs/randomness.md has the formulas.
/// Pseudo-inputs become random numbers, which are enough where nothing is
/// learned; PseudoInputs.h has their examples.
void initializeWeights(const VibModel &model, uint64_t seed, void *block);

} // namespace vib::runtime

#endif // VIB_RUNTIME_INITIALIZE_H
