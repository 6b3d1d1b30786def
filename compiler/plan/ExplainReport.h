//===- ExplainReport.h - What --explain prints ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A target fills in a report, and this file prints it as text or JSON, so that
// both targets have the same form. docs/explain.md describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_EXPLAINREPORT_H
#define VIB_COMPILER_PLAN_EXPLAINREPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace vib {

enum class ExplainForm { Brief, Full, Json };

/// The origin of a kernel. The attributes may be null.
struct ExplainedKernel {
  std::string name;
  /// Those of KernelParts.h and FusionNotes.h.
  mlir::ArrayAttr parts, fused, unfused;
};

/// A row of the table: a kernel on a CPU, a launch on a GPU.
struct ExplainRow {
  std::string name;
  double flops = 0, bytes = 0;
  /// The least time, in the unit of the report.
  double time = 0;
  bool isComputeBound = false;
  /// "32 column blocks".
  std::string division;
  /// Names and descriptions, which only the full form prints.
  std::vector<std::pair<std::string, std::string>> details;
  /// The details as JSON.
  llvm::json::Object sizes;
  std::vector<ExplainedKernel> kernels;
};

struct ExplainFunction {
  std::string name;
  std::vector<ExplainRow> rows;
};

struct ExplainReport {
  /// "kernel" or "launch".
  std::string thing;
  /// The unit of time: "cycles" or "us".
  std::string unit;
  std::string (*formatTime)(double time);
  /// Explanations of the columns, printed at the end.
  std::vector<std::string> notes, fullNotes;
  /// The target and the properties of its machine.
  llvm::json::Object machine;
  std::vector<ExplainFunction> functions;
};

/// Prints a report. Lines of text have at most `width` columns, unless a name
/// is longer.
void printReport(ExplainReport report, ExplainForm form, unsigned width,
                 llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_PLAN_EXPLAINREPORT_H
