//===- Fuzz.h - What the fuzz targets share ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_FUZZ_FUZZ_H
#define VIB_TEST_FUZZ_FUZZ_H

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

/// What libFuzzer calls with an input.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

namespace vib::fuzz {

/// Ends the process where a result is not what every reader promises.
inline void expect(bool holds, const char *what) {
  if (holds)
    return;
  std::fprintf(stderr, "fuzz: not true: %s\n", what);
  std::abort();
}

/// A file in memory with these bytes, for readers that take a path.
class InputFile {
public:
  InputFile(const uint8_t *data, size_t size);
  ~InputFile();
  InputFile(const InputFile &) = delete;
  InputFile &operator=(const InputFile &) = delete;

  const std::string &getPath() const { return path; }

private:
  int descriptor;
  std::string path;
};

} // namespace vib::fuzz

#endif // VIB_TEST_FUZZ_FUZZ_H
