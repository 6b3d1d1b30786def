//===- SweepGrid.cpp - The runs of a sweep --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/SweepGrid.h"
#include "runtime/CommandFlags.h"
#include "runtime/File.h"
#include "runtime/Json.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <map>
#include <set>

namespace vib::runtime {

static constexpr const char *gridFlag = "--grid";
static constexpr const char *seedName = "seed";
/// More folders than this are a mistake.
static constexpr uint64_t mostRuns = 1000000;

/// Sets the option of a name of the grid. Returns the value as JSON.
static std::string setValue(const VibModel &model, const std::string &name,
                            const std::string &value, Options &options) {
  std::string flag = fmt::format("{} {}", gridFlag, name);
  if (name == "lr") {
    options.rate = parseReal(flag, value, largestOf(model));
    return numberJson(*options.rate);
  }
  if (name == seedName) {
    options.seed = parseWhole(flag, value, 0, UINT64_MAX);
    return std::to_string(*options.seed);
  }
  if (name == "epochs") {
    options.epochs = int64_t(parseWhole(flag, value, 1, maxEpochs));
    return std::to_string(*options.epochs);
  }
  if (name == "steps") {
    options.steps = parseWhole(flag, value, 1, maxCount);
    return std::to_string(*options.steps);
  }
  if (name == "init") {
    options.init = value;
    return quoteJson(value);
  }
  std::map<std::string, double> others = std::move(options.coefficients);
  options.coefficients.clear();
  setCoefficient(gridFlag, model, name, value, options);
  std::string json = numberJson(options.coefficients.begin()->second);
  options.coefficients.merge(others);
  return json;
}

/// The name of a coefficient that flags and metrics have.
static std::string findName(const VibModel &model, const std::string &name) {
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (name == coefficient.name)
      return nameOf(model, coefficient);
  return name;
}

static std::vector<std::string> split(const std::string &text, char at) {
  std::vector<std::string> parts(1);
  for (char c : text)
    if (c == at)
      parts.emplace_back();
    else
      parts.back() += c;
  return parts;
}

std::string listAxes(const VibModel &model) {
  std::string names;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    names += fmt::format("{}, ", nameOf(model, coefficient));
  return names + "lr, seed, epochs, steps or init";
}

static bool isKnown(const VibModel &model, const std::string &name) {
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (name == nameOf(model, coefficient))
      return true;
  const std::set<std::string> others = {"lr", seedName, "epochs", "steps",
                                        "init"};
  return others.count(name) > 0;
}

void addAxis(const std::string &text, const VibModel &model, Options &options) {
  size_t equal = text.find('=');
  if (equal == std::string::npos || equal == 0)
    throw CLI::ValidationError(
        fmt::format("{}: expected NAME=V1,V2,…, got '{}'", gridFlag, text));
  GridAxis axis;
  axis.name = findName(model, text.substr(0, equal));
  axis.values = split(text.substr(equal + 1), ',');
  if (!isKnown(model, axis.name))
    throw CLI::ValidationError(fmt::format(
        "{}: expected {}, got '{}'", gridFlag, listAxes(model), axis.name));
  for (const GridAxis &other : options.grid)
    if (other.name == axis.name)
      throw CLI::ValidationError(
          fmt::format("{}: {} is given twice: give all its values at once",
                      gridFlag, axis.name));
  std::map<std::string, std::string> seen;
  for (const std::string &value : axis.values) {
    if (value.empty())
      throw CLI::ValidationError(
          fmt::format("{}: a value is empty in '{}'", gridFlag, text));
    Options scratch;
    auto [other, isNew] =
        seen.emplace(setValue(model, axis.name, value, scratch), value);
    if (!isNew)
      throw CLI::ValidationError(
          other->second == value
              ? fmt::format("{}: {} has the value {} twice", gridFlag,
                            axis.name, value)
              : fmt::format("{}: the values {} and {} of {} are the same "
                            "number",
                            gridFlag, other->second, value, axis.name));
  }
  options.grid.push_back(std::move(axis));
}

void setSeeds(const std::string &text, Options &options) {
  std::vector<std::string> ends = split(text, ':');
  if (ends.size() != 2)
    throw CLI::ValidationError(fmt::format(
        "--seeds: expected A:B, the seeds from A to B - 1, got '{}'", text));
  uint64_t first = parseWhole("--seeds", ends[0], 0, UINT64_MAX),
           end = parseWhole("--seeds", ends[1], 0, UINT64_MAX);
  if (first >= end)
    throw CLI::ValidationError(
        fmt::format("--seeds: {} has no seed: B is not among the seeds, so it "
                    "is larger than A",
                    text));
  if (end - first > mostRuns)
    throw CLI::ValidationError(
        fmt::format("--seeds: {} has {} seeds, expected at most {}", text,
                    end - first, mostRuns));
  GridAxis axis = {seedName, {}};
  for (uint64_t seed = first; seed < end; ++seed)
    axis.values.push_back(std::to_string(seed));
  options.seeds = std::move(axis);
}

void setPart(const std::string &text, Options &options) {
  std::vector<std::string> parts = split(text, '/');
  if (parts.size() != 2)
    throw CLI::ValidationError(fmt::format(
        "--part: expected I/N, the share I of N, such as 1/4, got '{}'", text));
  options.parts = parseWhole("--part", parts[1], 1, mostRuns);
  options.part = parseWhole("--part", parts[0], 1, options.parts);
}

std::string findContradictionOfSweep(const VibModel &model,
                                     const Options &options) {
  if (options.command != Command::Sweep)
    return "";
  if (options.grid.empty() && !options.seeds)
    return "expected --grid or --seeds: what the runs differ in";
  auto given = [&](const std::string &name) -> std::string {
    if (name == "lr")
      return options.rate ? "--lr" : "";
    if (name == seedName)
      return options.seed ? "--seed" : "";
    if (name == "epochs")
      return options.epochs ? "--epochs" : "";
    if (name == "steps")
      return options.steps ? "--steps" : "";
    if (name == "init")
      return options.init.empty() ? "" : "--init";
    bool isSet = options.coefficients.count(name) > 0;
    return !isSet ? "" : name == "beta" ? "--beta" : "--coefficient " + name;
  };
  double runs = options.seeds ? double(options.seeds->values.size()) : 1;
  for (const GridAxis &axis : options.grid) {
    runs *= double(axis.values.size());
    std::string flag = given(axis.name);
    if (axis.name == seedName && options.seeds)
      flag = "--seeds";
    if (!flag.empty())
      return fmt::format("{} and --grid {}=… contradict each other: give one "
                         "of them",
                         flag, axis.name);
  }
  if (options.seeds && options.seed)
    return "--seed and --seeds contradict each other: give one of them";
  if (runs > double(mostRuns))
    return fmt::format("--grid: {:.0f} runs, expected at most {}", runs,
                       mostRuns);
  if (model.gpu && options.jobs > 1)
    return fmt::format("--jobs: this program runs on a GPU, on which a sweep "
                       "trains one run after another: expected 1, got {}",
                       options.jobs);
  std::set<std::string> names;
  for (const SweepRun &run : listRuns(model, options))
    if (!names.insert(run.name).second)
      return fmt::format("--grid: two runs would have the folder {}: a / in a "
                         "value is written as _",
                         run.name);
  return "";
}

std::vector<SweepRun> listRuns(const VibModel &model, const Options &options) {
  std::vector<GridAxis> axes = options.grid;
  // Every name ends with the seed.
  auto seed = std::find_if(axes.begin(), axes.end(), [](const GridAxis &axis) {
    return axis.name == seedName;
  });
  if (seed != axes.end())
    std::rotate(seed, seed + 1, axes.end());
  else if (options.seeds)
    axes.push_back(*options.seeds);
  else
    axes.push_back(
        {seedName, {std::to_string(options.seed.value_or(model.seed))}});

  std::vector<SweepRun> runs(1);
  runs.front().options = options;
  runs.front().options.grid.clear();
  runs.front().options.seeds.reset();
  for (const GridAxis &axis : axes) {
    std::vector<SweepRun> more;
    for (const SweepRun &run : runs)
      for (const std::string &value : axis.values) {
        SweepRun next = run;
        next.values.emplace_back(
            axis.name, setValue(model, axis.name, value, next.options));
        next.name += fmt::format("{}{}={}", run.name.empty() ? "" : ",",
                                 axis.name, value);
        more.push_back(std::move(next));
      }
    runs = std::move(more);
  }
  for (SweepRun &run : runs) {
    std::replace(run.name.begin(), run.name.end(), '/', '_');
    run.options.out = joinPath(options.out, run.name);
  }
  return runs;
}

} // namespace vib::runtime
