//===- Attack.h - Inputs that raise the cross-entropy -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_ATTACK_H
#define VIB_RUNTIME_ATTACK_H

#include "runtime/Options.h"

#include <cstdint>
#include <vector>

namespace vib::runtime {

/// The radius of an attack without --epsilon, and the steps of PGD without
/// --attack-steps.
constexpr double defaultEpsilon = 0.1;
constexpr int64_t defaultAttackSteps = 10;

/// The numbers of an attack.
struct Attack {
  explicit Attack(const Options &options);

  bool isIterated;
  double epsilon; ///< Of the scaled input.
  int64_t steps;
  double size;   ///< Of a step.
  int64_t draws; ///< For each gradient; 0 means z = mu.

  const char *name() const { return isIterated ? "pgd" : "fgsm"; }
};

/// The values between which an attack keeps each number of an input.
struct AttackRange {
  std::vector<double> low, high;
};

/// Moves `x`, which has the rows of `origin`, by `size` along the signs of
/// `gradient`; the sign of 0 is 0. No number leaves `origin` by more than
/// `epsilon`, nor the range of its column.
void moveInputs(std::vector<double> &x, const std::vector<double> &origin,
                const std::vector<double> &gradient, double size,
                double epsilon, const AttackRange &range);

} // namespace vib::runtime

#endif // VIB_RUNTIME_ATTACK_H
