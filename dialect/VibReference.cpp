//===- VibReference.cpp - The language's names and their forms ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibReference.h"
#include "dialect/Vib.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

using Entries = SmallVector<ReferenceEntry, 0>;

template <typename... Ops> static void addOps(Entries &entries) {
  (entries.push_back({EntryKind::Op, Ops::getOperationName(), Ops::getGroup(),
                      Ops::getDescription()}),
   ...);
}

template <typename... Classes>
static void addClasses(Entries &entries, EntryKind kind) {
  (entries.push_back(
       {kind, Classes::name, Classes::getGroup(), Classes::getDescription()}),
   ...);
}

static const Entries &getEntries() {
  static const Entries entries = [] {
    Entries all;
    addOps<
#define GET_OP_LIST
#include "dialect/VibOps.cpp.inc"
        >(all);
    addClasses<
#define GET_ATTRDEF_LIST
#include "dialect/VibAttributes.cpp.inc"
        >(all, EntryKind::Attribute);
    addClasses<
#define GET_TYPEDEF_LIST
#include "dialect/VibTypes.cpp.inc"
        >(all, EntryKind::Type);
    return all;
  }();
  return entries;
}

const ReferenceEntry *vib::lookupEntry(EntryKind kind, StringRef name) {
  for (const ReferenceEntry &entry : getEntries())
    if (entry.kind == kind && entry.name == name)
      return &entry;
  return nullptr;
}

/// The entries that users write, by group.
static llvm::MapVector<StringRef, SmallVector<const ReferenceEntry *>>
getGroups(EntryKind kind) {
  llvm::MapVector<StringRef, SmallVector<const ReferenceEntry *>> groups;
  for (const ReferenceEntry &entry : getEntries())
    if (entry.kind == kind && !entry.group.empty())
      groups[entry.group].push_back(&entry);
  return groups;
}

std::string vib::listGroup(EntryKind kind, StringRef group) {
  return llvm::join(llvm::map_range(getGroups(kind)[group],
                                    [](const ReferenceEntry *entry) {
                                      return entry->getSpelling();
                                    }),
                    ", ");
}

//===----------------------------------------------------------------------===//
// How an entry is written
//===----------------------------------------------------------------------===//

static StringRef getSigil(EntryKind kind) {
  switch (kind) {
  case EntryKind::Op:
    return "";
  case EntryKind::Attribute:
    return "#";
  case EntryKind::Type:
    return "!";
  }
  llvm_unreachable("all kinds are covered");
}

std::string ReferenceEntry::getSpelling() const {
  return (getSigil(kind) + name).str();
}

/// Whether `line` contains `word`, not only as a part of a longer one.
static bool hasWord(StringRef line, StringRef word) {
  for (size_t at = line.find(word); at != StringRef::npos;
       at = line.find(word, at + 1)) {
    StringRef before = line.take_front(at);
    StringRef after = line.drop_front(at + word.size());
    bool begins = before.empty() || !StringRef("#!@%.").contains(before.back());
    bool ends = after.empty() || (!llvm::isAlnum(after.front()) &&
                                  !StringRef("._").contains(after.front()));
    if (begins && ends)
      return true;
  }
  return false;
}

SmallVector<std::string> ReferenceEntry::getForms() const {
  // A statement is a line and the lines after it that are indented more. Lines
  // between braces are left out.
  SmallVector<std::string> statements;
  SmallVector<StringRef> lines;
  description.split(lines, '\n');
  std::optional<size_t> indent;
  bool isOpen = false;
  for (StringRef line : lines) {
    StringRef text = line.trim();
    if (text.starts_with("```")) {
      isOpen = text == "```mlir";
      indent = line.size() - line.ltrim().size();
      continue;
    }
    if (!isOpen || text.empty())
      continue;
    bool continues = line.size() - line.ltrim().size() > *indent;
    if (continues && !statements.empty()) {
      if (!StringRef(statements.back()).ends_with("}"))
        statements.back() += (" " + text).str();
      continue;
    }
    if (text != "}")
      statements.push_back((text + (text.ends_with("{") ? " … }" : "")).str());
  }
  std::string spelling = getSpelling();
  llvm::erase_if(statements, [&](const std::string &statement) {
    return !hasWord(statement, spelling);
  });
  statements.erase(llvm::unique(statements), statements.end());
  return statements;
}

void vib::noteForms(Diagnostic &diagnostic, const ReferenceEntry &entry) {
  SmallVector<std::string> forms = entry.getForms();
  if (forms.empty())
    return;
  Diagnostic &note = diagnostic.attachNote();
  note << entry.getSpelling() << " is written";
  if (forms.size() == 1) {
    note << ": " << forms.front();
    return;
  }
  for (const std::string &form : forms)
    note << "\n  " << form;
}

//===----------------------------------------------------------------------===//
// Names that are not in the language
//===----------------------------------------------------------------------===//

unsigned vib::getSpellingDistance(StringRef got, StringRef name) {
  unsigned least = got.edit_distance_insensitive(name);
  std::string swapped = got.str();
  for (size_t i = 1; i < swapped.size(); ++i) {
    std::swap(swapped[i - 1], swapped[i]);
    if (StringRef(swapped).equals_insensitive(name))
      least = std::min(least, 1u);
    std::swap(swapped[i - 1], swapped[i]);
  }
  return least;
}

void vib::suggestNearest(Diagnostic &diagnostic, StringRef got,
                         ArrayRef<StringRef> known) {
  if (known.empty())
    return;
  auto getDistance = [&](StringRef name) {
    return getSpellingDistance(got, name);
  };
  StringRef nearest = *llvm::min_element(known, [&](StringRef a, StringRef b) {
    return getDistance(a) < getDistance(b);
  });
  // Names of one letter are all alike, and in those of two, one letter may be
  // another.
  size_t letters = nearest.ltrim("%@#!").size();
  size_t most = letters > 2 ? 1 + nearest.size() / 4
                : letters == 2 && nearest.size() == got.size() ? 1
                                                               : 0;
  if (getDistance(nearest) <= most)
    diagnostic << "; did you mean '" << nearest << "'?";
}

void vib::describeUnknownName(Diagnostic &diagnostic, EntryKind kind,
                              StringRef name) {
  StringRef what = kind == EntryKind::Op          ? "op"
                   : kind == EntryKind::Attribute ? "attribute"
                                                  : "type";
  diagnostic << "there is no " << what << " '" << getSigil(kind) << name << "'";
  // Only the letters after "vib." are compared, because all names begin so.
  StringRef letters = name;
  if (!letters.consume_front("vib."))
    letters = letters.rsplit('.').second.empty() ? letters
                                                 : letters.rsplit('.').second;
  unsigned least = letters.size() / 3 + 1;
  const ReferenceEntry *nearest = nullptr;
  auto groups = getGroups(kind);
  for (auto &[group, entries] : groups)
    for (const ReferenceEntry *entry : entries) {
      unsigned distance = getSpellingDistance(letters, entry->name.substr(4));
      if (distance >= least)
        continue;
      least = distance;
      nearest = entry;
    }
  if (nearest)
    diagnostic << "; did you mean '" << nearest->getSpelling() << "'?";
  Diagnostic &note = diagnostic.attachNote();
  note << "there are";
  for (auto &[group, entries] : groups)
    note << "\n  " << group << ": " << listGroup(kind, group);
}
