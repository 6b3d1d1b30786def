//===- SweepRecord.h - sweep.jsonl ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One line for each run of a sweep that has ended. The file is written again
// whenever a run ends, so that it is always whole. The parts of a sweep share
// it: each reads the lines of the others before it writes, under a lock.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SWEEPRECORD_H
#define VIB_RUNTIME_SWEEPRECORD_H

#include "runtime/SweepGrid.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

enum class RunStatus { Done, Diverged, Failed };
const char *nameOf(RunStatus status);

/// What became of a run.
struct RunOutcome {
  RunStatus status = RunStatus::Done;
  std::string message; ///< Why it is not done.
  /// With validation data.
  std::optional<uint64_t> bestStep = std::nullopt;
  /// Of a run that has diverged and has no checkpoint with its settings.
  std::string settings = "";
};

/// A line of the record: the values of the grid, the status, the figures of the
/// last line of metrics.jsonl, and, with validation data, those of the best
/// epoch as `best`.
std::string describeRun(const SweepRun &run, const RunOutcome &outcome);

class SweepRecord {
public:
  /// `runs` are all runs of the sweep, in the order of the lines. `isShared`
  /// says that other parts write the file, too.
  SweepRecord(const std::string &folder, const std::vector<SweepRun> &runs,
              bool isShared);

  static constexpr const char *fileName = "sweep.jsonl";
  const std::string path;

  /// Reads the file, if there is one.
  void read();
  /// The status of a run that the file has.
  std::optional<RunStatus> statusOf(const std::string &name) const;
  /// The runs that have a line.
  std::vector<std::string> names() const;
  /// RunOutcome::settings of such a run; "" if it has none.
  std::string settingsOf(const std::string &name) const;
  /// Adds the line of a run, in place of an older one, and writes the file.
  /// May be called from several threads.
  void add(const SweepRun &run, const RunOutcome &outcome);

private:
  void write() const;

  struct Line {
    std::string text;
    RunStatus status;
    std::string settings;
  };
  const std::string folder;
  const bool isShared;
  std::map<std::string, size_t> places; ///< Of the runs, by name.
  std::map<std::string, Line> lines;    ///< By the name of the run.
  std::mutex mutex;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_SWEEPRECORD_H
