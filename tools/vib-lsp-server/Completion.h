//===- Completion.h - Completing text at a position -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_LSP_COMPLETION_H
#define VIB_TOOLS_LSP_COMPLETION_H

#include "tools/vib-lsp-server/Reference.h"
#include "llvm/Support/LSP/Protocol.h"

namespace vib {

/// The op or attribute whose keys can be written at the end of `before`: an
/// attribute such as `#vib.adam<` that is not closed, or vib.train within its
/// braces. Null elsewhere.
const ReferenceEntry *findKeyed(const Reference &reference,
                                llvm::StringRef before);

/// The possible continuations of `before`, the text up to `position`. The text
/// need not be valid, because it is being typed.
llvm::lsp::CompletionList complete(const Reference &reference,
                                   llvm::StringRef before,
                                   llvm::lsp::Position position);

} // namespace vib

#endif // VIB_TOOLS_LSP_COMPLETION_H
