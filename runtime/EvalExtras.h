//===- EvalExtras.h - What flags of eval add --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_EVALEXTRAS_H
#define VIB_RUNTIME_EVALEXTRAS_H

#include "runtime/ExtraFigures.h"
#include "runtime/Metrics.h"
#include "runtime/Options.h"
#include "runtime/Progress.h"
#include "runtime/Session.h"

namespace vib::runtime {

/// What figures compare with, from a caller who has it in memory: in place of
/// the files of --ood and --against. Null: the flag decides.
struct Compared {
  const std::vector<Inputs> *outliers = nullptr;
  const SafetensorsReader *weights = nullptr;
};

/// Weights that `eval` has evaluated on a split.
struct Evaluated {
  Session &session;
  int number; ///< Of the split's rows in the session.
  const Split &split;
  const Figures &figures;
  const Options &options;
  const Compared &compared;
  Display &display;
};

/// A key of a target's figure: of a further target it ends with the name.
std::string keyOf(const VibModel &model, const std::string &key,
                  uint32_t target);
/// "z = mu" or "12 draws".
std::string describeDraws(int64_t samples);

/// Each adds the figures of a flag: --calibration, --ood, --attack, --against
/// and --bounds. `addComparison` leaves other weights in the session.
void addCalibration(const Evaluated &evaluated, ExtraFigures &extra);
void addOutliers(const Evaluated &evaluated, ExtraFigures &extra);
void addAttack(const Evaluated &evaluated, ExtraFigures &extra);
void addBounds(const Evaluated &evaluated, ExtraFigures &extra);
void addComparison(const Evaluated &evaluated, ExtraFigures &extra);

/// Why the flags contradict each other; "" if they do not.
std::string findContradictionOfEval(const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_EVALEXTRAS_H
