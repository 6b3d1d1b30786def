//===- ExplainReport.cpp - What --explain prints ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ExplainReport.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/TextLayout.h"
#include "compiler/plan/Table.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace vib;

/// The note "pass: text" of a fusion pass.
static std::pair<StringRef, StringRef> splitNote(Attribute note) {
  return cast<StringAttr>(note).getValue().split(": ");
}

static ArrayRef<Attribute> getNotes(ArrayAttr attr) {
  return attr ? attr.getValue() : ArrayRef<Attribute>();
}

static ExplainRow getTotal(const ExplainFunction &function) {
  ExplainRow total;
  for (const ExplainRow &row : function.rows) {
    total.flops += row.flops;
    total.bytes += row.bytes;
    total.time += row.time;
  }
  return total;
}

static StringRef getBound(const ExplainRow &row) {
  return row.isComputeBound ? "compute" : "memory";
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

/// "encode.4, gradient of its input: ".
static std::string getTitle(const LayerWork &work) {
  std::string title = work.layer.str();
  if (work.pass == "input gradient")
    title += ", gradient of its input";
  else if (work.pass == "weight gradient")
    title += ", gradient of its weights";
  return title + ": ";
}

/// "epilogue: bias; relu": what each pass fused, the pass named once.
static std::string listFused(ArrayAttr notes) {
  std::string text;
  StringRef last;
  for (Attribute note : getNotes(notes)) {
    auto [pass, what] = splitNote(note);
    text += text.empty() ? "" : "; ";
    text += (pass == last ? what : pass + ": " + what).str();
    last = pass;
  }
  return text;
}

static void printDetails(const ExplainRow &row, ExplainForm form,
                         unsigned width, raw_ostream &os) {
  // The kernels of a launch may be parts of one, and have its words in common.
  llvm::StringSet<> printed;
  auto print = [&](const Twine &text) {
    if (printed.insert(text.str()).second)
      printWrapped("      ", text.str(), /*indent=*/8, width, os);
  };
  for (const ExplainedKernel &kernel : row.kernels) {
    for (const LayerWork &work : getLayerWork(kernel.parts))
      print(getTitle(work) + llvm::join(work.words, ", "));
    for (Attribute note : getNotes(kernel.unfused))
      print(splitNote(note).second);
    if (form == ExplainForm::Full && kernel.fused)
      print("fused by " + listFused(kernel.fused));
  }
  if (form == ExplainForm::Full)
    for (const auto &[name, what] : row.details)
      print(name + ": " + what);
}

/// The part of a name that fits into the columns, and the rest: a launch has
/// the names of all its kernels. If not even the first one fits, all are the
/// rest, which is then above the figures.
static std::pair<StringRef, StringRef> breakName(StringRef name,
                                                 size_t columns) {
  constexpr StringLiteral separator = " + ";
  if (name.size() <= columns)
    return {name, ""};
  size_t end = name.take_front(columns + 1).rfind(separator);
  if (end == StringRef::npos)
    return {"", name};
  return {name.take_front(end + 2), name.drop_front(end + separator.size())};
}

static void printText(const ExplainReport &report, ExplainForm form,
                      unsigned width, raw_ostream &os) {
  for (const ExplainFunction &function : report.functions) {
    ExplainRow total = getTotal(function);
    os << function.name << ": " << function.rows.size() << ' ' << report.thing
       << (function.rows.size() == 1  ? ""
           : report.thing == "launch" ? "es"
                                      : "s")
       << ", " << scaled(total.flops, "FLOP") << ", "
       << scaled(total.bytes, "B") << " moved, about "
       << report.formatTime(total.time) << ' ' << report.unit << '\n';
    std::vector<TableRow> rows = {
        {"", "FLOP", "bytes", report.unit, "bound by", "divided into"}};
    for (const ExplainRow &row : function.rows)
      rows.push_back({"", scaled(row.flops), scaled(row.bytes),
                      report.formatTime(row.time), getBound(row).str(),
                      row.division});
    // The names take what the other columns leave.
    size_t taken = 0;
    for (StringRef line : layOutTable(rows, /*numbers=*/3))
      taken = std::max(taken, line.size());
    size_t columns = width - std::min<size_t>(width, taken);
    rows.front().front() = report.thing;
    for (auto [cells, row] :
         llvm::zip_equal(llvm::drop_begin(rows), function.rows))
      cells.front() = breakName(row.name, columns).first.str();
    std::vector<std::string> lines = layOutTable(rows, /*numbers=*/3);
    os << lines.front() << '\n';
    for (auto [line, row] :
         llvm::zip_equal(llvm::drop_begin(lines), function.rows)) {
      auto [first, rest] = breakName(row.name, columns);
      if (first.empty())
        printWrapped("  ", rest, /*indent=*/4, width, os);
      os << line << '\n';
      if (!first.empty() && !rest.empty())
        printWrapped("    ", rest, /*indent=*/4, width, os);
      printDetails(row, form, width, os);
    }
    os << '\n';
  }
  for (StringRef note : report.notes)
    printWrapped("", note, /*indent=*/0, width, os);
  if (form == ExplainForm::Full)
    for (StringRef note : report.fullNotes)
      printWrapped("", note, /*indent=*/0, width, os);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static llvm::json::Array makeNotes(ArrayAttr notes, StringRef field) {
  llvm::json::Array array;
  for (Attribute note : getNotes(notes)) {
    auto [pass, what] = splitNote(note);
    array.push_back(llvm::json::Object{{"pass", pass}, {field, what}});
  }
  return array;
}

static llvm::json::Object makeKernel(const ExplainedKernel &kernel) {
  llvm::json::Array layers;
  for (const LayerWork &work : getLayerWork(kernel.parts))
    layers.push_back(
        llvm::json::Object{{"layer", work.layer},
                           {"pass", work.pass},
                           {"computes", llvm::json::Array(work.words)}});
  return llvm::json::Object{{"name", kernel.name},
                            {"layers", std::move(layers)},
                            {"fused", makeNotes(kernel.fused, "what")},
                            {"not_fused", makeNotes(kernel.unfused, "why")}};
}

static llvm::json::Object makeRow(ExplainRow &row, StringRef unit) {
  llvm::json::Object object = std::move(row.sizes);
  object["name"] = row.name;
  object["flops"] = row.flops;
  object["bytes"] = row.bytes;
  object[unit] = row.time;
  object["bound"] = getBound(row);
  llvm::json::Array kernels;
  for (const ExplainedKernel &kernel : row.kernels)
    kernels.push_back(makeKernel(kernel));
  object["kernels"] = std::move(kernels);
  return object;
}

static void printJson(ExplainReport &report, raw_ostream &os) {
  llvm::json::Array functions;
  for (ExplainFunction &function : report.functions) {
    ExplainRow total = getTotal(function);
    llvm::json::Array rows;
    for (ExplainRow &row : function.rows)
      rows.push_back(makeRow(row, report.unit));
    functions.push_back(llvm::json::Object{{"name", function.name},
                                           {"flops", total.flops},
                                           {"bytes", total.bytes},
                                           {report.unit, total.time},
                                           {"launches", std::move(rows)}});
  }
  llvm::json::Object whole = std::move(report.machine);
  whole["functions"] = std::move(functions);
  os << llvm::formatv("{0:2}", llvm::json::Value(std::move(whole))) << '\n';
}

void vib::printReport(ExplainReport report, ExplainForm form, unsigned width,
                      raw_ostream &os) {
  if (form == ExplainForm::Json)
    printJson(report, os);
  else
    printText(report, form, width, os);
}
