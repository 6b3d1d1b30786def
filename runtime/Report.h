//===- Report.h - Printing figures ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each figure is printed with its unit. The text says whether it belongs to
// single draws or to an average over draws, and to the raw or the averaged
// weights. The rate is printed as a bound.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_REPORT_H
#define VIB_RUNTIME_REPORT_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"
#include "runtime/Metrics.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// Prints a duration with three significant digits, or whole seconds or minutes
/// of a long one: "3.80 us", "41.2 ms", "12.3 s", "1 min 15 s", "2 h 05 min".
std::string duration(double seconds);

/// "epoch 1 (2 of 10)": its number as in metrics.jsonl, which counts from 0,
/// and its position in the run.
std::string epochTitle(int64_t epoch, int64_t epochs);

/// Prints four significant digits: "0.4213", "77.70", "2381".
std::string digits(double value);

/// Prints a value with `decimals` digits after the point, or a large value as
/// "1.234e+15".
std::string decimal(double value, int decimals);

/// "train  60,000 x [28, 28] uint8, values 0 to 255, FILE", and lines for the
/// targets of a regression.
std::string describe(const Split &split);

/// Says which labels stand for the classes, if the first one is not 0.
std::string describeFirstLabel(uint64_t firstLabel);

/// The figure of the error of single draws for a target, or null.
const VibFigure *errorOf(const VibModel &model, uint32_t target = 0);
/// The figures that bound a quantity: from below, then from above.
std::vector<const VibFigure *> boundsOf(const VibModel &model);
/// "I(Z;X) <=".
std::string nameOfBound(const VibFigure &figure);
/// "12.34 %" or "0.4213", in a fixed width.
std::string alignedNumber(const Figures &figures, const VibFigure &figure);

/// The output of `eval`, with one figure per line.
std::string describe(const Figures &figures);

/// The same figures in few words for a training run. The first item begins with
/// "train" or "test".
std::vector<std::string> summarize(const Figures &figures);

} // namespace vib::runtime

#endif // VIB_RUNTIME_REPORT_H
