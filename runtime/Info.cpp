//===- Info.cpp - Describing a model --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Info.h"
#include "runtime/Array.h"
#include "runtime/Console.h"
#include "runtime/CudaKernels.h"
#include "runtime/Dataset.h"
#include "runtime/Error.h"
#include "runtime/Json.h"
#include "runtime/Layout.h"
#include "runtime/Parameter.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace vib::runtime {

namespace {

const char *typeName(uint32_t type) {
  switch (type) {
  case VIB_U8:
    return "uint8";
  case VIB_I32:
    return "int32";
  case VIB_F32:
    return "float32";
  default:
    return "float64";
  }
}

int64_t countParameters(const VibModel &model) {
  int64_t count = 0;
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    count += elementsOf(model.parameters[i]);
  return count;
}

std::string nameOfOptimizer(const VibModel &model) {
  switch (model.optimizer) {
  case VIB_SGD:
    return "sgd";
  case VIB_ADAM:
    return "adam";
  default:
    return "adamw";
  }
}

/// The distribution that init_scale belongs to.
const char *nameOfInit(uint32_t init) {
  switch (init) {
  case VIB_INIT_UNIFORM:
    return "uniform";
  case VIB_INIT_NORMAL:
    return "normal";
  default:
    return "constant";
  }
}

const char *nameOfSchedule(const VibSchedule &schedule) {
  switch (schedule.kind) {
  case VIB_STAIRCASE:
    return "staircase";
  case VIB_EXPONENTIAL:
    return "exponential";
  case VIB_COSINE:
    return "cosine";
  case VIB_LINEAR:
    return "linear";
  case VIB_GEOMETRIC:
    return "geometric";
  default:
    return "constant";
  }
}

/// The schedule in the terms of the dialect.
std::string describeSchedule(const VibSchedule &schedule) {
  std::string text = nameOfSchedule(schedule);
  const char *factor = "rate";
  if (schedule.kind == VIB_COSINE)
    factor = "final";
  if (schedule.kind == VIB_LINEAR || schedule.kind == VIB_GEOMETRIC) {
    text = schedule.kind == VIB_LINEAR ? "linear_warmup" : "exponential_warmup";
    factor = "from";
  }
  if (schedule.kind != VIB_CONSTANT)
    text += fmt::format(" ({} {:g}, epochs {:g})", factor, schedule.factor,
                        schedule.epochs);
  if (schedule.warmup_epochs > 0)
    text +=
        fmt::format(" after a warm-up of {:g} epoch{}", schedule.warmup_epochs,
                    schedule.warmup_epochs == 1 ? "" : "s");
  return text;
}

/// The blocks that training stores in addition to the weights.
const char *nameOfState(const VibModel &model) {
  if (model.moments > 0)
    return model.averaged ? "with moments and average" : "with moments";
  return model.averaged ? "with the average" : nullptr;
}

nlohmann::ordered_json scheduleJson(const VibSchedule &schedule) {
  return {{"kind", nameOfSchedule(schedule)},
          {"factor", schedule.factor},
          {"epochs", schedule.epochs},
          {"warmup_epochs", schedule.warmup_epochs}};
}

std::string describeOptimizer(const VibModel &model) {
  std::string text =
      fmt::format("{}, learning rate {:g}", nameOfOptimizer(model), model.rate);
  if (model.optimizer == VIB_SGD)
    text += fmt::format(", momentum {:g}", model.momentum);
  else
    text += fmt::format(", beta1 {:g}, beta2 {:g}, epsilon {:g}", model.beta1,
                        model.beta2, model.epsilon);
  if (model.weight_decay != 0)
    text += fmt::format(", weight decay {:g}", model.weight_decay);
  return text;
}

/// The features that the machine must have to run the model.
std::string needs(const VibModel &model) {
  if (model.gpu)
    return fmt::format("an NVIDIA GPU of compute capability {} or more",
                       formatCapability(int(model.gpu->capability)));
  std::string features;
  for (const char *at = model.features; *at; ++at)
    features += *at == ',' ? std::string(", ") : std::string(1, *at);
  return features.empty() ? "nothing" : features;
}

std::string bytes(double count) {
  return count >= 1e6   ? fmt::format("{:.1f} MB", count / 1e6)
         : count >= 1e3 ? fmt::format("{:.1f} kB", count / 1e3)
                        : fmt::format("{:.0f} B", count);
}

/// "13", "22.4 k", "106 M": three significant digits.
std::string scaled(double value) {
  const char *units[] = {"", " k", " M", " G", " T"};
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  int decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return fmt::format("{:.{}f}{}", value, decimals, units[unit]);
}

std::string parameterTable(const VibModel &model) {
  Table table({"parameter", "shape", "count"});
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    table.addRow(model.parameters[i].name,
                 {formatShape(fileShape(model.parameters[i])),
                  grouped(elementsOf(model.parameters[i]))});
  table.addRow("all", {"", grouped(countParameters(model))});
  return table.print();
}

std::string kernelTable(const VibModel &model) {
  Table table({"kernel", "blocks", "FLOP", "bytes", "FLOP/byte"});
  std::string entry;
  for (uint32_t i = 0; i < model.num_kernels; ++i) {
    const VibKernel &kernel = model.kernels[i];
    if (entry != kernel.entry)
      table.addTitle(entry = kernel.entry);
    double density = kernel.bytes > 0 ? kernel.flops / kernel.bytes : 0;
    table.addRow(kernel.name,
                 {grouped(kernel.units), scaled(kernel.flops),
                  scaled(kernel.bytes), fmt::format("{:.1f}", density)});
  }
  return table.print();
}

std::string launchTable(const VibModel &model) {
  Table table({"launch", "blocks", "threads", "shared bytes"});
  std::string entry;
  for (uint32_t i = 0; i < model.gpu->num_launches; ++i) {
    const VibLaunch &launch = model.gpu->launches[i];
    if (entry != nameOf(VibGpuEntry(launch.entry)))
      table.addTitle(entry = nameOf(VibGpuEntry(launch.entry)));
    table.addRow(describeKernels(model, launch),
                 {fmt::format("{}", launch.blocks),
                  fmt::format("{}", launch.threads),
                  fmt::format("{}", launch.shared_bytes)});
  }
  return table.print();
}

nlohmann::ordered_json gpuJson(const VibModel &model) {
  using Json = nlohmann::ordered_json;
  const VibGpu &gpu = *model.gpu;
  Json json = {{"arch", gpu.arch},
               {"capability", formatCapability(int(gpu.capability))},
               {"ptx_bytes", gpu.ptx_bytes},
               {"cubin_bytes", gpu.cubin_bytes},
               {"launches", Json::array()}};
  for (uint32_t i = 0; i < gpu.num_launches; ++i) {
    const VibLaunch &launch = gpu.launches[i];
    Json kernels = Json::array();
    for (uint32_t k = 0; k < launch.num_kernels; ++k)
      kernels.push_back(model.kernels[launch.first_kernel + k].name);
    json["launches"].push_back({{"function", launch.function},
                                {"entry", nameOf(VibGpuEntry(launch.entry))},
                                {"blocks", launch.blocks},
                                {"threads", launch.threads},
                                {"shared_bytes", launch.shared_bytes},
                                {"kernels", kernels}});
  }
  return json;
}

} // namespace

std::string describeTraining(const VibModel &model) {
  auto describe = [](const VibSchedule &schedule) {
    return fmt::format("{} (factor {}, epochs {}, warm-up {})",
                       nameOfSchedule(schedule), schedule.factor,
                       schedule.epochs, schedule.warmup_epochs);
  };
  return fmt::format(
      "{} (beta1 {}, beta2 {}, epsilon {}, momentum {}, weight decay {}), rate "
      "{}, beta {}, average {}{}",
      nameOfOptimizer(model), model.beta1, model.beta2, model.epsilon,
      model.momentum, model.weight_decay, describe(model.rate_schedule),
      describe(model.beta_schedule), model.averaged ? model.average_decay : 0,
      model.operands == VIB_BF16   ? ", operands bf16"
      : model.operands == VIB_TF32 ? ", operands tf32"
                                   : "");
}

std::string infoText(const VibModel &model) {
  std::string text;
  auto line = [&](const char *name, const std::string &value) {
    text += wrap(fmt::format("{:<12}{}\n", name, value), lineColumns, 12);
  };
  const VibTensor &input = inputTensor(model);
  Work work = workOf(model, "train_step");

  line("model", model.name);
  line("hash", model.hash);
  line("compiler", model.compiler);
  line("options", model.options);
  line("target", fmt::format("{}, needs {}", model.target, needs(model)));
  line("input", fmt::format("{} {}{}", formatShape(inputShape(model)),
                            typeName(input.type),
                            scalesInput(model) ? ", scaled by the model" : ""));
  line("output", model.likelihood == VIB_CATEGORICAL
                     ? counted(model.outputs, "class", "classes")
                     : counted(model.outputs, "target"));
  line("latents", fmt::format("{}, {} a step", model.latents,
                              counted(model.samples, "draw")));
  line("type", typeName(model.type));
  line("training", fmt::format("batch {}, {}, seed {}", model.batch,
                               counted(model.epochs, "epoch"), model.seed));
  line("optimizer", describeOptimizer(model));
  line("schedule", describeSchedule(model.rate_schedule));
  line("beta", model.rated ? fmt::format("{:g}, {}", model.beta,
                                         describeSchedule(model.beta_schedule))
                           : "none: the loss has no rate");
  line("average", model.averaged ? fmt::format("decay {:g}, zero-debiased",
                                               model.average_decay)
                                 : "none");
  std::string weights = fmt::format("{} of weights with padding, ",
                                    bytes(double(model.block_bytes)));
  if (const char *state = nameOfState(model))
    weights += fmt::format(
        "{} {}, ",
        bytes(double(model.block_bytes) * (1 + model.moments + model.averaged)),
        state);
  line("memory", fmt::format("{}{} of batch and intermediates", weights,
                             bytes(double(model.arena_bytes))));
  if (work.flops > 0)
    line("step", fmt::format("{} FLOP, {} of memory traffic",
                             scaled(work.flops), bytes(work.bytes)));

  text += "\n" + parameterTable(model);
  if (model.num_kernels > 0)
    text += "\n" + kernelTable(model);
  return model.gpu ? text + "\n" + launchTable(model) : text;
}

std::string infoJson(const VibModel &model) {
  using Json = nlohmann::ordered_json;
  std::vector<int64_t> shape = inputShape(model);
  shape.insert(shape.begin(), model.batch);
  Work work = workOf(model, "train_step");
  Json json = {
      {"model", model.name},
      {"hash", model.hash},
      {"compiler", model.compiler},
      {"options", model.options},
      {"target", model.target},
      {"features", model.features},
      {"type", typeName(model.type)},
      {"input",
       {{"type", typeName(inputTensor(model).type)}, {"shape", shape}}},
      {"likelihood",
       model.likelihood == VIB_CATEGORICAL ? "categorical" : "normal"},
      {"outputs", model.outputs},
      {"latents", model.latents},
      {"batch", model.batch},
      {"samples", model.samples},
      {"epochs", model.epochs},
      {"seed", model.seed},
      {"optimizer", nameOfOptimizer(model)},
      {"lr", model.rate},
      {"schedule", scheduleJson(model.rate_schedule)},
      {"beta", model.rated ? Json(model.beta) : Json(nullptr)},
      {"beta_schedule",
       model.rated ? Json(scheduleJson(model.beta_schedule)) : Json(nullptr)},
      {"average", model.averaged ? Json(model.average_decay) : Json(nullptr)},
      {"weight_bytes", model.block_bytes},
      {"arena_bytes", model.arena_bytes},
      {"flops_per_step", work.flops},
      {"bytes_per_step", work.bytes},
      {"num_parameters", countParameters(model)},
      {"parameters", Json::array()},
      {"kernels", Json::array()}};
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    json["parameters"].push_back(
        {{"name", model.parameters[i].name},
         {"shape", fileShape(model.parameters[i])},
         {"type", typeName(model.parameters[i].type)},
         {"init", nameOfInit(model.parameters[i].init)},
         {"init_scale", model.parameters[i].init_scale}});
  for (uint32_t i = 0; i < model.num_kernels; ++i)
    json["kernels"].push_back({{"name", model.kernels[i].name},
                               {"entry", model.kernels[i].entry},
                               {"units", model.kernels[i].units},
                               {"flops", model.kernels[i].flops},
                               {"bytes", model.kernels[i].bytes}});
  if (model.gpu)
    json["gpu"] = gpuJson(model);
  return dumpJson(json);
}

int runInfo(const VibModel &model, const Options &options) {
  printText(options.json ? infoJson(model) + "\n" : infoText(model));
  return 0;
}

} // namespace vib::runtime
