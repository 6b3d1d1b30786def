//===- CudaKernels.cpp - The kernels of a model on a GPU ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaKernels.h"
#include "runtime/Error.h"
#include "runtime/Layout.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"

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
  Table table({"kernels", "time", "share", "GFLOP/s", "GB/s"});
  std::string title;
  for (size_t place = 0; place < times.size(); ++place) {
    double each = secondsOf(place);
    if (each == 0)
      continue;
    const VibLaunch &launch = model.gpu->launches[place];
    std::string its =
        fmt::format("{}, {}", nameOf(VibGpuEntry(launch.entry)),
                    counted(int64_t(times[place].launches), "run"));
    if (its != title)
      table.addTitle(title = its);
    Work work = workOf(model, launch);
    table.addRow(describeKernels(model, launch),
                 {duration(each),
                  fmt::format("{:.1f} %", 100 * times[place].seconds / total),
                  fmt::format("{:.1f}", work.flops / each / 1e9),
                  fmt::format("{:.1f}", work.bytes / each / 1e9)});
  }
  std::string text =
      table.print() +
      wrap("runs: how often the function ran, and with it each of its "
           "kernels. Kernels joined by + are run by one launch.\n"
           "time: the mean of the runs, by the GPU's clock.\n");
  if (steps > 0)
    text += wrap(fmt::format("{}/step with each launch timed, of which those "
                             "of train_step take {}\n",
                             duration(seconds / double(steps)),
                             duration(ofSteps / double(steps))));
  return text;
}

} // namespace vib::runtime
