//===- PseudoInputs.h - The start of a VampPrior ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pseudo-inputs of a prior begin as examples of the training data, as the
// encoder reads them: the session scales or standardizes them. The first ones
// of a permutation of the seed are chosen (docs/randomness.md), for all priors
// of a model the same.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PSEUDOINPUTS_H
#define VIB_RUNTIME_PSEUDOINPUTS_H

#include "runtime/Checkpoint.h"
#include "runtime/Dataset.h"
#include "runtime/Session.h"

#include <optional>
#include <vector>

namespace vib::runtime {

/// The examples, among `rows` of the training data, or among all if that is
/// empty. Nothing if the model has no pseudo-inputs. Throws an Error if there
/// are fewer rows than pseudo-inputs.
std::optional<Split> choosePseudoInputs(const VibModel &model,
                                        const Split &train,
                                        const std::vector<uint32_t> &rows,
                                        uint64_t seed);

/// Sets the pseudo-inputs in the weights to the examples, which the session
/// reads as long as it lives. The statistics in `state` must be set before.
void setPseudoInputs(Session &session, const Split &examples, State &state);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PSEUDOINPUTS_H
