//===- VibInterfaces.h - Data of the dialect's interfaces -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBINTERFACES_H
#define VIB_DIALECT_VIBINTERFACES_H

#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"
#include "llvm/ADT/SmallVector.h"
#include <limits>
#include <optional>
#include <string>

namespace vib {

/// A gain is the weight of a normalization, a location the mean of a prior, and
/// a center that of a component of a mixture. An example is an input of a
/// prior, and `initial` the number of the model's input that it stands for. The
/// kinds from Mean on are state: means and deviations are computed from the
/// training data before training, which does not change them; running ones are
/// computed by the training steps.
enum class ParameterKind {
  Weight,
  Bias,
  Noise,
  Gain,
  Location,
  Center,
  Example,
  Mean,
  Deviation,
  RunningMean,
  RunningVariance
};

/// A tensor in the block of the weights. Its name is the one that PyTorch's
/// `state_dict` of the same architecture has.
struct Parameter {
  std::string name;
  ParameterKind kind;
  /// A linear's weight is [in, out].
  llvm::SmallVector<int64_t, 2> shape;
  /// Dimension i in files is dimension permutation[i] of the shape; [1, 0] for
  /// a linear's weight, which is [out, in] there. Empty if the order is the
  /// same.
  llvm::SmallVector<int64_t, 2> permutation = {};
  /// The numbers that the initializer of a weight uses.
  int64_t fanIn = 0, fanOut = 0;
  /// The value before training of what has no initializer; of a center the
  /// standard deviation of the values. A noise is the logarithm of a standard
  /// deviation, of a prior, too.
  double initial = 0;

  bool operator==(const Parameter &other) const {
    return name == other.name && kind == other.kind && shape == other.shape &&
           permutation == other.permutation && initial == other.initial;
  }
};

/// A tensor that describes a distribution, and its numbers for an example.
struct Statistic {
  llvm::StringRef name;
  int64_t size;
};

/// The values are those of the runtime's VibOptimizer.
enum class OptimizerKind { SGD, Adam, AdamW, AdaBelief, RMSProp };

/// Numbers that the optimizer does not use are 0.
struct Optimizer {
  OptimizerKind kind;
  double rate = 0;
  /// RMSProp's decay is beta2.
  double beta1 = 0, beta2 = 0, epsilon = 0;
  double momentum = 0, weightDecay = 0;
  bool decaysWeightsOnly = false;

  /// The rule of a parameter that does not decay. AdamW is then Adam.
  Optimizer withoutDecay() const {
    Optimizer rule = *this;
    rule.weightDecay = 0;
    if (kind == OptimizerKind::AdamW)
      rule.kind = OptimizerKind::Adam;
    return rule;
  }

  /// The moments that it keeps for each parameter.
  unsigned getNumMoments() const {
    switch (kind) {
    case OptimizerKind::SGD:
      return momentum != 0 ? 1 : 0;
    case OptimizerKind::RMSProp:
      return momentum != 0 ? 2 : 1;
    default:
      return 2;
    }
  }
};

/// How gradients are limited before an update. The values are those of the
/// runtime's VibClip.
enum class ClipKind { None = 0, Value = 1, GlobalNorm = 2 };
struct Clip {
  ClipKind kind = ClipKind::None;
  double limit = 0;
};

/// The values are those of the runtime's VibScheduleKind.
enum class ScheduleKind {
  Constant = 0,
  Staircase = 1,
  Exponential = 2,
  Cosine = 3,
  Linear = 4,
  Geometric = 5,
  Dual = 6
};

/// A value from or to which a schedule goes.
struct ScheduleEnd {
  double value = 1;
  /// Whether it is a factor of the base value.
  bool isRelative = true;
};

/// Numbers that the kind does not use have their defaults.
struct Schedule {
  ScheduleKind kind = ScheduleKind::Constant;
  /// Of a decay without an end, and the epochs after which it is reached; of
  /// dual ascent the step, whose target is `to`.
  double factor = 1;
  ScheduleEnd from, to;
  double epochs = 0, delayEpochs = 0, warmupEpochs = 0, cycles = 1;
  double cap = std::numeric_limits<double>::infinity();

  /// The same with ends that follow the base value if they are equal to it.
  /// Nothing if neither of two written ends is: a flag that replaces the base
  /// value would then have no effect.
  std::optional<Schedule> resolve(double base) const {
    if (from.isRelative || to.isRelative)
      return *this;
    if (from.value != base && to.value != base)
      return std::nullopt;
    Schedule resolved = *this;
    (to.value == base ? resolved.to : resolved.from) = ScheduleEnd();
    return resolved;
  }
};

} // namespace vib

#include "dialect/VibAttrInterfaces.h.inc"
#include "dialect/VibOpInterfaces.h.inc"
#include "dialect/VibTypeInterfaces.h.inc"

#endif // VIB_DIALECT_VIBINTERFACES_H
