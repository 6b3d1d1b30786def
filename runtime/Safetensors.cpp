//===- Safetensors.cpp - The file format of weights -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Safetensors.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace vib::runtime {

namespace {

/// The limit of the reference implementation.
constexpr uint64_t maxHeader = 100000000;
constexpr size_t lengthBytes = 8;

/// The size of an element in bytes, or 0 if the type is unknown.
size_t elementSize(const std::string &type) {
  static const std::pair<const char *, size_t> types[] = {
      {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1},
      {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},
      {"I32", 4},  {"F32", 4}, {"U64", 8}, {"I64", 8},     {"F64", 8}};
  for (auto [name, size] : types)
    if (type == name)
      return size;
  return 0;
}

/// Reads a JSON array of whole numbers of 0 or more.
bool readNumbers(const nlohmann::json &json, std::vector<int64_t> &numbers) {
  if (!json.is_array())
    return false;
  for (const nlohmann::json &entry : json) {
    if (!entry.is_number_unsigned() || entry.get<uint64_t>() > INT64_MAX)
      return false;
    numbers.push_back(int64_t(entry.get<uint64_t>()));
  }
  return true;
}

bool endsWith(std::string_view text, std::string_view suffix) {
  return text.size() >= suffix.size() &&
         text.substr(text.size() - suffix.size()) == suffix;
}

/// Describes a file that does not begin with a safetensors header, and says how
/// to convert a file of torch.save. torch.save writes a zip file with a pickle
/// in it; older versions wrote a bare pickle.
std::string describeOther(const Bytes &bytes, const std::string &path) {
  constexpr size_t longestName = 256;
  std::string_view begin(reinterpret_cast<const char *>(bytes.data()),
                         std::min(bytes.size(), longestName));
  bool isZip = begin.substr(0, 4) == "PK\x03\x04";
  bool isPickle =
      begin.size() > 1 && begin[0] == '\x80' && begin[1] >= 2 && begin[1] <= 5;
  bool isTorch = isPickle || endsWith(path, ".pt") || endsWith(path, ".pth") ||
                 (isZip && begin.find("/data.pkl") != std::string_view::npos);
  if (isTorch)
    return fmt::format(
        "a file of torch.save, expected safetensors; two lines of Python "
        "convert the state_dict in it:\n"
        "  import torch; from safetensors.torch import save_file\n"
        "  save_file(torch.load('{}', map_location='cpu', weights_only=True), "
        "'weights.safetensors')",
        path);
  if (isZip)
    return "a zip file, expected safetensors";
  return fmt::format(
      "not a safetensors file: its {} {} with {}, "
      "expected the length of a JSON header in 8 bytes, and '{{'",
      counted(int64_t(bytes.size()), "byte"),
      bytes.size() == 1 ? "begins" : "begin", describeBytes(bytes));
}

} // namespace

template <typename T>
std::optional<T> findNumber(const Metadata &metadata, const std::string &path,
                            const std::string &key) {
  auto found = metadata.find(key);
  if (found == metadata.end())
    return std::nullopt;
  const std::string &text = found->second;
  const char *end = text.data() + text.size();
  T value = {};
  auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || !std::isfinite(double(value)))
    fail("{}: the metadata '{}' is '{}', expected {}", path, key, text,
         std::is_floating_point_v<T> ? "a number"
         : std::is_unsigned_v<T>     ? "a whole number of 0 or more"
                                     : "a whole number");
  return value;
}

template std::optional<int> findNumber(const Metadata &, const std::string &,
                                       const std::string &);
template std::optional<int64_t>
findNumber(const Metadata &, const std::string &, const std::string &);
template std::optional<uint64_t>
findNumber(const Metadata &, const std::string &, const std::string &);
template std::optional<double> findNumber(const Metadata &, const std::string &,
                                          const std::string &);

std::optional<int64_t> findCount(const Metadata &metadata,
                                 const std::string &path,
                                 const std::string &key) {
  auto count = findNumber<uint64_t>(metadata, path, key);
  if (count && *count > uint64_t(INT64_MAX))
    fail("{}: the metadata '{}' is '{}', expected a whole number of 0 or more "
         "below 2^63",
         path, key, *count);
  return count;
}

/// Reads a file of weights. The error for the folder of a run names the weights
/// in it.
static Bytes readWeights(const std::string &path) {
  std::string inside = joinPath(path, "model.safetensors");
  if (isDirectory(path) && fileExists(inside))
    fail("{} is a folder, expected a file: give {}", path, inside);
  return readFile(path);
}

SafetensorsReader::SafetensorsReader(const std::string &path)
    : SafetensorsReader(readWeights(path), path) {}

SafetensorsReader::SafetensorsReader(Bytes contents, std::string name)
    : bytes(std::move(contents)), fileName(std::move(name)) {
  parse();
}

void SafetensorsReader::parse() {
  uint64_t length = 0;
  bool fits = bytes.size() >= lengthBytes + 2;
  for (size_t i = 0; fits && i < lengthBytes; ++i)
    length |= uint64_t(bytes[i]) << 8 * i;
  if (!fits || length > maxHeader || bytes[lengthBytes] != '{')
    fail("{}: {}", fileName, describeOther(bytes, fileName));
  if (length > bytes.size() - lengthBytes)
    fail("{}: cut short: {}, expected a safetensors header of {}", fileName,
         counted(int64_t(bytes.size() - lengthBytes), "byte"),
         grouped(int64_t(length)));
  const uint8_t *text = bytes.data() + lengthBytes;
  const uint8_t *payload = text + length;
  uint64_t payloadSize = bytes.size() - lengthBytes - length;

  // The JSON parser would stop at a zero byte.
  if (const void *zero = memchr(text, 0, length))
    fail("{}: the safetensors header has a zero byte at {}, expected text",
         fileName, static_cast<const uint8_t *>(zero) - text);
  nlohmann::json header;
  try {
    header = nlohmann::json::parse(text, payload);
  } catch (const nlohmann::json::exception &error) {
    fail("{}: the safetensors header is damaged, expected JSON: {}", fileName,
         error.what());
  }

  for (const auto &[name, entry] : header.items()) {
    if (name == "__metadata__") {
      if (!entry.is_object())
        fail("{}: the safetensors '__metadata__' is {}, expected an object of "
             "strings",
             fileName, entry.type_name());
      for (const auto &[key, value] : entry.items()) {
        if (!value.is_string())
          fail("{}: the safetensors metadata '{}' is {}, expected a string",
               fileName, key, value.type_name());
        fileMetadata[key] = value.get<std::string>();
      }
      continue;
    }
    Tensor tensor;
    tensor.name = name;
    std::vector<int64_t> range;
    if (!entry.is_object() || !entry.contains("dtype") ||
        !entry["dtype"].is_string() || !entry.contains("shape") ||
        !readNumbers(entry["shape"], tensor.shape) ||
        !entry.contains("data_offsets") ||
        !readNumbers(entry["data_offsets"], range) || range.size() != 2 ||
        range[0] > range[1])
      fail("{}: the safetensors entry of '{}' is damaged, expected a string "
           "'dtype', whole numbers of 0 or more as 'shape', and two of these "
           "in their order as 'data_offsets'",
           fileName, name);
    tensor.type = entry["dtype"].get<std::string>();
    size_t elementBytes = elementSize(tensor.type);
    if (elementBytes == 0)
      fail("{}: the tensor '{}' has the unknown type {}, expected F32, F64, "
           "BF16 or another type of safetensors",
           fileName, name, tensor.type);
    if (uint64_t(range[1]) > payloadSize)
      fail("{}: cut short: the tensor '{}' ends at byte {} of the data, "
           "expected at most {}",
           fileName, name, range[1], payloadSize);
    tensor.size = uint64_t(range[1] - range[0]);
    int64_t elements;
    if (!countElements(tensor.shape, elementBytes, elements) ||
        uint64_t(elements) * elementBytes != tensor.size)
      fail("{}: the tensor '{}' has {}, expected those of the type {} "
           "and the shape {}",
           fileName, name, counted(int64_t(tensor.size), "byte"), tensor.type,
           formatShape(tensor.shape));
    tensor.data = payload + range[0];
    fileTensors.push_back(std::move(tensor));
  }

  std::sort(fileTensors.begin(), fileTensors.end(),
            [](const Tensor &a, const Tensor &b) {
              return std::tie(a.data, a.size) < std::tie(b.data, b.size);
            });
  const uint8_t *end = payload;
  for (const Tensor &tensor : fileTensors) {
    if (tensor.data != end)
      fail("{}: the tensor '{}' begins at byte {} of the data, expected {}",
           fileName, tensor.name, tensor.data - payload, end - payload);
    end += tensor.size;
  }
  for (size_t i = 0; i < fileTensors.size(); ++i)
    places.emplace(fileTensors[i].name, i);
  uint64_t used = uint64_t(end - payload);
  if (used != payloadSize)
    fail("{}: {} after the end of the tensors, expected none", fileName,
         counted(int64_t(payloadSize - used), "byte"));
}

const SafetensorsReader::Tensor *
SafetensorsReader::find(const std::string &name) const {
  auto found = places.find(name);
  return found == places.end() ? nullptr : &fileTensors[found->second];
}

void SafetensorsWriter::add(std::string name, std::string type,
                            std::vector<int64_t> shape, const void *data) {
  int64_t elements = 0;
  countElements(shape, elementSize(type), elements);
  const uint8_t *begin = static_cast<const uint8_t *>(data);
  Bytes copy(begin, begin + size_t(elements) * elementSize(type));
  add(std::move(name), std::move(type), std::move(shape), [copy](void *place) {
    if (!copy.empty())
      memcpy(place, copy.data(), copy.size());
  });
}

void SafetensorsWriter::add(std::string name, std::string type,
                            std::vector<int64_t> shape, Fill fill) {
  int64_t elements;
  size_t elementBytes = elementSize(type);
  if (elementBytes == 0 || !countElements(shape, elementBytes, elements))
    fail("cannot store the tensor '{}' of type {} and shape {}", name, type,
         formatShape(shape));
  // Tensors with wide elements come first, so that every tensor is aligned.
  auto place = std::upper_bound(tensors.begin(), tensors.end(), elementBytes,
                                [](size_t bytes, const Tensor &tensor) {
                                  return elementSize(tensor.type) < bytes;
                                });
  tensors.insert(place, {std::move(name), std::move(type), std::move(shape),
                         size_t(elements) * elementBytes, std::move(fill)});
}

/// The header is built as text, because an ordered_json would end the program
/// if an allocation failed.
std::string SafetensorsWriter::makeHeader() const {
  std::string text = "{";
  auto member = [&](const std::string &name, const std::string &value) {
    text += fmt::format("{}{}:{}", text.size() > 1 ? "," : "", quoteJson(name),
                        value);
  };
  if (!metadata.empty()) {
    std::string values;
    for (const auto &[key, value] : metadata)
      values += fmt::format("{}{}:{}", values.empty() ? "" : ",",
                            quoteJson(key), quoteJson(value));
    member("__metadata__", "{" + values + "}");
  }
  uint64_t offset = 0;
  for (const Tensor &tensor : tensors) {
    uint64_t end = offset + tensor.size;
    member(tensor.name,
           fmt::format(R"({{"dtype":{},"shape":[{}],"data_offsets":[{},{}]}})",
                       quoteJson(tensor.type), fmt::join(tensor.shape, ","),
                       offset, end));
    offset = end;
  }
  text += "}";
  text.append((lengthBytes - text.size() % lengthBytes) % lengthBytes, ' ');
  std::string length;
  for (size_t i = 0; i < lengthBytes; ++i)
    length += char(uint64_t(text.size()) >> 8 * i & 0xff);
  return length + text;
}

void SafetensorsWriter::visit(const Visitor &visitor) const {
  // A buffer that grows would for a moment be there twice.
  size_t largest = 0;
  for (const Tensor &tensor : tensors)
    largest = std::max(largest, tensor.size);
  Bytes data;
  data.reserve(largest);
  for (const Tensor &tensor : tensors) {
    data.resize(tensor.size);
    tensor.fill(data.data());
    visitor(tensor.name, data);
  }
}

void SafetensorsWriter::write(const std::string &path) const {
  AtomicFile file(path);
  file.write(makeHeader());
  visit([&](const std::string &, const Bytes &data) {
    file.write(data.data(), data.size());
  });
  file.commit();
}

Bytes SafetensorsWriter::serialize() const {
  std::string header = makeHeader();
  Bytes result(header.begin(), header.end());
  for (const Tensor &tensor : tensors) {
    result.resize(result.size() + tensor.size);
    tensor.fill(result.data() + result.size() - tensor.size);
  }
  return result;
}

} // namespace vib::runtime
