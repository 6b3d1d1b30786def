//===- Progress.cpp - Printing progress -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Progress.h"
#include "runtime/Console.h"
#include "runtime/Error.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"

#include <fmt/format.h>

#include <algorithm>
#include <clocale>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <langinfo.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace vib::runtime {

const Glyphs &glyphs() {
  static const Glyphs utf8 = {"≥", "≤", "━", "─", "µs"};
  static const Glyphs ascii = {">=", "<=", "#", "-", "us"};
  static const bool isUtf8 = [] {
    // Of the user, without setting it for the process, which may not be ours.
    locale_t locale = ::newlocale(LC_CTYPE_MASK, "", nullptr);
    if (!locale)
      return false;
    bool found = std::strcmp(::nl_langinfo_l(CODESET, locale), "UTF-8") == 0;
    ::freelocale(locale);
    return found;
  }();
  return isUtf8 ? utf8 : ascii;
}

static std::string bar(double fraction, int width) {
  int full = std::clamp(int(fraction * width + 0.5), 0, width);
  std::string text;
  for (int i = 0; i < width; ++i)
    text += i < full ? glyphs().full : glyphs().empty;
  return text;
}

std::string liveLine(const LiveFigures &live, int width) {
  // The pieces are in the order of the line. If they do not fit, those with the
  // highest rank are removed first. Widths are fixed, so that the line does not
  // move when the figures change.
  struct Piece {
    int rank;
    std::string text;
  };
  constexpr int minBar = 6, maxBar = 30;
  std::vector<Piece> pieces;
  auto add = [&](int rank, std::string text) {
    pieces.push_back({rank, std::move(text)});
  };
  add(0, epochTitle(live.epoch, live.epochs));
  add(6, std::string(minBar, ' '));
  add(1, fmt::format("{:3.0f} %", live.fraction * 100));
  if (live.figures) {
    const Figures &figures = *live.figures;
    add(7, fmt::format("loss {:>7} nats", decimal(figures.loss, 4)));
    const VibModel &model = *figures.model;
    const VibFigure &likelihood = likelihoodOf(model);
    add(4, fmt::format(
               "{} {:>6} bits", likelihood.label,
               decimal(toBits(figures.number(&likelihood).value_or(NAN)), 3)));
    for (const VibFigure *bound : boundsOf(model)) {
      bool isUpper = isRate(*bound);
      if (std::optional<double> value = figures.number(bound))
        add(isUpper ? 5 : 8,
            fmt::format("{}{} {:>6} bits",
                        figures.haveBounds()
                            ? nameOfBound(*bound) + (isUpper ? " " : "")
                            : "",
                        isUpper ? bound->title : "",
                        decimal(toBits(*value), isUpper ? 2 : 3)));
    }
    for (const VibFigure &figure : figuresOf(model))
      if (figure.kind == VIB_BLOCK_MEAN && figures.number(&figure))
        add(5, fmt::format("{} {:>6} bits", figure.label,
                           decimal(toBits(*figures.number(&figure)), 2)));
    if (const VibFigure *error = errorOf(model); figures.number(error))
      add(3, fmt::format("{} {} 1-shot, raw", error->label,
                         alignedNumber(figures, *error)));
  }
  add(9, fmt::format("{:>7} {}/s", grouped(int64_t(live.rowsPerSecond)),
                     live.rowName));
  // Parts of a second would only flicker.
  double left = std::round(live.secondsLeft);
  add(2, fmt::format("{:>9} left",
                     left < 60 ? fmt::format("{} s", left) : duration(left)));

  int total = -2;
  for (const Piece &piece : pieces)
    total += int(countColumns(piece.text)) + 2;
  while (total > width && pieces.size() > 1) {
    auto worst = std::max_element(
        pieces.begin(), pieces.end(),
        [](const Piece &a, const Piece &b) { return a.rank < b.rank; });
    total -= int(countColumns(worst->text)) + 2;
    pieces.erase(worst);
  }
  std::string line;
  for (Piece &piece : pieces) {
    if (piece.rank == 6)
      piece.text = bar(live.fraction,
                       std::min(maxBar, minBar + std::max(0, width - total)));
    line += (line.empty() ? "" : "  ") + piece.text;
  }
  return line;
}

TerminalSize terminalSize() {
  winsize size = {};
  bool isKnown = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
  return {isKnown && size.ws_row > 0 ? size.ws_row - 1 : 23,
          isKnown && size.ws_col > 0 ? size.ws_col - 1 : 79};
}

bool isLiveTerminal() {
  const char *terminal = std::getenv("TERM");
  return isatty(STDOUT_FILENO) && terminal &&
         std::strcmp(terminal, "dumb") != 0;
}

Progress::Progress(bool enabled)
    : enabled(enabled), live(enabled && isLiveTerminal()) {}

void Progress::keep(const std::string &line) {
  if (!enabled)
    return;
  clear();
  printText(escapeControl(line) + "\n");
  flushOutput();
}

void Progress::warn(const std::string &text) {
  clear();
  runtime::warn("{}", text);
}

bool Progress::due() {
  if (!live)
    return false;
  auto now = std::chrono::steady_clock::now();
  if (drawn && now - last < std::chrono::milliseconds(100))
    return false;
  last = now;
  return true;
}

void Progress::training(const LiveFigures &figures) {
  draw(liveLine(figures, terminalSize().columns));
}

void Progress::working(const std::string &what, int64_t rows, int64_t of) {
  if (!due())
    return;
  std::string line =
      fmt::format("{}  {}  {:3.0f} %", what, bar(double(rows) / double(of), 20),
                  100.0 * double(rows) / double(of));
  draw(int(countColumns(line)) <= terminalSize().columns ? line : "");
}

void Progress::draw(const std::string &line) {
  printText(fmt::format("\r{}\x1b[K", line));
  flushOutput();
  drawn = true;
}

void Progress::clear() {
  if (!drawn)
    return;
  printText("\r\x1b[K");
  flushOutput();
  drawn = false;
}

} // namespace vib::runtime
