//===- Gzip.h - Compressed bytes, read --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything compressed is inflated in pieces into memory that was sized by
// what the payload itself says, so that neither a forged length nor a bomb
// makes the runtime allocate more than the data that it goes on to use.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_GZIP_H
#define VIB_RUNTIME_GZIP_H

#include "runtime/Array.h"

#include <memory>
#include <string>

namespace vib::runtime {

/// More than deflate can make of one byte: a claim of more is a lie.
constexpr uint64_t maxInflation = 1032;

/// Whether the bytes begin as a gzip file does.
bool isGzip(const uint8_t *data, size_t size);

/// Reads a deflate stream from memory. Errors name `name`.
class Inflater {
public:
  enum Format {
    Gzip, ///< One or more members with headers and checksums; all are checked.
    Raw   ///< A bare stream, as in zip files.
  };
  Inflater(const uint8_t *data, size_t size, Format format, std::string name);
  ~Inflater();

  /// Inflates up to `size` bytes; fewer only at the end of the stream. A
  /// truncated or damaged stream is an error.
  size_t read(void *buffer, size_t size);
  /// The same into memory that goes with what there is, not with what was
  /// asked for.
  Bytes readUpTo(uint64_t size);
  /// Checks that the stream ends here and that nothing follows it.
  void expectEnd();

private:
  struct Stream;
  std::unique_ptr<Stream> stream;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_GZIP_H
