//===- Progress.h - What is seen while it runs ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A terminal shows a live line below the lines that stay. It is drawn again ten
// times a second and cut to the terminal's width. Elsewhere, only the lines
// that stay are printed.
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

/// The signs of the output: UTF-8 where the locale has it, else ASCII.
struct Glyphs {
  const char *atLeast;
  const char *atMost;
  const char *full;
  const char *empty;
};
const Glyphs &glyphs();

/// What the live line shows of training.
struct LiveFigures {
  int64_t epoch = 0; ///< From 0.
  int64_t epochs = 0;
  double fraction = 0; ///< Of the epoch.
  const Figures *figures = nullptr;
  double rowsPerSecond = 0;
  const char *rowName = "images";
  double secondsLeft = 0;
};

/// The live line for a terminal of `width` columns. Pieces that do not fit are
/// left out, the least important one first.
std::string liveLine(const LiveFigures &live, int width);

class Progress {
public:
  /// Not `enabled` prints nothing at all.
  explicit Progress(bool enabled);
  /// Clears the live line, also when an error ends the work.
  ~Progress() { clear(); }
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// Whether there is a live line.
  bool isLive() const { return live; }
  /// Prints a line that stays.
  void keep(const std::string &line);
  /// Whether the live line is due; asking is cheap enough for every step.
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
  bool live; ///< Enabled, and on a terminal.
  bool drawn = false;
  std::chrono::steady_clock::time_point last;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROGRESS_H
