//===- vibc.cpp - The compiler --------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/Streams.h"
#include "tools/vibc/Compilation.h"
#include "tools/vibc/Supervisor.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

int main(int argc, char **argv) {
  vib::prepareStreams("vibc");
  llvm::sys::SetOneShotPipeSignalFunction(
      llvm::sys::DefaultOneShotPipeSignalHandler);
  vib::Flags flags = vib::parseFlags(argc, argv);
  static int anchor;
  std::string path = llvm::sys::fs::getMainExecutable(argv[0], &anchor);
  std::string input = flags.input == "-" ? "stdin" : flags.input;
  return vib::runSupervised(
      input, path, [&] { return vib::Compilation(flags, path).run(); });
}
