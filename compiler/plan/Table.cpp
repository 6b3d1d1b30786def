//===- Table.cpp - What tables of kernels are made of ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Table.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace vib;

std::string vib::scaled(double value) {
  const char *units[] = {"", " k", " M", " G", " T"};
  unsigned unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  int digits = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::format("%.*f%s", digits, value, units[unit]);
  return text;
}

std::string vib::scaled(double value, StringRef unit) {
  std::string text = scaled(value);
  if (llvm::isDigit(text.back()))
    text += ' ';
  return text + unit.str();
}

std::vector<std::string> vib::layOutTable(ArrayRef<TableRow> rows,
                                          size_t numbers) {
  SmallVector<size_t> widths(rows.front().size());
  for (const TableRow &row : rows)
    for (auto [width, text] : llvm::zip_equal(widths, row))
      width = std::max(width, text.size());
  std::vector<std::string> lines;
  for (const TableRow &row : rows) {
    std::string line;
    for (auto [column, text] : llvm::enumerate(row)) {
      std::string blank(widths[column] - text.size(), ' ');
      bool right = column >= 1 && column <= numbers;
      line += "  " + (right ? blank + text : text + blank);
    }
    lines.push_back(StringRef(line).rtrim().str());
  }
  return lines;
}
