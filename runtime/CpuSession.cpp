//===- CpuSession.cpp - Running a model on the CPU ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuSession.h"
#include "runtime/Console.h"
#include "runtime/Error.h"
#include "runtime/Gather.h"
#include "runtime/ModelLists.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"

#include <fmt/format.h>

#include <chrono>
#include <cstring>

namespace vib::runtime {

CpuSession::CpuSession(const VibModel &model, int threads)
    : Session(model), pool(threads > 0 ? threads : availableProcessors()),
      arena(model.arena_bytes,
            "the tensors of a batch of " + counted(model.batch, "row")),
      trained(trainedTensors(model)), divisors(trainedDivisors(model)) {
  call.arena = arena.data();
  call.pool = pool.handle();
  if (pool.threads() < pool.wanted())
    warn(
        "only {} of {} threads {} available: the system or a limit (ulimit -u, "
        "ulimit -v, a control group) allows no more; the results are the same",
        pool.threads(), pool.wanted(), pool.threads() == 1 ? "is" : "are");
}

std::string CpuSession::describeDevice() const {
  return counted(pool.threads(), "thread");
}

int CpuSession::addRows(const std::vector<Inputs> &inputs,
                        const std::vector<Labels> *labels) {
  data.push_back({&inputs, labels});
  return int(data.size()) - 1;
}

void CpuSession::setState(State &newState) {
  state = &newState;
  state->bind(call);
}

void CpuSession::loadBatch(const Rows &from, const uint32_t *indices,
                           int64_t first) {
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    gatherInputs(model, arena.data(), (*from.inputs)[i], indices, first,
                 call.step.rows, pool.handle(), i);
  if (model.scale)
    model.scale(&call);
  for (uint32_t i = 0; from.labels && i < model.num_targets; ++i)
    if (!isReconstruction(model.targets[i]))
      gatherLabels(model, arena.data(), (*from.labels)[i], indices, first,
                   call.step.rows, i);
}

void CpuSession::setTrainingOrder(int rows, std::vector<uint32_t> order) {
  int64_t split = data[size_t(rows)].inputs->front().rows();
  for (uint32_t row : order)
    if (int64_t(row) >= split)
      fail("row {} was requested, but the split has {}", row, split);
  trainingRows = rows;
  trainingOrder = std::move(order);
}

void CpuSession::train(const VibStep *steps, size_t count,
                       const StepDone &done) {
  state->bind(call);
  for (size_t i = 0; i < count; ++i) {
    auto begin = std::chrono::steady_clock::now();
    call.step = steps[i];
    int64_t first = steps[i].row0;
    const uint32_t *indices =
        trainingOrder.empty() ? nullptr : trainingOrder.data() + first;
    loadBatch(data[size_t(trainingRows)], indices, first);
    model.train_step(&call);
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - begin;
    done(sumStep(elapsed.count()));
  }
}

StepSums CpuSession::sumStep(double seconds) const {
  StepSums sums = {call.step, {}, {}, seconds};
  for (const VibTensor *tensor : trained)
    sums.figures.push_back(tensor ? sum(*tensor, call.step.rows) : 0);
  for (const VibTensor *tensor : divisors)
    sums.divisors.push_back(tensor ? sum(*tensor, call.step.rows)
                                   : double(call.step.rows));
  return sums;
}

StepSums CpuSession::computeGradients(int rows, const VibStep &step,
                                      void *block) {
  state->bind(call);
  call.step = step;
  call.gradients = block;
  loadBatch(data[size_t(rows)], nullptr, step.row0);
  model.gradients(&call);
  return sumStep(0);
}

void CpuSession::useAverage(bool average) {
  call.weights = (average ? state->average : state->weights).data();
}

void CpuSession::encode(int rows, const VibStep &step) {
  call.step = step;
  loadBatch(data[size_t(rows)], nullptr, step.row0);
  model.encode(&call);
}

void CpuSession::encodeBatch(const VibStep &step) {
  call.step = step;
  model.encode(&call);
}

void CpuSession::differentiateInputs(const VibStep &step) {
  call.step = step;
  model.input_gradients(&call);
}

void CpuSession::evaluate(const VibStep &step) {
  call.step = step;
  model.evaluate(&call);
}

void CpuSession::draw(const VibStep &step) {
  call.step = step;
  model.draw(&call);
}

void CpuSession::decode(const VibStep &step) {
  call.step = step;
  model.decode(&call);
}

void CpuSession::write(const char *name, const std::vector<double> &values) {
  const VibTensor &tensor = getTensor(model, name);
  writeRows(tensor, tensorData<void>(tensor, arena.data()), values);
}

std::vector<double> CpuSession::read(const char *name, int64_t rows) {
  const VibTensor &tensor = getTensor(model, name);
  return readRows(tensor, tensorData<void>(tensor, arena.data()), rows);
}

double CpuSession::sum(const char *name, int64_t rows) {
  return sum(getTensor(model, name), rows);
}

double CpuSession::sum(const VibTensor &tensor, int64_t rows) const {
  return sumRows(tensor, tensorData<void>(tensor, arena.data()), rows);
}

void CpuSession::startProfile() {
  measureLimits();
  pool.startProfile(model.num_kernels);
}

void CpuSession::measureLimits() {
  Limits measured = runtime::measureLimits(pool, model);
  peaks.push_back(measured.flops);
  limits.raise(measured);
}

const Limits &
CpuSession::limitsWith(const std::vector<ThreadPool::KernelTime> &times) {
  measureLimits();
  limits.raise(model, times);
  return limits;
}

std::string CpuSession::describeProfile(uint64_t steps, double seconds) {
  const std::vector<ThreadPool::KernelTime> &times = pool.profile();
  std::string text = runtime::describeProfile(
      model, times, limitsWith(times),
      "the mean of the runs, until the slowest thread is done.");
  return steps > 0 ? text + describeSteps(model, times, steps, seconds) : text;
}

} // namespace vib::runtime
