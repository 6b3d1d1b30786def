//===- Readers.h - What targets of the runtime share ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_FUZZ_READERS_H
#define VIB_TEST_FUZZ_READERS_H

#include "runtime/Array.h"
#include "runtime/Error.h"
#include "test/fuzz/Fuzz.h"

namespace vib::fuzz {

/// Reads an input, which may be refused by an Error. Whatever else is thrown
/// ends the process, as does a sanitizer's report.
template <typename Read> int expectErrorsOnly(Read read) {
  try {
    read();
  } catch (const runtime::Error &) {
  }
  return 0;
}

inline runtime::Bytes toBytes(const uint8_t *data, size_t size) {
  return runtime::Bytes(data, data + size);
}

/// An array that was read has the elements that its shape says.
inline void expectWhole(const runtime::Array &array) {
  int64_t elements = 0;
  expect(runtime::countElements(array.shape, runtime::sizeOf(array.type),
                                elements),
         "the shape fits into memory");
  expect(uint64_t(elements) * runtime::sizeOf(array.type) == array.data.size(),
         "the elements are those of the shape");
}

} // namespace vib::fuzz

#endif // VIB_TEST_FUZZ_READERS_H
