//===- Reference.h - The reference of the language --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// docs/dialect.md, which is generated from the .td files, is compiled into the
// server. A section "### `vib.linear`" documents an op, "### `#vib.adam`" an
// attribute, "### `!vib.normal`" a type. The rows of a section's table are the
// fields of the attribute, or the settings of vib.train:
//
//   | `lr` | base learning rate; `--lr` replaces it | required | (0, inf) |
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_LSP_REFERENCE_H
#define VIB_TOOLS_LSP_REFERENCE_H

#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace vib {

/// A field of an attribute or a setting of vib.train.
struct ReferenceKey {
  std::string name;
  /// What it is, its default and its values, in Markdown.
  std::string text;
};

struct ReferenceEntry {
  /// `vib.linear`, `#vib.adam`, `!vib.normal`.
  std::string name;
  /// The first sentence of the text.
  std::string summary;
  std::string text;
  std::vector<ReferenceKey> keys;

  const ReferenceKey *lookup(llvm::StringRef key) const;
};

class Reference {
public:
  Reference();

  const std::vector<ReferenceEntry> &getEntries() const { return entries; }
  const ReferenceEntry *lookup(llvm::StringRef name) const;

private:
  std::vector<ReferenceEntry> entries;
};

} // namespace vib

#endif // VIB_TOOLS_LSP_REFERENCE_H
