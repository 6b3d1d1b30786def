//===- CudaSession.cpp - Running a model on a GPU -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaSession.h"

#include <algorithm>
#include <cstring>

namespace vib::runtime {

CudaSession::CudaSession(const VibModel &model, int ordinal)
    : Session(model), device(*model.gpu, ordinal), kernels(model, device),
      arena(device.allocate(model.arena_bytes, "the tensors of a batch")),
      blocks{{"the weights", &State::weights, {}},
             {"the first moments", &State::moment1, {}},
             {"the second moments", &State::moment2, {}},
             {"the average weights", &State::average, {}}},
      trained(trainedTensors(model)), divisors(trainedDivisors(model)),
      step(device.allocatePinned(sizeof(VibStep))),
      stepMemory(device.allocate(sizeof(VibStep), "a step")),
      outputs(model, device, arena.get()) {
  for (const auto *tensors : {&trained, &divisors})
    for (const VibTensor *tensor : *tensors)
      if (tensor)
        spans.push_back({tensor->offset, tensor->offset + sizeOf(*tensor)});
  std::sort(spans.begin(), spans.end(),
            [](const Span &a, const Span &b) { return a.begin < b.begin; });
  // Copying a small gap takes less time than a second copy.
  constexpr uint64_t gap = 4096;
  size_t last = 0;
  for (size_t i = 1; i < spans.size(); ++i) {
    if (spans[i].begin <= spans[last].end + gap)
      spans[last].end = std::max(spans[last].end, spans[i].end);
    else
      spans[++last] = spans[i];
  }
  spans.resize(last + 1);
  for (const Span &span : spans)
    outputBytes += span.end - span.begin;
}

CudaSession::~CudaSession() {
  // No memory may be released while the GPU uses it.
  driver.cuStreamSynchronize(device.stream());
}

//===----------------------------------------------------------------------===//
// Data and state
//===----------------------------------------------------------------------===//

int CudaSession::addRows(const std::vector<Inputs> &inputs,
                         const std::vector<Labels> *labels) {
  data.emplace_back(device, model, inputs, labels);
  return int(data.size()) - 1;
}

void CudaSession::setState(State &newState) {
  state = &newState;
  for (Block &block : blocks) {
    const Memory &host = state->*block.host;
    if (!host.data())
      continue;
    if (!block.memory)
      block.memory = device.allocate(host.size(), block.name);
    device.upload(block.memory.get(), host.data(), host.size(), block.name);
  }
  stateChanged = false;
}

void CudaSession::fetchState() {
  if (!stateChanged)
    return;
  for (const Block &block : blocks)
    if (block.memory)
      device.download((state->*block.host).data(), block.memory.get(),
                      (state->*block.host).size(), block.name);
  stateChanged = false;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

void CudaSession::launchGather(const CudaRows &rows,
                               cuda::Pointer stepAddress) {
  std::vector<cuda::Pointer> values = rows.arrays();
  values.insert(values.end(), {rows.order(), arena.get(), stepAddress});
  std::vector<void *> arguments;
  for (cuda::Pointer &value : values)
    arguments.push_back(&value);
  kernels.launch(VIB_GPU_GATHER, arguments.data());
}

void CudaSession::launch(VibGpuEntry entry, cuda::Pointer weights,
                         cuda::Pointer stepAddress) {
  // Only a shared library has the block of gradients.
  cuda::Pointer gradients = 0;
  cuda::Pointer values[] = {weights,
                            blocks[1].memory.get(),
                            blocks[2].memory.get(),
                            blocks[3].memory.get(),
                            gradients,
                            arena.get(),
                            stepAddress};
  void *arguments[std::size(values)];
  for (size_t i = 0; i < std::size(values); ++i)
    arguments[i] = &values[i];
  kernels.launch(entry, arguments);
}

//===----------------------------------------------------------------------===//
// Training
//===----------------------------------------------------------------------===//

void CudaSession::setTrainingOrder(int rows, std::vector<uint32_t> order) {
  // A graph contains the addresses of the data.
  if (rows != trainingRows)
    for (Slot &slot : slots)
      slot.one = {}, slot.many = {};
  trainingRows = rows;
  data[size_t(rows)].setOrder(order);
}

/// Enqueues `count` steps, whose VibSteps are in the slot when they run.
void CudaSession::enqueueSteps(const Slot &slot, size_t count) {
  cuda::Stream stream = device.stream();
  cuda::Pointer weights = blocks[0].memory.get();
  device.check(driver.cuMemcpyHtoDAsync_v2(slot.stepsMemory.get(),
                                           slot.steps.get(),
                                           count * sizeof(VibStep), stream),
               "copy steps");
  cuda::Pointer to = slot.outputsMemory.get();
  for (size_t i = 0; i < count; ++i) {
    cuda::Pointer address = slot.stepsMemory.get() + i * sizeof(VibStep);
    launchGather(data[size_t(trainingRows)], address);
    launch(VIB_GPU_SCALE, weights, address);
    launch(VIB_GPU_TRAIN_STEP, weights, address);
    for (const Span &span : spans) {
      uint64_t bytes = span.end - span.begin;
      device.check(driver.cuMemcpyDtoDAsync_v2(to, arena.get() + span.begin,
                                               bytes, stream),
                   "keep the outputs of a step");
      to += bytes;
    }
  }
  device.check(driver.cuMemcpyDtoHAsync_v2(slot.outputs.get(),
                                           slot.outputsMemory.get(),
                                           count * outputBytes, stream),
               "copy the outputs of steps");
}

CudaGraph CudaSession::capture(const Slot &slot, size_t count) {
  cuda::Stream stream = device.stream();
  device.check(driver.cuStreamBeginCapture_v2(stream, cuda::captureThisThread),
               "begin a graph");
  enqueueSteps(slot, count);
  cuda::Graph captured = nullptr;
  device.check(driver.cuStreamEndCapture(stream, &captured), "end a graph");
  CudaHandle<cuda::Graph> graph(captured, driver.cuGraphDestroy);
  cuda::GraphExec exec = nullptr;
  device.check(driver.cuGraphInstantiateWithFlags(&exec, captured, 0),
               fmt::format("create a graph of {} steps", count));
  return {exec, driver.cuGraphExecDestroy};
}

void CudaSession::train(const VibStep *steps, size_t count,
                        const StepDone &done) {
  stateChanged = true;
  while (count > 0) {
    size_t together = count >= manySteps ? manySteps : 1;
    Slot &slot = slots[nextSlot];
    nextSlot = (nextSlot + 1) % std::size(slots);
    collect(slot, done);
    submit(slot, steps, together);
    if (kernels.profiles())
      collect(slot, done);
    steps += together;
    count -= together;
  }
}

void CudaSession::submit(Slot &slot, const VibStep *steps, size_t count) {
  if (!slot.steps) {
    slot.steps = device.allocatePinned(manySteps * sizeof(VibStep));
    slot.stepsMemory = device.allocate(manySteps * sizeof(VibStep), "steps");
    slot.outputs = device.allocatePinned(manySteps * outputBytes);
    slot.outputsMemory =
        device.allocate(manySteps * outputBytes, "the outputs of steps");
    slot.begin = device.makeEvent();
    slot.end = device.makeEvent();
  }
  // Measured launches cannot be part of a graph.
  CudaGraph &graph = count == 1 ? slot.one : slot.many;
  if (!graph && !kernels.profiles())
    graph = capture(slot, count);
  memcpy(slot.steps.get(), steps, count * sizeof(VibStep));
  slot.pending.assign(steps, steps + count);
  cuda::Stream stream = device.stream();
  device.check(driver.cuEventRecord(slot.begin.get(), stream),
               "record an event");
  if (kernels.profiles())
    enqueueSteps(slot, count);
  else
    device.check(driver.cuGraphLaunch(graph.get(), stream),
                 fmt::format("launch step {}", steps->step + 1));
  device.check(driver.cuEventRecord(slot.end.get(), stream), "record an event");
}

/// Waits for the slot's steps, if it has any, and calls `done` for each.
void CudaSession::collect(Slot &slot, const StepDone &done) {
  if (slot.pending.empty())
    return;
  std::vector<VibStep> steps = std::move(slot.pending);
  slot.pending.clear();
  device.check(driver.cuEventSynchronize(slot.end.get()),
               steps.size() == 1
                   ? fmt::format("run step {}", steps.front().step + 1)
                   : fmt::format("run steps {} to {}", steps.front().step + 1,
                                 steps.back().step + 1));
  float milliseconds = 0;
  device.check(driver.cuEventElapsedTime(&milliseconds, slot.begin.get(),
                                         slot.end.get()),
               "read the time of a graph");
  kernels.readProfile();
  for (size_t i = 0; i < steps.size(); ++i) {
    StepSums sums = sumOutputs(
        steps[i], static_cast<char *>(slot.outputs.get()) + i * outputBytes);
    sums.seconds = milliseconds / 1e3 / double(steps.size());
    done(sums);
  }
}

void CudaSession::finishSteps(const StepDone &done) {
  for (size_t i = 0; i < std::size(slots); ++i)
    collect(slots[(nextSlot + i) % std::size(slots)], done);
}

double CudaSession::sumOutput(const VibTensor &tensor, const char *from,
                              int64_t rows) const {
  for (const Span &span : spans) {
    if (tensor.offset >= span.begin && tensor.offset < span.end)
      return sumRows(tensor, from + (tensor.offset - span.begin), rows);
    from += span.end - span.begin;
  }
  return 0;
}

StepSums CudaSession::sumOutputs(const VibStep &of, const char *from) const {
  StepSums sums;
  sums.step = of;
  for (const VibTensor *tensor : trained)
    sums.figures.push_back(tensor ? sumOutput(*tensor, from, of.rows) : 0);
  for (const VibTensor *tensor : divisors)
    sums.divisors.push_back(tensor ? sumOutput(*tensor, from, of.rows)
                                   : double(of.rows));
  return sums;
}

//===----------------------------------------------------------------------===//
// Evaluation and prediction
//===----------------------------------------------------------------------===//

void CudaSession::setStep(const VibStep &next) {
  outputs.wait("finish a batch");
  memcpy(step.get(), &next, sizeof(VibStep));
  device.check(driver.cuMemcpyHtoDAsync_v2(stepMemory.get(), step.get(),
                                           sizeof(VibStep), device.stream()),
               "copy a step");
  outputs.setBusy();
}

void CudaSession::infer(VibGpuEntry entry) {
  launch(entry, blocks[usesAverage ? 3 : 0].memory.get(), stepMemory.get());
  outputs.begin(entry);
}

void CudaSession::encode(int rows, const VibStep &next) {
  CudaRows &from = data[size_t(rows)];
  from.setOrder({});
  setStep(next);
  launchGather(from, stepMemory.get());
  infer(VIB_GPU_SCALE);
  infer(VIB_GPU_ENCODE);
}

void CudaSession::evaluate(const VibStep &next) {
  setStep(next);
  infer(VIB_GPU_EVALUATE);
}

void CudaSession::draw(const VibStep &next) {
  setStep(next);
  infer(VIB_GPU_DRAW);
}

void CudaSession::decode(const VibStep &next) {
  setStep(next);
  infer(VIB_GPU_DECODE);
}

void CudaSession::write(const char *name, const std::vector<double> &values) {
  const VibTensor &tensor = getTensor(model, name);
  Bytes bytes(sizeOf(tensor));
  writeRows(tensor, bytes.data(), values);
  device.upload(arena.get() + tensor.offset, bytes.data(), bytes.size(), name);
}

const void *CudaSession::fetch(const VibTensor &tensor) {
  const void *values = outputs.fetch(tensor);
  kernels.readProfile();
  return values;
}

std::vector<double> CudaSession::read(const char *name, int64_t rows) {
  const VibTensor &tensor = getTensor(model, name);
  return readRows(tensor, fetch(tensor), rows);
}

double CudaSession::sum(const char *name, int64_t rows) {
  const VibTensor &tensor = getTensor(model, name);
  return sumRows(tensor, fetch(tensor), rows);
}

} // namespace vib::runtime
