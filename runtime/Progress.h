//===- Progress.h - Printing progress ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A terminal shows a live line below the permanent lines. The live line is
// redrawn ten times a second and cut to the terminal's width. If the output is
// not a terminal, only the permanent lines are printed.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PROGRESS_H
#define VIB_RUNTIME_PROGRESS_H

#include "runtime/Metrics.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace vib::runtime {

/// The symbols of the output, in UTF-8 if the locale has it, else in ASCII.
struct Glyphs {
  const char *atLeast;
  const char *atMost;
  const char *full;
  const char *empty;
  const char *micro; ///< Microseconds.
};
const Glyphs &glyphs();

/// The content of the live line in training.
struct LiveFigures {
  int64_t epoch = 0; ///< From 0.
  int64_t epochs = 0;
  double fraction = 0; ///< Of the epoch.
  const Figures *figures = nullptr;
  double rowsPerSecond = 0;
  const char *rowName = "images";
  double secondsLeft = 0;
};

/// The live line for a terminal of `width` columns. If it is too long, the
/// least important pieces are left out.
std::string liveLine(const LiveFigures &live, int width);

/// Whether the standard output is a terminal whose cursor can be moved.
bool isLiveTerminal();
/// The size of the terminal, without the last column and row, where the cursor
/// may wrap or scroll.
struct TerminalSize {
  int rows, columns;
};
TerminalSize terminalSize();

/// Shows a training run: on the standard output, or in a table of many runs.
class Display {
public:
  virtual ~Display() = default;

  /// Whether the figures of training are shown while it goes on.
  virtual bool isLive() const = 0;
  /// Prints a permanent line.
  virtual void keep(const std::string &line) = 0;
  /// Prints a warning.
  virtual void warn(const std::string &text) = 0;
  /// Whether what is live should be redrawn. It is fast enough to be called in
  /// every step.
  virtual bool due() = 0;
  virtual void training(const LiveFigures &live) = 0;
  /// Shows that `rows` of the `of` rows of a split or an input are done.
  virtual void working(const std::string &what, int64_t rows, int64_t of) = 0;
  /// Takes a line of metrics.jsonl that a run has written.
  virtual void logged(const std::string &) {}
  /// Whether the run should end here, as if this were its last step.
  virtual bool endsRun() const { return false; }
};

class Progress final : public Display {
public:
  /// If it is not `enabled`, nothing but warnings is printed.
  explicit Progress(bool enabled);
  /// Clears the live line, also after an error.
  ~Progress() override { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Whether there is a live line.
  bool isLive() const override { return live; }
  void keep(const std::string &line) override;
  void warn(const std::string &text) override;
  bool due() override;
  void training(const LiveFigures &live) override;
  void working(const std::string &what, int64_t rows, int64_t of) override;
  void clear();

private:
  void draw(const std::string &line);

  bool enabled;
  bool live; ///< Enabled, and the output is a terminal.
  bool drawn = false;
  std::chrono::steady_clock::time_point last;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROGRESS_H
