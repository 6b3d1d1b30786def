//===- Session.h - A model at work on a device ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything that runs the generated code goes through here, so that training,
// evaluation and prediction know no target. A session has the data, the arena
// and the weights where the model runs: in the memory of the process
// (CpuSession.h), or on a GPU (CudaSession.h), where they stay. There, steps
// are done some time after they were asked for, and what they gave is told when
// it is known.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SESSION_H
#define VIB_RUNTIME_SESSION_H

#include "runtime/Abi.h"
#include "runtime/Checkpoint.h"
#include "runtime/Dataset.h"
#include "runtime/Options.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vib::runtime {

/// What a training step gave, in sums over its rows.
struct StepSums {
  VibStep step;
  double nll = 0;
  double rate = 0;
  double error = 0;
  double seconds = 0; ///< It took, from the rows of the split on.
};

/// Makes a step one on `rows` rows from place `first` on.
inline void setRows(VibStep &step, int64_t first, int64_t rows) {
  step.row0 = uint32_t(first);
  step.rows = int32_t(rows);
}

class Session {
public:
  explicit Session(const VibModel &model) : model(model) {}
  virtual ~Session() = default;
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  const VibModel &model;

  /// What does the work: "2 threads".
  virtual std::string describeDevice() const = 0;

  /// How many batches, the last one perhaps ragged, `rows` make.
  int64_t batchesOf(int64_t rows) const {
    return (rows + model.batch - 1) / model.batch;
  }

  /// Gives rows that batches are made of later; the result names them. They
  /// must stay as they are while the session lives. Null `labels` are for
  /// predictions.
  virtual int addRows(const Inputs &inputs, const Labels *labels) = 0;

  /// The weights to work with, and, if there are such, the moments and the
  /// average that training changes with them.
  virtual void setState(State &state) = 0;
  /// Brings what training has made of the state into its own memory.
  virtual void fetchState() = 0;

  //===--------------------------------------------------------------------===//
  // Training
  //===--------------------------------------------------------------------===//

  /// Called once for each step, in their order.
  using StepDone = std::function<void(const StepSums &sums)>;

  /// The rows to train on, and their order (empty: as they are), which must
  /// stay as it is until another one is set. All steps that were asked for must
  /// be done.
  virtual void setTrainingOrder(int rows,
                                const std::vector<uint32_t> &order) = 0;
  /// How many steps it is best to ask for at once.
  virtual size_t stepsAtOnce() const = 0;
  /// Does steps, each on the step.rows rows from place step.row0 of the order
  /// on. Calls `done` for those of these and of earlier ones of which that is
  /// known now.
  virtual void train(const VibStep *steps, size_t count,
                     const StepDone &done) = 0;
  /// Waits for the steps that are left.
  virtual void finishSteps(const StepDone &done) = 0;

  //===--------------------------------------------------------------------===//
  // Evaluation and prediction
  //===--------------------------------------------------------------------===//

  /// Whether what follows takes the average weights of the state.
  virtual void useAverage(bool average) = 0;
  /// Makes the rows from step.row0 on the batch and encodes them.
  virtual void encode(int rows, const VibStep &step) = 0;
  /// After encode(), any number of times. The step differs in its sample only.
  virtual void evaluate(const VibStep &step) = 0;
  /// After encode(), any number of times: makes a draw of z the batch's.
  virtual void draw(const VibStep &step) = 0;
  /// Decodes the batch's z, which draw() or write() has made.
  virtual void decode(const VibStep &step) = 0;

  /// Makes `values` the first rows of a tensor of the batch, in the tensor's
  /// type, and the other rows 0.
  virtual void write(const char *name, const std::vector<double> &values) = 0;
  /// The first `rows` rows of an output of the last call.
  virtual std::vector<double> read(const char *name, int64_t rows) = 0;
  /// The sum over the first `rows` rows of an output of one number a row, in
  /// their order.
  virtual double sum(const char *name, int64_t rows) = 0;

  //===--------------------------------------------------------------------===//
  // Profile
  //===--------------------------------------------------------------------===//

  /// Measures kernels from now on.
  virtual void startProfile() = 0;
  /// A table of what was measured. `steps` updates took `seconds`.
  virtual std::string describeProfile(uint64_t steps, double seconds) = 0;
};

/// A session where the program was compiled for, as the options want it.
std::unique_ptr<Session> makeSession(const VibModel &model,
                                     const Options &options);

/// The bytes of a tensor.
uint64_t sizeOf(const VibTensor &tensor);
/// The sum of `rows` values of the tensor's type, in their order.
double sumRows(const VibTensor &tensor, const void *values, int64_t rows);
/// The tensor's memory with `values` in its first rows and 0 in the others.
Bytes toTensor(const VibTensor &tensor, const std::vector<double> &values);
/// `rows` rows of the tensor from `values` on.
std::vector<double> readRows(const VibTensor &tensor, const void *values,
                             int64_t rows);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SESSION_H
