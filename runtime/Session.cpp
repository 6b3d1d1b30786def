//===- Session.cpp - A model with its memory and threads ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Session.h"

#include <numeric>

namespace vib::runtime {

Session::Session(const VibModel &model, int threads)
    : model(model), pool(threads > 0 ? threads : availableProcessors()),
      arena(model.arena_bytes) {
  call.arena = arena.data();
  call.pool = pool.handle();
}

void Session::loadInputs(const Inputs &inputs, const uint32_t *indices,
                         int64_t first, int64_t count) {
  gatherInputs(model, arena.data(), inputs, indices, first, count,
               pool.handle());
  call.step.rows = int32_t(count);
  if (model.scale)
    model.scale(&call);
}

void Session::loadLabels(const Labels &labels, const uint32_t *indices,
                         int64_t first, int64_t count) {
  gatherLabels(model, arena.data(), labels, indices, first, count);
}

template <typename T>
static std::vector<double> readAs(const VibTensor &tensor, void *arena,
                                  int64_t rows) {
  int64_t width = 1;
  for (uint32_t i = 1; i < tensor.rank; ++i)
    width *= tensor.shape[i];
  const T *data = tensorData<T>(tensor, arena);
  return std::vector<double>(data, data + rows * width);
}

std::vector<double> Session::read(const char *name, int64_t rows) const {
  const VibTensor &tensor = getTensor(model, name);
  return tensor.type == VIB_F64 ? readAs<double>(tensor, arena.data(), rows)
                                : readAs<float>(tensor, arena.data(), rows);
}

double Session::sum(const VibTensor &tensor, int64_t rows) const {
  auto add = [&](const auto *values) {
    return std::accumulate(values, values + rows, 0.0);
  };
  return tensor.type == VIB_F64
             ? add(tensorData<const double>(tensor, arena.data()))
             : add(tensorData<const float>(tensor, arena.data()));
}

} // namespace vib::runtime
