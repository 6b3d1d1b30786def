//===- InputFile.cpp - A file in memory -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/fuzz/Fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

namespace vib::fuzz {

InputFile::InputFile(const uint8_t *data, size_t size)
    : descriptor(::memfd_create("input", MFD_CLOEXEC)),
      path("/proc/self/fd/" + std::to_string(descriptor)) {
  expect(descriptor >= 0 && ::write(descriptor, data, size) == ssize_t(size),
         "the input can be written to a file in memory");
}

InputFile::~InputFile() { ::close(descriptor); }

} // namespace vib::fuzz
