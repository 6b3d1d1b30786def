//===- SweepRecord.cpp - sweep.jsonl --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/SweepRecord.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Json.h"
#include "runtime/OutputDirectory.h"
#include "runtime/TrainingRun.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

namespace vib::runtime {

using Json = nlohmann::ordered_json;

static constexpr const char *settingsKey = "settings";
static constexpr RunStatus statuses[] = {RunStatus::Done, RunStatus::Diverged,
                                         RunStatus::Failed};

const char *nameOf(RunStatus status) {
  switch (status) {
  case RunStatus::Done:
    return "done";
  case RunStatus::Diverged:
    return "diverged";
  case RunStatus::Failed:
    break;
  }
  return "failed";
}

static std::vector<Json> readJsonLines(const std::string &path) {
  std::vector<Json> lines;
  if (!fileExists(path))
    return lines;
  Bytes bytes = readFile(path);
  for (auto begin = bytes.begin(); begin != bytes.end();) {
    auto end = std::find(begin, bytes.end(), '\n');
    lines.push_back(Json::parse(begin, end, nullptr,
                                /*allow_exceptions=*/false));
    begin = end == bytes.end() ? end : end + 1;
  }
  return lines;
}

std::string describeRun(const SweepRun &run, const RunOutcome &outcome) {
  Json line;
  line["run"] = run.name;
  for (const auto &[name, value] : run.values)
    line[name] = Json::parse(value);
  line["status"] = nameOf(outcome.status);
  if (!outcome.message.empty())
    line["message"] = outcome.message;
  if (!outcome.settings.empty())
    line[settingsKey] = outcome.settings;
  // A run that failed may have none, or those of an older run.
  if (outcome.status == RunStatus::Failed)
    return dumpJson(line);
  std::vector<Json> metrics =
      readJsonLines(joinPath(run.options.out, metricsName));
  if (!metrics.empty() && metrics.back().is_object())
    for (const auto &[name, value] : metrics.back().items())
      if (!line.contains(name))
        line[name] = value;
  if (!run.options.validation)
    return dumpJson(line);
  line["best"] = nullptr;
  for (const Json &its : metrics)
    if (outcome.bestStep && its.is_object() && line["best"].is_null() &&
        its.value("split", "") == "validation" &&
        its.value("step", uint64_t(0)) == *outcome.bestStep)
      line["best"] = its;
  return dumpJson(line);
}

SweepRecord::SweepRecord(const std::string &folder,
                         const std::vector<SweepRun> &runs, bool isShared)
    : path(joinPath(folder, fileName)), folder(folder), isShared(isShared) {
  for (const SweepRun &run : runs)
    places.emplace(run.name, places.size());
}

void SweepRecord::read() {
  size_t number = 0;
  for (const Json &line : readJsonLines(path)) {
    ++number;
    const RunStatus *status = nullptr;
    if (line.is_object() && line.contains("run") && line["run"].is_string() &&
        line.contains("status"))
      for (const RunStatus &known : statuses)
        if (line["status"] == nameOf(known))
          status = &known;
    if (!status)
      fail("{}: line {} is not a line of a sweep: put the file back, or give "
           "another --out",
           path, number);
    auto settings = line.find(settingsKey);
    bool hasSettings = settings != line.end() && settings->is_string();
    lines[line["run"].get<std::string>()] = {
        dumpJson(line), *status,
        hasSettings ? settings->get<std::string>() : std::string()};
  }
}

std::optional<RunStatus> SweepRecord::statusOf(const std::string &name) const {
  auto found = lines.find(name);
  return found == lines.end() ? std::nullopt
                              : std::optional(found->second.status);
}

std::vector<std::string> SweepRecord::names() const {
  std::vector<std::string> names;
  for (const auto &[name, line] : lines)
    names.push_back(name);
  return names;
}

std::string SweepRecord::settingsOf(const std::string &name) const {
  auto found = lines.find(name);
  return found == lines.end() ? "" : found->second.settings;
}

/// Locks the folder for the moment of a write. Another part that writes is done
/// soon.
static std::unique_ptr<OutputDirectory> waitForLock(const std::string &folder) {
  constexpr int attempts = 300;
  for (int attempt = 1;; ++attempt) {
    try {
      return std::make_unique<OutputDirectory>(
          folder, std::vector<std::string>{SweepRecord::fileName});
    } catch (const DirectoryLocked &) {
      if (attempt == attempts)
        throw;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

void SweepRecord::add(const SweepRun &run, const RunOutcome &outcome) {
  std::string line = describeRun(run, outcome);
  std::lock_guard<std::mutex> guard(mutex);
  std::unique_ptr<OutputDirectory> lock;
  if (isShared) {
    lock = waitForLock(folder);
    read();
  }
  lines[run.name] = {std::move(line), outcome.status, outcome.settings};
  write();
}

void SweepRecord::write() const {
  // Runs that are not in the grid of this sweep come first.
  std::map<std::pair<size_t, std::string>, const Line *> ordered;
  for (const auto &[name, line] : lines) {
    auto place = places.find(name);
    ordered[{place == places.end() ? 0 : place->second + 1, name}] = &line;
  }
  AtomicFile file(path);
  for (const auto &[place, line] : ordered)
    file.write(line->text + "\n");
  file.commit();
}

} // namespace vib::runtime
