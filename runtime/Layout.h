//===- Layout.h - Text within 80 columns ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_LAYOUT_H
#define VIB_RUNTIME_LAYOUT_H

#include <string>
#include <string_view>
#include <vector>

namespace vib::runtime {

/// What the program prints as a text or a table fits this width.
constexpr size_t lineColumns = 80;

/// The width of UTF-8 text in columns: the number of its characters.
size_t countColumns(std::string_view text);

/// The text, cut after so many columns.
std::string_view cutToColumns(std::string_view text, size_t columns);

/// Breaks lines of more than `width` columns at a space, and indents what
/// follows by `indent`, which is part of the width. Lines that begin with a
/// space belong to a list, whose layout is kept.
std::string wrap(std::string_view text, size_t width = lineColumns,
                 size_t indent = 0);

/// Joins items by two spaces. A line that would exceed lineColumns ends between
/// two items, and the next one is indented.
std::string joinItems(const std::vector<std::string> &items);

/// A table with names in the first column and right-aligned cells after it. A
/// name that is too wide is continued below at its " + ", or has a line of its
/// own.
class Table {
public:
  /// The first head is that of the names.
  explicit Table(std::vector<std::string> heads);

  /// Adds a line for a group of rows. The names that follow are indented.
  void addTitle(std::string title);
  /// Adds a name and as many cells as there are heads after the first.
  void addRow(std::string name, std::vector<std::string> cells);
  /// The lines, each with its newline.
  std::string print() const;

private:
  struct Row {
    std::string name;
    std::vector<std::string> cells; ///< Empty for a title.
  };
  std::vector<Row> rows;
  std::string indent;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_LAYOUT_H
