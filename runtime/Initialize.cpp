//===- Initialize.cpp - The weights before the first step -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Initialize.h"
#include "runtime/Philox.h"

#include <cmath>

namespace vib::runtime {

namespace {

/// The element at `index` of the file's order, in f64.
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
  return parameter.init_scale * (std::sqrt(-2 * std::log(u)) * std::cos(angle));
}

template <typename T>
void initialize(const VibParameter &parameter, uint64_t seed, uint32_t number,
                T *weights) {
  int64_t rows = parameter.rank >= 1 ? parameter.shape[0] : 1;
  int64_t columns = parameter.rank == 2 ? parameter.shape[1] : 1;
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t c = 0; c < columns; ++c) {
      int64_t index = parameter.transposed ? c * rows + r : r * columns + c;
      weights[r * columns + c] =
          T(initialValue(parameter, seed, number, uint32_t(index)));
    }
}

} // namespace

void initializeWeights(const VibModel &model, uint64_t seed, void *block) {
  for (uint32_t number = 0; number < model.num_parameters; ++number) {
    const VibParameter &parameter = model.parameters[number];
    char *weights = static_cast<char *>(block) + parameter.offset;
    if (parameter.type == VIB_F64)
      initialize(parameter, seed, number, reinterpret_cast<double *>(weights));
    else
      initialize(parameter, seed, number, reinterpret_cast<float *>(weights));
  }
}

} // namespace vib::runtime
