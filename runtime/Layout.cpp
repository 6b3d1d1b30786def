//===- Layout.cpp - Text within 80 columns --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Layout.h"

#include <algorithm>

namespace vib::runtime {

size_t countColumns(std::string_view text) {
  // The other bytes of a character continue it.
  return size_t(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0) != 0x80;
  }));
}

/// The bytes of the first `columns` columns.
static size_t bytesOf(std::string_view text, size_t columns) {
  size_t bytes = 0;
  for (; bytes < text.size(); ++bytes)
    if ((static_cast<unsigned char>(text[bytes]) & 0xC0) != 0x80 &&
        columns-- == 0)
      break;
  return bytes;
}

std::string_view cutToColumns(std::string_view text, size_t columns) {
  return text.substr(0, bytesOf(text, columns));
}

std::string wrap(std::string_view text, size_t width, size_t indent) {
  std::string result;
  size_t room = width;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    if (countColumns(line) > room && line.front() != ' ') {
      // The space itself may be beyond the width.
      size_t space = line.rfind(' ', bytesOf(line, room));
      if (space == std::string_view::npos)
        space = line.find(' ');
      if (space != std::string_view::npos) {
        result += line.substr(0, space);
        result += '\n' + std::string(indent, ' ');
        text.remove_prefix(space + 1);
        room = width - indent;
        continue;
      }
    }
    result += line;
    text.remove_prefix(line.size());
    if (!text.empty()) {
      result += '\n';
      text.remove_prefix(1);
      room = width;
    }
  }
  return result;
}

std::string joinItems(const std::vector<std::string> &items) {
  std::string text, line;
  for (const std::string &item : items) {
    if (line.empty()) {
      line = item;
    } else if (countColumns(line) + 2 + countColumns(item) <= lineColumns) {
      line += "  " + item;
    } else {
      text += line + "\n";
      line = "    " + item;
    }
  }
  return text + line;
}

Table::Table(std::vector<std::string> heads) {
  std::string name = std::move(heads.front());
  heads.erase(heads.begin());
  addRow(std::move(name), std::move(heads));
}

void Table::addTitle(std::string title) {
  indent = "  ";
  rows.push_back({std::move(title), {}});
}

void Table::addRow(std::string name, std::vector<std::string> cells) {
  rows.push_back({indent + name, std::move(cells)});
}

static std::string blanks(size_t width, std::string_view text) {
  size_t columns = countColumns(text);
  return std::string(columns < width ? width - columns : 0, ' ');
}

std::string Table::print() const {
  std::vector<size_t> widths(rows.front().cells.size());
  size_t names = 0, numbers = 0;
  for (const Row &row : rows) {
    for (size_t i = 0; i < row.cells.size(); ++i)
      widths[i] = std::max(widths[i], countColumns(row.cells[i]));
    if (!row.cells.empty())
      names = std::max(names, countColumns(row.name));
  }
  for (size_t width : widths)
    numbers += width + 2;
  names = std::min(names, lineColumns > numbers ? lineColumns - numbers : 0);

  std::string text;
  for (const Row &row : rows) {
    if (row.cells.empty()) {
      text += wrap(row.name, lineColumns, 2) + "\n";
      continue;
    }
    std::string cells;
    for (size_t i = 0; i < row.cells.size(); ++i)
      cells += "  " + blanks(widths[i], row.cells[i]) + row.cells[i];
    // Parts of a name are joined again as far as they fit.
    std::vector<std::string> lines;
    std::string_view rest = row.name;
    while (!rest.empty()) {
      size_t end = rest.find(" + ");
      bool isLast = end == std::string_view::npos;
      std::string part(rest.substr(0, isLast ? end : end + 2));
      rest.remove_prefix(isLast ? rest.size() : end + 3);
      if (!lines.empty() &&
          countColumns(lines.back()) + 1 + countColumns(part) <= names)
        lines.back() += " " + part;
      else
        lines.push_back(lines.empty() ? part : indent + "  " + part);
    }
    bool fits = countColumns(lines.front()) <= names;
    if (!fits)
      lines.insert(lines.begin() + 1, "");
    size_t numbered = fits ? 0 : 1;
    for (size_t i = 0; i < lines.size(); ++i)
      text += lines[i] +
              (i == numbered ? blanks(names, lines[i]) + cells : "") + "\n";
  }
  return text;
}

} // namespace vib::runtime
