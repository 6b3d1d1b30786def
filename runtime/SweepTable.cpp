//===- SweepTable.cpp - The progress of a sweep ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/SweepTable.h"
#include "runtime/Error.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

static const char *nameOf(SweepTable::State state) {
  switch (state) {
  case SweepTable::State::Waiting:
    return "waiting";
  case SweepTable::State::Running:
    return "running";
  case SweepTable::State::Done:
    return "done";
  case SweepTable::State::Diverged:
    return "diverged";
  case SweepTable::State::Failed:
    return "failed";
  case SweepTable::State::Skipped:
    break;
  }
  return "done before";
}

SweepTable::SweepTable(std::vector<std::string> names, bool enabled)
    : enabled(enabled), live(enabled && isLiveTerminal()) {
  for (std::string &name : names) {
    nameWidth = std::max(nameWidth, countColumns(name));
    rows.emplace_back();
    rows.back().name = std::move(name);
  }
}

void SweepTable::keep(const std::string &line) {
  if (!enabled)
    return;
  std::lock_guard<std::recursive_mutex> guard(mutex);
  clear();
  printText(escapeControl(line) + "\n");
  flushOutput();
}

void SweepTable::print(const char *kind, const std::string &text) {
  std::lock_guard<std::recursive_mutex> guard(mutex);
  if (!messages.insert(text).second)
    return;
  clear();
  printMessage(kind, text);
}

void SweepTable::start(size_t row) {
  std::lock_guard<std::recursive_mutex> guard(mutex);
  rows[row].state = State::Running;
}

void SweepTable::update(size_t row, double fraction, std::string figures) {
  std::lock_guard<std::recursive_mutex> guard(mutex);
  if (rows[row].begun < 0)
    rows[row].begun = fraction;
  rows[row].fraction = fraction;
  rows[row].figures = std::move(figures);
}

void SweepTable::end(size_t row, State state, std::vector<std::string> items) {
  std::lock_guard<std::recursive_mutex> guard(mutex);
  Row &its = rows[row];
  its.state = state;
  its.fraction = 1;
  // What was done before tells nothing about the time that is left.
  its.begun = state == State::Skipped ? 1 : std::max(its.begun, 0.0);
  its.figures = fmt::format("{}", fmt::join(items, "  "));
  if (live || state == State::Skipped)
    return;
  items.insert(items.begin(), fmt::format("{}: {}", its.name, nameOf(state)));
  items.push_back(summary());
  keep(joinItems(items));
}

size_t SweepTable::count(State state) const {
  std::lock_guard<std::recursive_mutex> guard(mutex);
  return size_t(std::count_if(rows.begin(), rows.end(), [&](const Row &row) {
    return row.state == state;
  }));
}

/// By what has been done since the beginning; not finite if that is nothing.
double SweepTable::secondsLeft() const {
  double done = 0, left = 0;
  for (const Row &row : rows) {
    done += row.fraction - std::max(row.begun, 0.0);
    left += 1 - row.fraction;
  }
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begin;
  return elapsed.count() / done * left;
}

/// "3 of 12 runs: 2 done, 1 diverged, 2 running; 1 min 10 s left".
std::string SweepTable::summary() const {
  size_t waiting = count(State::Waiting), running = count(State::Running);
  std::string text = fmt::format("{} of {}", rows.size() - waiting - running,
                                 counted(int64_t(rows.size()), "run"));
  const char *separator = ": ";
  for (State state : {State::Skipped, State::Done, State::Diverged,
                      State::Failed, State::Running})
    if (size_t number = count(state)) {
      text += fmt::format("{}{} {}", separator, number, nameOf(state));
      separator = ", ";
    }
  double left = secondsLeft();
  if (waiting + running > 0 && std::isfinite(left))
    text +=
        fmt::format("; {} left", left < 59 ? fmt::format("{:.0f} s", left + 0.5)
                                           : duration(left));
  return text;
}

/// The table, in at most `most` lines: the runs in their order, or those that
/// are running and those that need attention.
std::vector<std::string> SweepTable::lines(size_t most, int width) const {
  std::vector<std::string> text;
  bool fit = rows.size() < most;
  for (const Row &row : rows) {
    bool matters = row.state == State::Running || row.state == State::Failed ||
                   row.state == State::Diverged;
    if (text.size() + 1 >= most || (!fit && !matters))
      continue;
    std::string line = fmt::format(
        "{}{}  {:<11} {:3.0f} %  {}", row.name,
        std::string(nameWidth - countColumns(row.name), ' '), nameOf(row.state),
        std::floor(row.fraction * 100), row.figures);
    line = escapeControl(line);
    text.emplace_back(cutToColumns(line, size_t(width)));
  }
  std::string line = summary();
  text.emplace_back(cutToColumns(line, size_t(width)));
  return text;
}

void SweepTable::redraw() {
  if (!live)
    return;
  std::lock_guard<std::recursive_mutex> guard(mutex);
  clear();
  TerminalSize size = terminalSize();
  std::string text;
  for (const std::string &line : lines(size_t(size.rows), size.columns))
    text += line + "\n", ++drawn;
  printText(text);
  flushOutput();
}

void SweepTable::clear() {
  if (drawn == 0)
    return;
  // Up to the first line of the table, and erase what is below.
  printText(fmt::format("\x1b[{}A\r\x1b[J", drawn));
  flushOutput();
  drawn = 0;
}

bool SweepRow::due() {
  auto now = std::chrono::steady_clock::now();
  if (now - last < std::chrono::milliseconds(100))
    return false;
  last = now;
  return true;
}

void SweepRow::training(const LiveFigures &live) {
  std::vector<std::string> items = summarize(*live.figures);
  items.erase(items.begin());
  table.update(row, (double(live.epoch) + live.fraction) / double(live.epochs),
               fmt::format("train {}", fmt::join(items, "  ")));
}

} // namespace vib::runtime
