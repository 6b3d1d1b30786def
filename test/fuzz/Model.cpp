//===- Model.cpp - Fuzz vibc up to the phase fused ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/Fuzz.h"
#include "tools/vibc/Compilation.h"

using namespace vib;

/// The flags are parsed once: LLVM keeps them in globals.
static Flags makeFlags() {
  const char *words[] = {"vibc", "-",         "--emit=fused",
                         "-o",   "/dev/null", "--mlir-disable-threading"};
  return parseFlags(std::size(words), const_cast<char **>(words));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static Flags flags = makeFlags();
  fuzz::InputFile file(data, size);
  flags.input = file.getPath();
  int exitCode = Compilation(flags, "vibc").run();
  fuzz::expect(exitCode >= 0 && exitCode <= 2, "the exit code is 0, 1 or 2");
  return 0;
}
