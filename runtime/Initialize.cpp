//===- Initialize.cpp - The initial weights -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Initialize.h"
#include "runtime/ModelLists.h"
#include "runtime/Parameter.h"
#include "runtime/Philox.h"

#include <cmath>

namespace vib::runtime {

namespace {

/// The element at `index` of the file, in f64.
double initialValue(const VibParameter &parameter, uint64_t seed,
                    uint32_t number, uint32_t index) {
  if (parameter.init == VIB_INIT_CONSTANT)
    return parameter.init_scale;
  PhiloxWords words =
      randomWords(seed, Purpose::InitialWeights, index, number, 0);
  double u = uniform(words[0], words[1]);
  if (parameter.init == VIB_INIT_UNIFORM)
    return parameter.init_scale * (2 * u - 1);
  constexpr double twoPi = 6.283185307179586;
  double angle = twoPi * uniform(words[2], words[3]);
  double scale = beginsAsExamples(parameter) ? 1 : parameter.init_scale;
  return scale * (std::sqrt(-2 * std::log(u)) * std::cos(angle));
}

template <typename T>
void initialize(const VibParameter &parameter, uint64_t seed, uint32_t number,
                void *block) {
  T *weights = parameterData<T>(parameter, block);
  visitElements(parameter, [&](size_t at, size_t index) {
    weights[at] = T(initialValue(parameter, seed, number, uint32_t(index)));
  });
}

} // namespace

void initializeWeights(const VibModel &model, uint64_t seed, void *block) {
  for (uint32_t number = 0; number < model.num_parameters; ++number) {
    const VibParameter &parameter = model.parameters[number];
    if (parameter.type == VIB_F64)
      initialize<double>(parameter, seed, number, block);
    else
      initialize<float>(parameter, seed, number, block);
  }
}

} // namespace vib::runtime
