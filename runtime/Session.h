//===- Session.h - Running a model on a device ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Training, evaluation and prediction run the generated code only through this
// interface, so that they do not depend on the target. A session stores the
// data, the arena and the weights on the device: in the memory of the process
// (CpuSession.h), or in the memory of a GPU (CudaSession.h). On a GPU, steps
// are executed some time after they were submitted, and their results are
// reported later.
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

/// The results of a training step, as sums over its rows, in nats.
struct StepSums {
  VibStep step;
  /// By figure; 0 for those that the training step does not compute.
  std::vector<double> figures;
  /// What each sum is divided by for the mean: the rows, or the sum of another
  /// tensor.
  std::vector<double> divisors;
  double seconds = 0; ///< The time of the step, gathering included.
};

/// Sets the rows of a training step: `rows` rows of the data from position
/// `first` of the order on, which are the whole batch.
inline void setBatch(VibStep &step, int64_t first, int64_t rows) {
  step.first_row = 0;
  step.total_rows = rows;
  step.row0 = uint32_t(first);
  step.rows = int32_t(rows);
}

/// Sets the rows of a step of evaluation: `rows` of the `all` rows of a split,
/// from the one of number `first` on.
inline void setRows(VibStep &step, int64_t first, int64_t rows, int64_t all) {
  step.first_row = first;
  step.total_rows = all;
  step.row0 = uint32_t(first);
  step.rows = int32_t(rows);
}

/// The tensors of the figures that the training step computes, by figure; null
/// for the others.
std::vector<const VibTensor *> trainedTensors(const VibModel &model);
/// The tensors whose sums these are divided by; null for the number of rows.
std::vector<const VibTensor *> trainedDivisors(const VibModel &model);

class Session {
public:
  explicit Session(const VibModel &model) : model(model) {}
  virtual ~Session() = default;
  Session(const Session &) = delete;
  Session &operator=(const Session &) = delete;

  const VibModel &model;

  /// The device in words: "2 threads".
  virtual std::string describeDevice() const = 0;

  /// Adds the rows of a split, and returns their number in this session. They
  /// must live and stay unchanged as long as the session. `labels` are null for
  /// predictions.
  virtual int addRows(const std::vector<Inputs> &inputs,
                      const std::vector<Labels> *labels) = 0;

  /// Sets the weights, and the moments and the average if the state has them.
  virtual void setState(State &state) = 0;
  /// Copies the state from the device to the memory of setState().
  virtual void fetchState() = 0;

  //===--------------------------------------------------------------------===//
  // Training
  //===--------------------------------------------------------------------===//

  /// Called once for each completed step, in the order of the steps.
  using StepDone = std::function<void(const StepSums &sums)>;

  /// Sets the rows to train on, and their order. An empty order is that of the
  /// split. All submitted steps must be complete.
  virtual void setTrainingOrder(int rows, std::vector<uint32_t> order) = 0;
  /// Gives back the last order if the session has it in the host's memory, so
  /// that the next one needs no more memory.
  virtual std::vector<uint32_t> takeTrainingOrder() { return {}; }
  /// The number of steps per call of train() that is fastest.
  virtual size_t stepsAtOnce() const = 0;
  /// Submits steps. Each trains on step.rows rows, from position step.row0 of
  /// the order on. Calls `done` for the steps, of this call or earlier ones,
  /// that are known to be complete.
  virtual void train(const VibStep *steps, size_t count,
                     const StepDone &done) = 0;
  /// Waits for all submitted steps.
  virtual void finishSteps(const StepDone &done) = 0;

  //===--------------------------------------------------------------------===//
  // Evaluation and prediction
  //===--------------------------------------------------------------------===//

  /// Selects the averaged or the raw weights for the calls that follow.
  virtual void useAverage(bool average) = 0;
  /// Loads the rows from step.row0 on as the batch, and encodes them.
  virtual void encode(int rows, const VibStep &step) = 0;
  /// Evaluates draw step.sample of the encoded batch. The step is otherwise
  /// that of encode(). May be called several times.
  virtual void evaluate(const VibStep &step) = 0;
  /// Computes z of draw step.sample of the encoded batch. May be called several
  /// times.
  virtual void draw(const VibStep &step) = 0;
  /// Encodes the batch, whose inputs write() has changed.
  virtual void encodeBatch(const VibStep &step);
  /// Computes the gradients of the batch's inputs, for draw step.sample. Only
  /// for a model with the entry input_gradients.
  virtual void differentiateInputs(const VibStep &step);
  /// Decodes the batch's z, which draw() or write() has written.
  virtual void decode(const VibStep &step) = 0;

  /// Writes `values`, converted to the tensor's type, to the first rows of a
  /// tensor of the batch, and 0 to its other rows.
  virtual void write(const char *name, const std::vector<double> &values) = 0;
  /// The first `rows` rows of an output of the last call.
  virtual std::vector<double> read(const char *name, int64_t rows) = 0;
  /// The sum of the first `rows` rows, in their order, of an output that has
  /// one number per row.
  virtual double sum(const char *name, int64_t rows) = 0;

  //===--------------------------------------------------------------------===//
  // Profile
  //===--------------------------------------------------------------------===//

  /// Measures each kernel from now on.
  virtual void startProfile() = 0;
  /// A table of the measured times. `steps` updates took `seconds`.
  virtual std::string describeProfile(uint64_t steps, double seconds) = 0;
};

/// Creates a session on the target of the program, with the options' threads or
/// device.
std::unique_ptr<Session> makeSession(const VibModel &model,
                                     const Options &options);

/// The size of a tensor in bytes.
uint64_t sizeOf(const VibTensor &tensor);
/// The sum of `rows` values of the tensor's type, in their order.
double sumRows(const VibTensor &tensor, const void *values, int64_t rows);
/// Writes `values`, converted to the tensor's type, to the first rows of a
/// tensor whose memory is `to`, and 0 to its other rows.
void writeRows(const VibTensor &tensor, void *to,
               const std::vector<double> &values);
/// The first `rows` rows of a tensor whose memory is `values`.
std::vector<double> readRows(const VibTensor &tensor, const void *values,
                             int64_t rows);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SESSION_H
