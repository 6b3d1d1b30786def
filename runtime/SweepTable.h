//===- SweepTable.h - The progress of a sweep -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On a terminal, a table of all runs below the permanent lines, or of those
// that matter most if the terminal is too small. Otherwise a line for each run
// that has ended.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SWEEPTABLE_H
#define VIB_RUNTIME_SWEEPTABLE_H

#include "runtime/Console.h"
#include "runtime/Progress.h"

#include <chrono>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace vib::runtime {

/// The rows may be updated from several threads. As a display it has permanent
/// lines only. It prints the messages of all threads above the table.
class SweepTable final : public Display, private MessagePrinter {
public:
  enum class State { Waiting, Running, Done, Diverged, Failed, Skipped };

  /// If it is not `enabled`, nothing but warnings is printed.
  SweepTable(std::vector<std::string> names, bool enabled);
  ~SweepTable() override { clear(); }

  bool isLive() const override { return false; }
  void keep(const std::string &line) override;
  void warn(const std::string &text) override { print("warning", text); }
  bool due() override { return false; }
  void training(const LiveFigures &) override {}
  void working(const std::string &, int64_t, int64_t) override {}

  void start(size_t row);
  /// Sets the part of a run that is done, and its present figures.
  void update(size_t row, double fraction, std::string figures);
  /// Sets what became of a run, with its last figures or a message.
  void end(size_t row, State state, std::vector<std::string> items);
  /// Redraws the table, if there is one. To be called ten times a second.
  void redraw();
  /// Leaves the table on the screen, and adds permanent lines below it.
  void leave() { drawn = 0; }
  /// The number of runs in a state.
  size_t count(State state) const;

private:
  struct Row {
    std::string name;
    State state = State::Waiting;
    double begun = -1, fraction = 0; ///< Of the run, in [0, 1].
    std::string figures;
  };

  /// Prints a message, once: what is true of one run often is of all.
  void print(const char *kind, const std::string &text) override;
  std::vector<std::string> lines(size_t most, int width) const;
  std::string summary() const;
  double secondsLeft() const;
  void clear();

  mutable std::recursive_mutex mutex;
  std::vector<Row> rows;
  size_t nameWidth = 0;
  const bool enabled;
  const bool live;
  size_t drawn = 0; ///< The number of lines of the table on the screen.
  std::set<std::string> messages; ///< That were printed.
  std::chrono::steady_clock::time_point begin =
      std::chrono::steady_clock::now();
};

/// The row of a run as the display of its training.
class SweepRow final : public Display {
public:
  SweepRow(SweepTable &table, size_t row) : table(table), row(row) {}

  bool isLive() const override { return true; }
  void keep(const std::string &) override {}
  void warn(const std::string &text) override { table.warn(text); }
  bool due() override;
  void training(const LiveFigures &live) override;
  void working(const std::string &, int64_t, int64_t) override {}

private:
  SweepTable &table;
  size_t row;
  std::chrono::steady_clock::time_point last;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_SWEEPTABLE_H
