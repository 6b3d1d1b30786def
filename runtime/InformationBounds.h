//===- InformationBounds.h - Two-sided bounds on I(Z;X) ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On blocks of N examples, with one draw of z for each, from the densities of
// all pairs (Poole et al. 2019). docs/method.md defines the bounds.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_INFORMATIONBOUNDS_H
#define VIB_RUNTIME_INFORMATIONBOUNDS_H

#include "runtime/Session.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace vib::runtime {

/// The rows of a block without --block.
constexpr int64_t defaultBlock = 1000;

/// The bounds of one block, in nats.
struct BlockBounds {
  double lower, upper;
};
/// From the logarithms of the densities q(z_i|x_j), [i, j], up to an addend of
/// each i.
BlockBounds boundsOf(const std::vector<double> &logDensities, int64_t rows);

/// A mean over blocks and its standard error.
struct Estimate {
  std::optional<double> mean, error;
};
Estimate estimate(const std::vector<double> &values);

/// The bounds of each whole block of `block` rows of a split. Empty if a
/// posterior has no density. `progress` is called with the number of rows that
/// are done.
std::vector<BlockBounds>
measureBounds(Session &session, int number, int64_t rows, int64_t block,
              uint64_t seed, const std::function<void(int64_t)> &progress);

} // namespace vib::runtime

#endif // VIB_RUNTIME_INFORMATIONBOUNDS_H
