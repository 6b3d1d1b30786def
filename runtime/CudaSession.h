//===- CudaSession.h - Running a model on a GPU -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The state, the arena and the rows of the splits stay on the GPU, where
// batches are gathered. Rows are copied when they are added, so that data that
// does not fit is noticed before training starts.
//
// Training steps are captured in two graphs: one of many steps, and one of a
// single step for the rest before a stop. The values of the steps are not part
// of a graph. A graph first copies their VibSteps from a buffer of the host. At
// its end it copies nll, rate and error of each step into another buffer of the
// host. There are two slots, each with its own buffers and graphs. While the
// GPU executes the graph of one slot, the host reads the outputs of the other
// slot and submits its next graph, so that the GPU never waits for the host.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CUDASESSION_H
#define VIB_RUNTIME_CUDASESSION_H

#include "runtime/CudaDevice.h"
#include "runtime/CudaKernels.h"
#include "runtime/CudaOutputs.h"
#include "runtime/CudaRows.h"
#include "runtime/Session.h"

namespace vib::runtime {

class CudaSession : public Session {
public:
  /// Runs the model on the driver's device number `ordinal`.
  CudaSession(const VibModel &model, int ordinal);
  ~CudaSession() override;

  std::string describeDevice() const override { return device.describe(); }
  int addRows(const std::vector<Inputs> &inputs,
              const std::vector<Labels> *labels) override;
  void setState(State &newState) override;
  void fetchState() override;
  void setTrainingOrder(int rows, std::vector<uint32_t> order) override;
  size_t stepsAtOnce() const override { return manySteps; }
  void train(const VibStep *steps, size_t count, const StepDone &done) override;
  void finishSteps(const StepDone &done) override;
  void useAverage(bool average) override { usesAverage = average; }
  void encode(int rows, const VibStep &step) override;
  void evaluate(const VibStep &step) override;
  void draw(const VibStep &step) override;
  void decode(const VibStep &step) override;
  void write(const char *name, const std::vector<double> &values) override;
  std::vector<double> read(const char *name, int64_t rows) override;
  double sum(const char *name, int64_t rows) override;
  void startProfile() override { kernels.startProfile(); }
  std::string describeProfile(uint64_t steps, double seconds) override {
    return kernels.describeProfile(steps, seconds);
  }
  const CudaKernels &getKernels() const { return kernels; }

private:
  static constexpr size_t manySteps = 16;

  /// A block of the state. Its memory is null if the model does not use it.
  struct Block {
    const char *name;
    Memory State::*host;
    CudaMemory memory;
  };
  /// A part of the arena that the host reads after a step.
  struct Span {
    uint64_t begin, end;
  };
  /// The buffers for the values and outputs of submitted steps, and the graphs
  /// that use them.
  struct Slot {
    PinnedMemory steps, outputs;
    CudaMemory stepsMemory, outputsMemory;
    CudaGraph one, many;
    CudaEvent begin, end;
    std::vector<VibStep> pending;
  };

  void launchGather(const CudaRows &rows, cuda::Pointer step);
  void launch(VibGpuEntry entry, cuda::Pointer weights, cuda::Pointer step);

  void enqueueSteps(const Slot &slot, size_t count);
  CudaGraph capture(const Slot &slot, size_t count);
  void submit(Slot &slot, const VibStep *steps, size_t count);
  void collect(Slot &slot, const StepDone &done);
  double sumOutput(const VibTensor &tensor, const char *outputs,
                   int64_t rows) const;
  StepSums sumOutputs(const VibStep &step, const char *outputs) const;

  void setStep(const VibStep &step);
  void infer(VibGpuEntry entry);
  const void *fetch(const VibTensor &tensor);

  CudaDevice device;
  const CudaDriver &driver = device.driver;
  CudaKernels kernels;
  CudaMemory arena;
  Block blocks[4];
  State *state = nullptr;
  bool stateChanged = false; ///< Since the host's copy was updated.
  bool usesAverage = false;
  std::vector<CudaRows> data;

  /// See trainedTensors() and trainedDivisors().
  const std::vector<const VibTensor *> trained, divisors;
  std::vector<Span> spans; ///< Cover these tensors.
  uint64_t outputBytes = 0;
  int trainingRows = -1;
  Slot slots[2];
  size_t nextSlot = 0;

  PinnedMemory step; ///< For evaluation and prediction.
  CudaMemory stepMemory;
  CudaOutputs outputs;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CUDASESSION_H
