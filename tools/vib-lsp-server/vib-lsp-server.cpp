//===- vib-lsp-server.cpp - The language server -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "mlir/InitAllDialects.h"
#include "tools/vib-lsp-server/Server.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static constexpr StringLiteral kHelp =
    R"(vib-lsp-server - a language server for model files of the vib dialect

Usage: vib-lsp-server [FLAGS]

An editor starts it and uses the Language Server Protocol on its standard input
and output. It completes ops, attributes, their fields and values, shows their
documentation and types, finds definitions and uses, and reports errors.
docs/editors.md says how to set up VS Code, Neovim and Emacs.

  --log=LEVEL     What to write to standard error: error (the default), info, or
                  debug, which includes every message
  --lit-test      For tests: messages are separated by lines "// -----" and need
                  no header, and answers are indented
  --version       Print the version
  --help          Print this help
)";

int main(int argc, char **argv) {
  lsp::Logger::Level level = lsp::Logger::Level::Error;
  bool isTest = false;
  for (StringRef flag : ArrayRef(argv, argc).drop_front()) {
    if (flag == "--help" || flag == "-h") {
      outs() << kHelp;
      return 0;
    }
    if (flag == "--version") {
      outs() << "vib-lsp-server " VIB_VERSION "\n";
      return 0;
    }
    if (flag == "--lit-test") {
      isTest = true;
    } else if (flag == "--log=error") {
      level = lsp::Logger::Level::Error;
    } else if (flag == "--log=info") {
      level = lsp::Logger::Level::Info;
    } else if (flag == "--log=debug") {
      level = lsp::Logger::Level::Debug;
    } else {
      errs() << "vib-lsp-server: error: unknown flag " << flag
             << ": expected --log=error, --log=info or --log=debug\n"
                "Try 'vib-lsp-server --help'.\n";
      return 2;
    }
  }

  lsp::Logger::setLogLevel(level);
  sys::ChangeStdinToBinary();
  lsp::JSONTransport transport(stdin, outs(),
                               isTest ? lsp::JSONStreamStyle::Delimited
                                      : lsp::JSONStreamStyle::Standard,
                               /*PrettyOutput=*/isTest);
  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  registry.insert<vib::VibDialect>();
  return vib::runServer(transport, registry);
}
