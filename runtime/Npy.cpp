//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An NPY file consists of "\x93NUMPY", a version, the length of the header, the
// header, and the elements. The header is a Python literal:
//
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
//
//===----------------------------------------------------------------------===//

#include "runtime/Npy.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"
#include "runtime/File.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string_view>

namespace vib::runtime {

namespace {

/// NumPy's limit.
constexpr size_t maxDimensions = 64;

/// Parses the Python literal of a header.
class HeaderParser {
public:
  HeaderParser(std::string_view header, const std::string &name)
      : text(header), fileName(name) {}

  void parse() {
    expect('{');
    while (!accept('}')) {
      std::string_view key = string();
      expect(':');
      if (key == "descr")
        description = string();
      else if (key == "fortran_order")
        fortranOrder = boolean();
      else if (key == "shape")
        shape = tuple();
      else
        damaged("the key 'descr', 'fortran_order' or 'shape' before it");
      if (!accept(',') && !peek('}'))
        damaged("',' or '}'");
    }
    skipSpace();
    if (position != text.size())
      damaged("nothing after '}'");
    if (!description || !fortranOrder || !shape)
      damaged("the keys 'descr', 'fortran_order' and 'shape'");
  }

  std::optional<std::string> description;
  std::optional<bool> fortranOrder;
  std::optional<std::vector<int64_t>> shape;

private:
  [[noreturn]] void damaged(std::string_view expected) {
    std::string_view rest = text.substr(std::min(position, text.size()));
    fail("{}: the NPY header is damaged: its character {} begins {}, expected "
         "{}; the header is {}",
         fileName, position,
         rest.empty() ? "nothing" : fmt::format("'{}'", printable(rest, 20)),
         expected, printable(text, 80));
  }

  void skipSpace() {
    while (position < text.size() &&
           (text[position] == ' ' || text[position] == '\n'))
      ++position;
  }

  bool peek(char c) {
    skipSpace();
    return position < text.size() && text[position] == c;
  }

  bool accept(char c) {
    if (!peek(c))
      return false;
    ++position;
    return true;
  }

  void expect(char c) {
    if (!accept(c))
      damaged(fmt::format("'{}'", c));
  }

  std::string_view string() {
    char quote = peek('"') ? '"' : '\'';
    if (peek('['))
      fail("{}: an NPY file of records, expected one of numbers", fileName);
    expect(quote);
    size_t end = text.find(quote, position);
    if (end == std::string_view::npos)
      damaged("a text that ends with a quote");
    std::string_view result = text.substr(position, end - position);
    position = end + 1;
    return result;
  }

  bool boolean() {
    skipSpace();
    for (std::string_view word : {"True", "False"}) {
      if (text.substr(position, word.size()) != word)
        continue;
      position += word.size();
      return word == "True";
    }
    damaged("True or False");
  }

  int64_t number() {
    skipSpace();
    size_t begin = position;
    int64_t value = 0;
    for (; position < text.size() && text[position] >= '0' &&
           text[position] <= '9';
         ++position)
      if (__builtin_mul_overflow(value, int64_t(10), &value) ||
          __builtin_add_overflow(value, int64_t(text[position] - '0'), &value))
        damaged("a number below 2^63");
    if (position == begin)
      damaged("a whole number");
    return value;
  }

  /// Parses a tuple. A tuple of one element needs a comma, because "(3)" is a
  /// number in Python.
  std::vector<int64_t> tuple() {
    std::vector<int64_t> result;
    expect('(');
    while (!accept(')')) {
      result.push_back(number());
      bool comma = accept(',');
      if (!comma && (!peek(')') || result.size() == 1))
        damaged("','");
      if (result.size() > maxDimensions)
        fail("{}: an NPY array of more than {} dimensions, expected at most as "
             "many",
             fileName, maxDimensions);
    }
    return result;
  }

  std::string_view text;
  const std::string &fileName;
  size_t position = 0;
};

ElementType elementTypeOf(std::string_view description,
                          const std::string &name) {
  static const std::pair<std::string_view, ElementType> types[] = {
      {"b1", ElementType::Bool}, {"u1", ElementType::U8},
      {"i1", ElementType::I8},   {"u2", ElementType::U16},
      {"i2", ElementType::I16},  {"u4", ElementType::U32},
      {"i4", ElementType::I32},  {"u8", ElementType::U64},
      {"i8", ElementType::I64},  {"f4", ElementType::F32},
      {"f8", ElementType::F64}};
  for (auto [code, type] : types)
    if (description.substr(1) == code)
      return type;
  fail("{}: the NPY type '{}' is not supported, expected integers, float32 or "
       "float64",
       name, description);
}

/// Reorders elements from Fortran order, in which the first index varies
/// fastest.
Bytes toRowMajor(const Bytes &data, std::vector<int64_t> shape,
                 size_t elementBytes) {
  // Each element's step would otherwise loop over all dimensions of 1.
  shape.erase(std::remove(shape.begin(), shape.end(), 1), shape.end());
  Bytes result(data.size());
  size_t rank = shape.size();
  std::vector<size_t> stride(rank), index(rank);
  size_t step = elementBytes;
  for (size_t i = 0; i < rank; ++i) {
    stride[i] = step;
    step *= size_t(shape[i]);
  }
  size_t from = 0;
  for (size_t to = 0; to < data.size(); to += elementBytes) {
    memcpy(&result[to], &data[from], elementBytes);
    for (size_t d = rank; d-- > 0;) {
      from += stride[d];
      if (++index[d] < size_t(shape[d]))
        break;
      from -= stride[d] * index[d];
      index[d] = 0;
    }
  }
  return result;
}

} // namespace

Array NpyHeader::finish(Bytes elements, const std::string &name) {
  array.data = std::move(elements);
  size_t elementBytes = sizeOf(array.type);
  if (bigEndian)
    swapByteOrder(array.data, elementBytes);
  if (fortranOrder && array.shape.size() > 1) {
    requireMemory(array.data.size(), name);
    array.data = toRowMajor(array.data, array.shape, elementBytes);
  }
  return std::move(array);
}

size_t npyHeaderBytes(const uint8_t *prefix, uint64_t fileBytes,
                      const std::string &name) {
  constexpr std::string_view magic = "\x93NUMPY";
  if (fileBytes < magic.size() ||
      memcmp(prefix, magic.data(), magic.size()) != 0)
    fail("{}: not an NPY file: it begins with {}, expected 93 and NUMPY", name,
         describeBytes(
             {prefix, prefix + std::min<uint64_t>(fileBytes, magic.size())}));
  if (fileBytes < npyPrefixBytes)
    fail("{}: the NPY header is cut short: {}, expected at least {}", name,
         counted(int64_t(fileBytes), "byte"), npyPrefixBytes);
  int major = prefix[6], minor = prefix[7];
  if (major < 1 || major > 3 || minor != 0)
    fail("{}: NPY version {}.{}, expected 1.0, 2.0 or 3.0", name, major, minor);
  size_t lengthBytes = major == 1 ? 2 : 4;
  uint64_t size = magic.size() + 2 + lengthBytes;
  for (size_t i = 0; i < lengthBytes; ++i)
    size += uint64_t(prefix[8 + i]) << 8 * i;
  if (size > fileBytes || size < npyPrefixBytes)
    fail("{}: the NPY header is said to end at byte {}, expected {} to {}, the "
         "size of the file",
         name, size, npyPrefixBytes, fileBytes);
  return size_t(size);
}

NpyHeader parseNpyHeader(const uint8_t *data, size_t headerBytes,
                         uint64_t fileBytes, const std::string &name,
                         const CheckHeader &check) {
  size_t begin = data[6] == 1 ? 10 : 12;
  HeaderParser header(
      {reinterpret_cast<const char *>(data) + begin, headerBytes - begin},
      name);
  header.parse();
  std::string_view description = *header.description;
  if (description.size() < 2 ||
      std::string_view("<>|=").find(description[0]) == std::string_view::npos)
    fail("{}: the NPY type '{}' is not supported, expected one that begins "
         "with '<', '>', '|' or '='",
         name, description);

  NpyHeader result;
  Array &array = result.array;
  array.type = elementTypeOf(description, name);
  array.shape = *header.shape;
  int64_t elements;
  bool fits = countElements(array.shape, sizeOf(array.type), elements);
  uint64_t found = fileBytes - headerBytes;
  result.dataBytes = fits ? uint64_t(elements) * sizeOf(array.type) : 0;
  if (!fits || result.dataBytes > found)
    fail("{}: cut short: {} of NPY data, expected {} of {}", name,
         counted(int64_t(found), "byte"), formatShape(array.shape),
         nameOf(array.type));
  if (result.dataBytes < found)
    fail("{}: {} after the end of the NPY data, expected none", name,
         counted(int64_t(found - result.dataBytes), "byte"));
  result.bigEndian = description[0] == '>';
  result.fortranOrder = *header.fortranOrder;
  if (check)
    check({name, array.type, array.shape});
  return result;
}

Array parseNpy(Bytes bytes, const std::string &name, const CheckHeader &check) {
  size_t begin = npyHeaderBytes(bytes.data(), bytes.size(), name);
  NpyHeader header =
      parseNpyHeader(bytes.data(), begin, bytes.size(), name, check);
  // Erasing the header in place avoids a second copy of the data.
  bytes.erase(bytes.begin(), bytes.begin() + ptrdiff_t(begin));
  return header.finish(std::move(bytes), name);
}

NpyWriter::NpyWriter(const std::string &path, ElementType type,
                     const std::vector<int64_t> &shape)
    : file(path), type(type) {
  char kind = isFloat(type)               ? 'f'
              : type == ElementType::Bool ? 'b'
              : nameOf(type)[0] == 'u'    ? 'u'
                                          : 'i';
  size_t elementBytes = sizeOf(type);
  int64_t elements;
  if (!countElements(shape, elementBytes, elements))
    fail("{}: an array of the shape {} is too large", path, formatShape(shape));
  std::string header = fmt::format(
      "{{'descr': '{}{}{}', 'fortran_order': False, 'shape': ({}{}), }}",
      elementBytes == 1 ? '|' : '<', kind, elementBytes, fmt::join(shape, ", "),
      shape.size() == 1 ? "," : "");
  // The format requires that the elements begin at a multiple of 64 bytes.
  size_t padding = 63 - (10 + header.size()) % 64;
  header.append(padding, ' ');
  header += '\n';
  std::string prefix("\x93NUMPY\x01\x00", 8);
  prefix += char(header.size() & 0xff);
  prefix += char(header.size() >> 8);
  file.write(prefix);
  file.write(header);
}

void NpyWriter::write(const std::vector<double> &values) {
  if (type == ElementType::F64)
    return write(values.data(), values.size() * sizeof(double));
  std::vector<float> rounded(values.begin(), values.end());
  write(rounded.data(), rounded.size() * sizeof(float));
}

void writeNpy(const std::string &path, ElementType type,
              const std::vector<int64_t> &shape, const void *data) {
  NpyWriter writer(path, type, shape);
  int64_t elements = 0;
  countElements(shape, sizeOf(type), elements);
  writer.write(data, size_t(elements) * sizeOf(type));
  writer.commit();
}

} // namespace vib::runtime
