//===- Reference.cpp - The reference of the language ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vib-lsp-server/Reference.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using namespace vib;

static constexpr StringLiteral kReference =
#include "Reference.inc"
    ;

/// Reads "| `lr` | what it is | default | range |" under the heads of the
/// columns. `batch(N)` is not a key, because it is outside of the braces.
static void addKey(ReferenceEntry &entry, StringRef row,
                   ArrayRef<StringRef> heads) {
  SmallVector<StringRef> cells;
  row.trim("| ").split(cells, " | ");
  StringRef name = cells.front().trim("` ");
  if (cells.size() < 2 || name.contains('('))
    return;
  std::string text = ("`" + name + "`: " + cells[1].trim()).str();
  for (auto [head, cell] : zip(drop_begin(heads, 2), drop_begin(cells, 2)))
    text += ("\n\n" + head.trim() + ": " + cell.trim()).str();
  entry.keys.push_back({name.str(), text});
}

/// Reads the section under the heading of `name`.
static ReferenceEntry readEntry(StringRef name, StringRef text) {
  ReferenceEntry entry;
  entry.name = name.str();
  entry.text = ("### `" + name + "`\n\n" + text.trim()).str();
  entry.summary = text.trim().split("\n\n").first.str();
  replace(entry.summary, '\n', ' ');
  SmallVector<StringRef> lines, heads;
  text.split(lines, '\n');
  for (StringRef line : lines) {
    if (line.starts_with("| `"))
      addKey(entry, line, heads);
    else if (line.starts_with("| ")) {
      heads.clear();
      line.trim("| ").split(heads, " | ");
    }
  }
  return entry;
}

Reference::Reference() {
  StringRef rest = kReference;
  constexpr StringLiteral kHeading = "\n### `";
  size_t begin = rest.find(kHeading);
  while (begin != StringRef::npos) {
    rest = rest.drop_front(begin + kHeading.size());
    auto [name, text] = rest.split("`\n");
    // Up to the next heading of this level or the one above.
    size_t end = std::min(text.find("\n### "), text.find("\n## "));
    entries.push_back(readEntry(name, text.substr(0, end)));
    begin = rest.find(kHeading);
  }
}

const ReferenceKey *ReferenceEntry::lookup(StringRef key) const {
  auto found = find_if(
      keys, [&](const ReferenceKey &other) { return other.name == key; });
  return found == keys.end() ? nullptr : &*found;
}

const ReferenceEntry *Reference::lookup(StringRef name) const {
  auto found = find_if(
      entries, [&](const ReferenceEntry &entry) { return entry.name == name; });
  return found == entries.end() ? nullptr : &*found;
}
