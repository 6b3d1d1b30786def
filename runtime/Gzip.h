//===- Gzip.h - Reading compressed data -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compressed data is inflated in pieces, and the memory grows with the inflated
// data. So neither a forged length nor a decompression bomb makes the runtime
// allocate more memory than it uses.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_GZIP_H
#define VIB_RUNTIME_GZIP_H

#include "runtime/Array.h"

#include <memory>
#include <string>

namespace vib::runtime {

/// An upper bound of the inflated bytes for one byte of deflate data. A header
/// that claims more is forged.
constexpr uint64_t maxInflation = 1032;

/// Whether the data begins like a gzip file.
bool isGzip(const uint8_t *data, size_t size);

/// Reads a deflate stream from memory. Errors name `name`.
class Inflater {
public:
  enum Format {
    Gzip, ///< One or more members; their headers and checksums are checked.
    Raw   ///< A bare stream, as in zip files.
  };
  Inflater(const uint8_t *data, size_t size, Format format, std::string name);
  ~Inflater();

  /// Inflates `size` bytes, or fewer at the end of the stream, and returns
  /// their number. A truncated or damaged stream is an Error.
  size_t read(void *buffer, size_t size);
  /// The same into memory that grows with the inflated data, because `size` may
  /// be forged.
  Bytes readUpTo(uint64_t size);
  /// Checks that the stream ends here and that nothing follows it.
  void expectEnd();

private:
  struct Stream;
  std::unique_ptr<Stream> stream;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_GZIP_H
