//===- CudaKernels.cpp - The kernels of a model on a GPU ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaKernels.h"
#include "runtime/Profile.h"

namespace vib::runtime {

const char *nameOf(VibGpuEntry entry) {
  switch (entry) {
  case VIB_GPU_SCALE:
    return "scale";
  case VIB_GPU_TRAIN_STEP:
    return "train_step";
  case VIB_GPU_ENCODE:
    return "encode";
  case VIB_GPU_EVALUATE:
    return "evaluate";
  case VIB_GPU_DRAW:
    return "draw";
  case VIB_GPU_DECODE:
    return "decode";
  case VIB_GPU_GATHER:
    return "gather";
  }
  fail("unknown entry {}", int(entry));
}

std::string describeKernels(const VibModel &model, const VibLaunch &launch) {
  std::string names;
  for (uint32_t i = 0; i < launch.num_kernels; ++i)
    names += (i ? " + " : "") +
             std::string(model.kernels[launch.first_kernel + i].name);
  return names;
}

CudaKernels::CudaKernels(const VibModel &model, const CudaDevice &device)
    : model(model), device(device), module(device.loadModule(model)) {
  for (uint32_t i = 0; i < model.gpu->num_launches; ++i)
    functions.push_back(device.findKernel(module, model.gpu->launches[i]));
}

void CudaKernels::launch(VibGpuEntry entry, void **arguments) {
  cuda::Stream stream = device.stream();
  for (size_t place = 0; place < functions.size(); ++place) {
    const VibLaunch &launch = model.gpu->launches[place];
    if (launch.entry != uint32_t(entry))
      continue;
    auto record = [&](const CudaEvent &event) {
      device.check(device.driver.cuEventRecord(event.get(), stream),
                   "record an event");
    };
    if (profiles()) {
      measured.push_back({place, device.makeEvent(), device.makeEvent()});
      record(measured.back().begin);
    }
    cuda::Result result = device.driver.cuLaunchKernel(
        functions[place], launch.blocks, 1, 1, launch.threads, 1, 1,
        launch.shared_bytes, stream, arguments, nullptr);
    if (result != cuda::success)
      device.check(result, fmt::format("launch {}", launch.function));
    if (profiles())
      record(measured.back().end);
  }
}

void CudaKernels::startProfile() { times.resize(functions.size()); }

void CudaKernels::readProfile() {
  for (const Measured &each : measured) {
    float milliseconds = 0;
    device.check(device.driver.cuEventElapsedTime(
                     &milliseconds, each.begin.get(), each.end.get()),
                 "read the time of a launch");
    ++times[each.place].launches;
    times[each.place].seconds += milliseconds / 1e3;
  }
  measured.clear();
}

double CudaKernels::secondsOf(size_t place) const {
  const Time &time = times[place];
  return time.launches ? time.seconds / double(time.launches) : 0;
}

std::string CudaKernels::describeProfile(uint64_t steps, double seconds) const {
  double total = 0, ofSteps = 0;
  for (size_t place = 0; place < times.size(); ++place) {
    total += times[place].seconds;
    if (model.gpu->launches[place].entry == VIB_GPU_TRAIN_STEP)
      ofSteps += times[place].seconds;
  }
  std::string text =
      fmt::format("{:>10}{:>12}{:>9}{:>10}{:>8}  {}\n", "launches", "ms/launch",
                  "share", "GFLOP/s", "GB/s", "kernels");
  for (size_t place = 0; place < times.size(); ++place) {
    double each = secondsOf(place);
    if (each == 0)
      continue;
    const VibLaunch &launch = model.gpu->launches[place];
    Work work = workOf(model, launch);
    text += fmt::format(
        "{:>10}{:>12.4f}{:>7.1f} %{:>10.1f}{:>8.1f}  {}/{}\n",
        times[place].launches, each * 1e3, 100 * times[place].seconds / total,
        work.flops / each / 1e9, work.bytes / each / 1e9,
        nameOf(VibGpuEntry(launch.entry)), describeKernels(model, launch));
  }
  text +=
      "launches: how often the GPU was given this work; a launch is one run "
      "of a function on it, for all the kernels named.\n";
  if (steps > 0)
    text += fmt::format("{:.3f} ms/step with each launch timed, of which those "
                        "of train_step take {:.3f}\n",
                        seconds / double(steps) * 1e3,
                        ofSteps / double(steps) * 1e3);
  return text;
}

} // namespace vib::runtime
