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
#include "runtime/ModelLists.h"
#include "runtime/Parameter.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"
#include "runtime/Schedule.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

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
  case VIB_ADABELIEF:
    return "adabelief";
  case VIB_RMSPROP:
    return "rmsprop";
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
  case VIB_INIT_EXAMPLES:
    return "examples";
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
  case VIB_DUAL:
    return "dual";
  default:
    return "constant";
  }
}

/// The end of a ramp that is not the base value, or null if this is no ramp. If
/// both are, the one that the first version of the language wrote.
const VibScheduleEnd *writtenEnd(const VibSchedule &schedule) {
  if (schedule.kind != VIB_COSINE && schedule.kind != VIB_LINEAR &&
      schedule.kind != VIB_GEOMETRIC)
    return nullptr;
  for (const VibScheduleEnd *end : {&schedule.from, &schedule.to})
    if (!(end->relative && end->value == 1))
      return end;
  return schedule.kind == VIB_COSINE ? &schedule.to : &schedule.from;
}

/// The number that the schedules of the first version had: that of a decay, or
/// the end of a ramp as a factor of the base value.
double factorOf(const VibSchedule &schedule) {
  const VibScheduleEnd *end = writtenEnd(schedule);
  return end ? end->value : schedule.factor;
}

/// Whether the schedule has no more than those of the first version.
bool isPlain(const VibSchedule &schedule) {
  return schedule.from.relative && schedule.to.relative &&
         schedule.delay_epochs == 0 && schedule.cycles == 1 &&
         std::isinf(schedule.cap);
}

/// ", delay 1, cycles 4, cap 0.1": what the schedule has of these.
std::string describeDetails(const VibSchedule &schedule) {
  std::string text;
  if (schedule.delay_epochs > 0)
    text += fmt::format(", delay {:g}", schedule.delay_epochs);
  if (schedule.cycles > 1)
    text += fmt::format(", cycles {:g}", schedule.cycles);
  if (std::isfinite(schedule.cap))
    text += fmt::format(", cap {:g}", schedule.cap);
  return text;
}

/// The schedule in the terms of the dialect.
std::string describeSchedule(const VibModel &model,
                             const VibSchedule &schedule) {
  std::string text = nameOfSchedule(schedule);
  const VibScheduleEnd *end = writtenEnd(schedule);
  const char *field = "rate";
  if (end)
    field = end == &schedule.from ? "from" : "to";
  if (end && end->relative) {
    if (schedule.kind == VIB_COSINE)
      field = "final";
    else
      text =
          schedule.kind == VIB_LINEAR ? "linear_warmup" : "exponential_warmup";
  }
  if (isDual(schedule))
    return fmt::format("{} ({}, target {:g}, step {:g})", text,
                       model.figures[schedule.figure].name, schedule.to.value,
                       schedule.factor);
  if (schedule.kind != VIB_CONSTANT)
    text += fmt::format(" ({} {:g}, epochs {:g}{})", field, factorOf(schedule),
                        schedule.epochs, describeDetails(schedule));
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

nlohmann::ordered_json scheduleJson(const VibModel &model,
                                    const VibSchedule &schedule) {
  nlohmann::ordered_json json = {{"kind", nameOfSchedule(schedule)}};
  if (isDual(schedule)) {
    json["rate"] = model.figures[schedule.figure].name;
    json["target"] = schedule.to.value;
    json["step"] = schedule.factor;
    return json;
  }
  const VibScheduleEnd *end = writtenEnd(schedule);
  if (!end || end->relative)
    json["factor"] = factorOf(schedule);
  else
    json[end == &schedule.from ? "from" : "to"] = end->value;
  json["epochs"] = schedule.epochs;
  json["warmup_epochs"] = schedule.warmup_epochs;
  if (!isPlain(schedule)) {
    json["delay_epochs"] = schedule.delay_epochs;
    json["cycles"] = schedule.cycles;
    json["cap"] = std::isfinite(schedule.cap)
                      ? nlohmann::ordered_json(schedule.cap)
                      : nlohmann::ordered_json(nullptr);
  }
  return json;
}

std::string describeOptimizer(const VibModel &model) {
  std::string text =
      fmt::format("{}, learning rate {:g}", nameOfOptimizer(model), model.rate);
  if (model.optimizer == VIB_RMSPROP)
    text +=
        fmt::format(", decay {:g}, epsilon {:g}", model.beta2, model.epsilon);
  if (model.optimizer == VIB_SGD || model.optimizer == VIB_RMSPROP)
    text += fmt::format(", momentum {:g}", model.momentum);
  else
    text += fmt::format(", beta1 {:g}, beta2 {:g}, epsilon {:g}", model.beta1,
                        model.beta2, model.epsilon);
  if (model.weight_decay != 0)
    text += fmt::format(", weight decay {:g}{}", model.weight_decay,
                        model.decays_weights_only ? " of weights" : "");
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

/// Whether training minimizes something else than the likelihood of a target,
/// for which evaluation has a figure: the one with a divisor.
bool hasObjective(const VibModel &model, const VibTarget &target) {
  List<VibFigure> figures = figuresOf(model);
  return std::any_of(
      figures.begin(), figures.end(), [&](const VibFigure &figure) {
        return figure.divisor && &model.targets[figure.target] == &target;
      });
}

/// In the terms of the dialect.
const char *nameOfClip(const VibModel &model) {
  return model.clip == VIB_CLIP_VALUE ? "value" : "global_norm";
}

/// "global_norm 0.5".
std::string describeClip(const VibModel &model) {
  return fmt::format("{} {:g}", nameOfClip(model), model.clip_limit);
}

} // namespace

/// Checkpoints contain this text, so what the first version had keeps its form.
static std::string describeExactly(const VibModel &model,
                                   const VibSchedule &schedule) {
  if (isDual(schedule))
    return fmt::format("dual ({}, target {}, step {})",
                       model.figures[schedule.figure].name, schedule.to.value,
                       schedule.factor);
  if (isPlain(schedule))
    return fmt::format("{} (factor {}, epochs {}, warm-up {})",
                       nameOfSchedule(schedule), factorOf(schedule),
                       schedule.epochs, schedule.warmup_epochs);
  auto describeEnd = [](const VibScheduleEnd &end) {
    return end.relative ? fmt::format("{} x", end.value)
                        : fmt::format("{}", end.value);
  };
  return fmt::format("{} (from {}, to {}, epochs {}, delay {}, cycles {}, cap "
                     "{}, warm-up {})",
                     nameOfSchedule(schedule), describeEnd(schedule.from),
                     describeEnd(schedule.to), schedule.epochs,
                     schedule.delay_epochs, schedule.cycles, schedule.cap,
                     schedule.warmup_epochs);
}

std::string describeTraining(const VibModel &model) {
  const VibCoefficient *beta = betaOf(model);
  std::string others;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (&coefficient != beta)
      others += fmt::format(", {} {}", coefficient.name,
                            describeExactly(model, coefficient.schedule));
  if (model.clip != VIB_NO_CLIP)
    others += fmt::format(", clip {} {}", nameOfClip(model), model.clip_limit);
  return fmt::format("{} (beta1 {}, beta2 {}, epsilon {}, momentum {}, weight "
                     "decay {}{}), rate "
                     "{}, beta {}, average {}{}{}",
                     nameOfOptimizer(model), model.beta1, model.beta2,
                     model.epsilon, model.momentum, model.weight_decay,
                     model.decays_weights_only ? " of weights" : "",
                     describeExactly(model, model.rate_schedule),
                     beta ? describeExactly(model, beta->schedule)
                          : "constant (factor 1, epochs 0, warm-up 0)",
                     model.averaged ? model.average_decay : 0, others,
                     model.operands == VIB_BF16   ? ", operands bf16"
                     : model.operands == VIB_TF32 ? ", operands tf32"
                                                  : "");
}

/// What tells an entry of a list from its neighbours: "image: ". "" for the
/// only one.
static std::string nameAmong(uint32_t count, const char *name) {
  return count == 1 ? "" : fmt::format("{}: ", name);
}

static const char *describeScaling(const VibModel &model, uint32_t input) {
  for (const VibState &slot : stateOf(model))
    if (slot.input == input && !isRunning(slot))
      return ", standardized by the model";
  return model.inputs[input].scaled ? ", scaled by the model" : "";
}

std::string infoText(const VibModel &model) {
  std::string text;
  auto line = [&](const char *name, const std::string &value) {
    text += wrap(fmt::format("{:<12}{}\n", name, value), lineColumns, 12);
  };
  Work work = workOf(model, "train_step");

  line("model", model.name);
  line("hash", model.hash);
  line("compiler", model.compiler);
  line("options", model.options);
  line("target", fmt::format("{}, needs {}", model.target, needs(model)));
  for (uint32_t i = 0; i < model.num_inputs; ++i) {
    const VibInput &input = model.inputs[i];
    line("input",
         fmt::format("{}{} {}{}{}", nameAmong(model.num_inputs, input.name),
                     formatShape(inputShape(model, i)),
                     typeName(inputTensor(model, i).type),
                     hasTokens(input) ? fmt::format(", tokens from 0 to {}",
                                                    input.values - 1)
                                      : describeScaling(model, i),
                     input.bypassed ? ", which decoders read beside z" : ""));
  }
  for (const VibTarget &target : targetsOf(model))
    line("output",
         nameAmong(model.num_targets, target.name) +
             (hasClasses(target) ? counted(target.outputs, "class", "classes")
              : isReconstruction(target)
                  ? counted(target.outputs, "number") + ", those of the input"
                  : counted(target.outputs, "target")) +
             fmt::format(", {} likelihood{}", target.likelihood,
                         hasObjective(model, target)
                             ? ", smoothed or weighted in training"
                             : ""));
  for (const VibStream &stream : streamsOf(model))
    line("latents",
         fmt::format("{}{}{}, {} a step{}",
                     nameAmong(model.num_streams, stream.name), stream.latents,
                     drawsClasses(stream)
                         ? fmt::format(", the classes of {}",
                                       counted(stream.rate_parts, "variable"))
                         : "",
                     counted(stream.samples, "draw"),
                     !stream.rate ? ", a prior that is given the label"
                     : hasDrawnRate(model, stream) ? ", a mixture as prior"
                                                   : ""));
  for (const VibParameter &parameter : parametersOf(model))
    if (beginsAsExamples(parameter))
      line("VampPrior",
           fmt::format("{}, {}", parameter.name,
                       counted(parameter.shape[0], "pseudo-input")));
  line("type", typeName(model.type));
  line("loss", describeLoss(model, {}));
  line("training", fmt::format("batch {}, {}, seed {}", model.batch,
                               counted(model.epochs, "epoch"), model.seed));
  line("optimizer", describeOptimizer(model));
  line("schedule", describeSchedule(model, model.rate_schedule));
  auto describe = [&](const VibCoefficient &coefficient) {
    return fmt::format("{:g}, {}", coefficient.value,
                       describeSchedule(model, coefficient.schedule));
  };
  const VibCoefficient *beta = betaOf(model);
  line("beta", beta ? describe(*beta)
               : hasRateTerm(model)
                   ? "none: the coefficient of the rate is fixed"
                   : "none: the loss has no rate");
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (&coefficient != beta)
      line(coefficient.name, describe(coefficient));
  if (model.clip != VIB_NO_CLIP)
    line("clip", describeClip(model));
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

  for (const VibState &slot : stateOf(model))
    line("statistic",
         fmt::format(
             "{}, {} of {}", slot.name,
             formatShape({slot.shape, slot.shape + 1}),
             isRunning(slot)
                 ? std::string("the batches")
                 : fmt::format("the input {}", model.inputs[slot.input].name)));

  text += "\n" + parameterTable(model);
  if (model.num_kernels > 0)
    text += "\n" + kernelTable(model);
  return model.gpu ? text + "\n" + launchTable(model) : text;
}

std::string infoJson(const VibModel &model) {
  using Json = nlohmann::ordered_json;
  auto inputJson = [&](uint32_t input) {
    std::vector<int64_t> shape = inputShape(model, input);
    shape.insert(shape.begin(), model.batch);
    return Json{{"type", typeName(inputTensor(model, input).type)},
                {"shape", shape}};
  };
  const VibStream &stream = model.streams[0];
  Work work = workOf(model, "train_step");
  const VibCoefficient *beta = betaOf(model);
  Json json = {
      {"model", model.name},
      {"hash", model.hash},
      {"compiler", model.compiler},
      {"options", model.options},
      {"target", model.target},
      {"features", model.features},
      {"type", typeName(model.type)},
      {"input", inputJson(0)},
      {"likelihood", model.targets[0].likelihood},
      {"outputs", model.targets[0].outputs},
      {"latents", stream.latents},
      {"batch", model.batch},
      {"samples", stream.samples},
      {"epochs", model.epochs},
      {"seed", model.seed},
      {"optimizer", nameOfOptimizer(model)},
      {"lr", model.rate},
      {"schedule", scheduleJson(model, model.rate_schedule)},
      {"beta", beta ? Json(beta->value) : Json(nullptr)},
      {"beta_schedule",
       beta ? Json(scheduleJson(model, beta->schedule)) : Json(nullptr)},
      {"coefficients", Json::object()},
      {"average", model.averaged ? Json(model.average_decay) : Json(nullptr)},
      {"weight_bytes", model.block_bytes},
      {"arena_bytes", model.arena_bytes},
      {"flops_per_step", work.flops},
      {"bytes_per_step", work.bytes},
      {"inputs", Json::object()},
      {"targets", Json::object()},
      {"posteriors", Json::object()},
      {"num_parameters", countParameters(model)},
      {"parameters", Json::array()},
      {"statistics", Json::array()},
      {"kernels", Json::array()}};
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    json["coefficients"][nameOf(model, coefficient)] = {
        {"kind", isTemperature(coefficient) ? "temperature" : "factor"},
        {"value", coefficient.value},
        {"schedule", scheduleJson(model, coefficient.schedule)}};
  if (model.clip != VIB_NO_CLIP)
    json["clip"] = describeClip(model);
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    json["inputs"][model.inputs[i].name] = inputJson(i);
  json["loss"] = describeLoss(model, {});
  for (const VibTarget &target : targetsOf(model))
    json["targets"][target.name] = {{"likelihood", target.likelihood},
                                    {"outputs", target.outputs}};
  for (const VibStream &each : streamsOf(model))
    json["posteriors"][each.name] = {{"latents", each.latents},
                                     {"samples", each.samples}};
  for (uint32_t i = 0; i < model.num_parameters; ++i)
    json["parameters"].push_back(
        {{"name", model.parameters[i].name},
         {"shape", fileShape(model.parameters[i])},
         {"type", typeName(model.parameters[i].type)},
         {"init", nameOfInit(model.parameters[i].init)},
         {"init_scale", model.parameters[i].init_scale}});
  for (const VibState &slot : stateOf(model))
    json["statistics"].push_back(
        {{"name", slot.name},
         {"shape", {slot.shape[0]}},
         {"input",
          isRunning(slot) ? Json() : Json(model.inputs[slot.input].name)}});
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
