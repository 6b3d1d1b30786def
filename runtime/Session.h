//===- Session.h - A model with its memory and threads ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that calls the generated code goes through here: the arena, the
// thread pool, the place of each batch, and the outputs read back as f64.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SESSION_H
#define VIB_RUNTIME_SESSION_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"
#include "runtime/Memory.h"
#include "runtime/ThreadPool.h"

#include <vector>

namespace vib::runtime {

class Session {
public:
  /// `threads` = 0: as many as the process may run on.
  Session(const VibModel &model, int threads);

  const VibModel &model;
  ThreadPool pool;
  /// What the entries get. The caller binds the weights and fills `step`.
  VibCall call = {};

  int64_t batch() const { return model.batch; }
  /// How many batches, the last one perhaps ragged, `rows` make.
  int64_t batchesOf(int64_t rows) const {
    return (rows + model.batch - 1) / model.batch;
  }

  /// Puts rows into the place of the batch, scales them, and sets step.rows.
  /// As gatherInputs(): null `indices` mean `first`, `first` + 1, ….
  void loadInputs(const Inputs &inputs, const uint32_t *indices, int64_t first,
                  int64_t count);
  void loadLabels(const Labels &labels, const uint32_t *indices, int64_t first,
                  int64_t count);

  /// The first `rows` rows of an output.
  std::vector<double> read(const char *name, int64_t rows) const;
  /// The sum over the first `rows` rows of an output of one number a row, in
  /// their order.
  double sum(const char *name, int64_t rows) const {
    return sum(getTensor(model, name), rows);
  }
  double sum(const VibTensor &tensor, int64_t rows) const;

private:
  Memory arena;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_SESSION_H
