//===- ExplainReport.h - What --explain prints ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A target fills in a report; its text and its JSON are made here, so that both
// targets read alike. docs/explain.md describes the JSON.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_EXPLAINREPORT_H
#define VIB_COMPILER_KERNELS_EXPLAINREPORT_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <string>
#include <vector>

namespace vib {

enum class ExplainForm { Brief, Full, Json };

/// What is known of the origin of a kernel. The attributes may be null.
struct ExplainedKernel {
  std::string name;
  /// Those of KernelParts.h and Fusion.h.
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
  /// A name and what is to say of it; only the full form prints these.
  std::vector<std::pair<std::string, std::string>> details;
  /// The same for a program.
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
  /// How the numbers are to be read; printed at the end.
  std::vector<std::string> notes, fullNotes;
  /// What the report is for: the target and its machine.
  llvm::json::Object machine;
  std::vector<ExplainFunction> functions;
};

/// Lines of text end at `width`, unless a name is too long for that.
void printReport(ExplainReport report, ExplainForm form, unsigned width,
                 llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_EXPLAINREPORT_H
