//===- Idx.cpp - The file format of MNIST ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An IDX file consists of two zero bytes, a type, the number of dimensions,
// each dimension in four bytes, and the elements, all big-endian.
//
//===----------------------------------------------------------------------===//

#include "runtime/Idx.h"
#include "runtime/Error.h"
#include "runtime/Gzip.h"

#include <algorithm>
#include <optional>

namespace vib::runtime {

namespace {

/// Reads the bytes of a file in order, and inflates them if it is compressed.
class Source {
public:
  Source(Bytes contents, const std::string &name)
      : bytes(std::move(contents)), fileName(name) {
    if (isGzip(bytes.data(), bytes.size()))
      inflater.emplace(bytes.data(), bytes.size(), Inflater::Gzip, name);
  }

  /// Reads `size` bytes, or fewer at the end.
  Bytes read(uint64_t size) {
    if (inflater)
      return inflater->readUpTo(size);
    size = std::min<uint64_t>(size, bytes.size() - position);
    auto begin = bytes.begin() + ptrdiff_t(position);
    position += size;
    return Bytes(begin, begin + ptrdiff_t(size));
  }

  /// The same for the last read, which does not copy uncompressed data.
  Bytes readLast(uint64_t size) {
    if (inflater)
      return inflater->readUpTo(size);
    bytes.erase(bytes.begin(), bytes.begin() + ptrdiff_t(position));
    position = std::min<uint64_t>(size, bytes.size());
    total = bytes.size();
    bytes.resize(position);
    return std::move(bytes);
  }

  /// An upper bound of the bytes that follow.
  uint64_t remaining() const {
    if (inflater)
      return maxInflation * uint64_t(bytes.size());
    return bytes.size() - position;
  }

  void expectEnd() {
    if (inflater)
      inflater->expectEnd();
    else if (position != total)
      fail("{}: {} after the end of the IDX data, expected none", fileName,
           counted(int64_t(total - position), "byte"));
  }

private:
  Bytes bytes;
  size_t total = 0; ///< Bytes that readLast() found.
  const std::string &fileName;
  std::optional<Inflater> inflater;
  size_t position = 0;
};

ElementType elementTypeOf(uint8_t code, const std::string &name) {
  switch (code) {
  case 0x08:
    return ElementType::U8;
  case 0x09:
    return ElementType::I8;
  case 0x0B:
    return ElementType::I16;
  case 0x0C:
    return ElementType::I32;
  case 0x0D:
    return ElementType::F32;
  case 0x0E:
    return ElementType::F64;
  }
  fail("{}: IDX type 0x{:02x}, expected 0x08, 0x09, 0x0b, 0x0c, 0x0d or 0x0e",
       name, code);
}

} // namespace

Array parseIdx(Bytes bytes, const std::string &name, const CheckHeader &check) {
  Source source(std::move(bytes), name);
  Bytes magic = source.read(4);
  if (magic.size() < 4 || magic[0] != 0 || magic[1] != 0)
    fail("{}: not an IDX file: it begins with {}, expected two zero bytes, a "
         "type and a number of dimensions",
         name, describeBytes(magic));
  Array array;
  array.type = elementTypeOf(magic[2], name);
  if (magic[3] < 1 || magic[3] > 8)
    fail("{}: IDX data of {} dimensions, expected 1 to 8", name, magic[3]);
  for (int i = 0; i < magic[3]; ++i) {
    Bytes dim = source.read(4);
    if (dim.size() < 4)
      fail("{}: the IDX header is cut short: it ends in dimension {}, expected "
           "{} of them",
           name, i + 1, magic[3]);
    array.shape.push_back(int64_t(dim[0]) << 24 | int64_t(dim[1]) << 16 |
                          int64_t(dim[2]) << 8 | int64_t(dim[3]));
  }
  size_t elementBytes = sizeOf(array.type);
  int64_t elements;
  bool fits = countElements(array.shape, elementBytes, elements);
  uint64_t size = fits ? uint64_t(elements) * elementBytes : 0;
  if (!fits || size > source.remaining())
    fail("{}: the IDX header says {} elements of {}, more than the file "
         "contains: "
         "expected at most {} of them",
         name, formatShape(array.shape), nameOf(array.type),
         counted(int64_t(source.remaining()), "byte"));
  if (check)
    check({name, array.type, array.shape});
  array.data = source.readLast(size);
  if (array.data.size() < size)
    fail("{}: cut short: {} of IDX data, expected {} for {} of {}", name,
         counted(int64_t(array.data.size()), "byte"), grouped(int64_t(size)),
         formatShape(array.shape), nameOf(array.type));
  source.expectEnd();
  swapByteOrder(array.data, elementBytes);
  return array;
}

} // namespace vib::runtime
