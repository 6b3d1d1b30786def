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

class Progress {
public:
  /// If it is not `enabled`, nothing is printed.
  explicit Progress(bool enabled);
  /// Clears the live line, also after an error.
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Whether there is a live line.
  bool isLive() const { return live; }
  /// Prints a permanent line.
  void keep(const std::string &line);
  /// Whether the live line should be redrawn. It is fast enough to be called in
  /// every step.
  bool due();
  void training(const LiveFigures &live);
  void evaluating(int64_t rows, int64_t of) { working("test", rows, of); }
  void predicting(int64_t rows, int64_t of) { working("predict", rows, of); }
  void decoding(int64_t rows, int64_t of) { working("decode", rows, of); }
  void clear();

private:
  void working(const char *what, int64_t rows, int64_t of);
  void draw(const std::string &line);

  bool enabled;
  bool live; ///< Enabled, and the output is a terminal.
  bool drawn = false;
  std::chrono::steady_clock::time_point last;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROGRESS_H
