//===- vibc.cpp - The compiler --------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Compilation.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Signals.h"
#include <unistd.h>

int main(int argc, char **argv) {
  llvm::setBugReportMsg(
      "vibc crashed, which is a bug in vibc. Please report it with the model "
      "file, this\ncommand, and what --save-temps=DIR writes.\n");
  llvm::InitLLVM init(argc, argv);
  // Temporary files are removed before.
  llvm::sys::SetInterruptFunction([] { _exit(130); });
  vib::Flags flags = vib::parseFlags(argc, argv);
  static int anchor;
  std::string path = llvm::sys::fs::getMainExecutable(argv[0], &anchor);
  return vib::Compilation(flags, path).run();
}
