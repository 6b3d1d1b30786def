//===- CommandLine.cpp - Fuzz the command line of a compiled program ------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An input is the words of a command line, a line each; its size chooses the
// model. Nothing is run.
//
//===----------------------------------------------------------------------===//

#include "runtime/Options.h"
#include "test/fuzz/Fuzz.h"
#include "test/runtime/MockModel.h"

#include <vector>

using namespace vib;
using namespace vib::runtime;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  // A word ends at the first byte of 0, as words of a command line do.
  std::string text(reinterpret_cast<const char *>(data), size);
  std::vector<const char *> words = {"program"};
  for (size_t begin = 0; begin < text.size();) {
    size_t end = std::min(text.find('\n', begin), text.size());
    text[end] = '\0';
    words.push_back(text.data() + begin);
    begin = end + 1;
  }
  const VibModel *models[] = {&test::mockClassifier(), &test::mockRegression(),
                              &test::mockUnrated(), &test::mockGpuClassifier()};
  int exitCode = -1;
  std::optional<Options> options = parseOptions(
      *models[size % 4], int(words.size()), words.data(), exitCode);
  fuzz::expect(options ? exitCode == 0 : exitCode == 0 || exitCode == 2,
               "the exit code is 0 or 2");
  return 0;
}
