//===- CpuSession.h - Running a model on the CPU ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Calls the model's entry points on the threads of a pool. All steps are
// complete when train() returns.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CPUSESSION_H
#define VIB_RUNTIME_CPUSESSION_H

#include "runtime/Memory.h"
#include "runtime/Profile.h"
#include "runtime/Session.h"
#include "runtime/ThreadPool.h"

namespace vib::runtime {

class CpuSession : public Session {
public:
  /// With `threads` = 0 there are as many as availableProcessors().
  CpuSession(const VibModel &model, int threads);

  ThreadPool pool;

  std::string describeDevice() const override;
  int addRows(const std::vector<Inputs> &inputs,
              const std::vector<Labels> *labels) override;
  void setState(State &newState) override;
  void fetchState() override {}
  void setTrainingOrder(int rows, std::vector<uint32_t> order) override;
  std::vector<uint32_t> takeTrainingOrder() override {
    return std::move(trainingOrder);
  }
  size_t stepsAtOnce() const override { return 1; }
  void train(const VibStep *steps, size_t count, const StepDone &done) override;
  void finishSteps(const StepDone &) override {}
  void useAverage(bool average) override;
  void encode(int rows, const VibStep &step) override;
  void evaluate(const VibStep &step) override;
  void draw(const VibStep &step) override;
  void encodeBatch(const VibStep &step) override;
  void differentiateInputs(const VibStep &step) override;
  void decode(const VibStep &step) override;
  void write(const char *name, const std::vector<double> &values) override;
  std::vector<double> read(const char *name, int64_t rows) override;
  double sum(const char *name, int64_t rows) override;
  void startProfile() override;
  std::string describeProfile(uint64_t steps, double seconds) override;

  /// Computes the gradients of a training step on rows of the data, in their
  /// order, into a block, and changes no weights. The state needs only weights.
  StepSums computeGradients(int rows, const VibStep &step, void *block);

  /// Measures the limits of the machine, and keeps the highest values seen. A
  /// profile begins with it.
  void measureLimits();
  /// The highest values of all measurements, of one made now, and of kernels
  /// that took these times.
  const Limits &limitsWith(const std::vector<ThreadPool::KernelTime> &times);
  /// The FLOPs per second of each measurement.
  const std::vector<double> &measuredPeaks() const { return peaks; }

private:
  struct Rows {
    const std::vector<Inputs> *inputs;
    const std::vector<Labels> *labels;
  };

  /// Copies rows into the batch and scales them. As in gatherInputs(), null
  /// `indices` mean the rows `first`, `first` + 1, ….
  void loadBatch(const Rows &from, const uint32_t *indices, int64_t first);
  double sum(const VibTensor &tensor, int64_t rows) const;
  /// The results of the training step of the call.
  StepSums sumStep(double seconds) const;

  VibCall call = {};
  Memory arena;
  const State *state = nullptr;
  std::vector<Rows> data;
  int trainingRows = 0;
  std::vector<uint32_t> trainingOrder; ///< Empty for the split's own order.
  /// See trainedTensors() and trainedDivisors().
  const std::vector<const VibTensor *> trained, divisors;
  Limits limits;
  std::vector<double> peaks;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CPUSESSION_H
