//===- Completion.h - What can stand at a position --------------*- C++ -*-===//
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

/// The op or attribute whose keys can stand at the end of `before`: the
/// attribute of an open `#vib.adam<`, or vib.train in its braces. Null if
/// neither is open.
const ReferenceEntry *findKeyed(const Reference &reference,
                                llvm::StringRef before);

/// What can go on from `before`, the text up to `position`. The text need not
/// parse: it is being typed.
llvm::lsp::CompletionList complete(const Reference &reference,
                                   llvm::StringRef before,
                                   llvm::lsp::Position position);

} // namespace vib

#endif // VIB_TOOLS_LSP_COMPLETION_H
