//===- Server.h - The language server's protocol ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_LSP_SERVER_H
#define VIB_TOOLS_LSP_SERVER_H

#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/LSP/Transport.h"

namespace vib {

/// Answers the messages of `transport` until it ends. Returns the exit code,
/// which is 1 if the editor ends without a shutdown request.
int runServer(llvm::lsp::JSONTransport &transport,
              const mlir::DialectRegistry &registry);

} // namespace vib

#endif // VIB_TOOLS_LSP_SERVER_H
