//===- VibReference.h - The language's names and their forms --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Messages list the names of the language and show their forms, which are the
// examples in the descriptions of the .td files. Private to the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBREFERENCE_H
#define VIB_DIALECT_VIBREFERENCE_H

#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include <string>

namespace vib {

enum class EntryKind { Op, Attribute, Type };

/// An op, an attribute or a type of the dialect.
struct ReferenceEntry {
  EntryKind kind;
  /// `vib.linear`, without the `#` or `!` of an attribute or a type.
  llvm::StringRef name;
  /// The heading under which messages list it; empty if users do not write it.
  llvm::StringRef group;
  llvm::StringRef description;

  /// As a model file has it: `vib.linear`, `#vib.adam`, `!vib.normal`.
  std::string getSpelling() const;
  /// The examples of this entry in the description, one line each, with the
  /// text between braces left out.
  llvm::SmallVector<std::string> getForms() const;
};

/// The entry of that name, or null.
const ReferenceEntry *lookupEntry(EntryKind kind, llvm::StringRef name);

/// `#vib.sgd, #vib.adam, …`: all entries of a group.
std::string listGroup(EntryKind kind, llvm::StringRef group);

/// Attaches a note with the forms, if there are any.
void noteForms(mlir::Diagnostic &diagnostic, const ReferenceEntry &entry);

/// Adds `there is no op 'vib.rellu'; did you mean 'vib.relu'?` to the message,
/// and a note that lists all of that kind. `name` may lack the `vib.`.
void describeUnknownName(mlir::Diagnostic &diagnostic, EntryKind kind,
                         llvm::StringRef name);

/// The number of letters to insert, remove or replace to make `name` of `got`,
/// whatever their case. Two letters in the wrong order count as one.
unsigned getSpellingDistance(llvm::StringRef got, llvm::StringRef name);

/// Adds `; did you mean …?` with the one of `known` that is nearest to `got`,
/// if one is near.
void suggestNearest(mlir::Diagnostic &diagnostic, llvm::StringRef got,
                    llvm::ArrayRef<llvm::StringRef> known);

} // namespace vib

#endif // VIB_DIALECT_VIBREFERENCE_H
