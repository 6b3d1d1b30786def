//===- Checksums.cpp - Checksums of a checkpoint --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checksums.h"
#include "runtime/Error.h"
#include "runtime/Json.h"

#include <nlohmann/json.hpp>
#include <zlib.h>

namespace vib::runtime {

std::string checksumOf(const void *data, size_t bytes) {
  uLong start = crc32_z(0, nullptr, 0);
  return fmt::format("{:08x}",
                     crc32_z(start, static_cast<const Bytef *>(data), bytes));
}

static std::string checksumOf(const std::string &text) {
  return checksumOf(text.data(), text.size());
}

namespace {

/// The members of a JSON object as text, which cannot end the program as the
/// destructor of nlohmann's type can if an allocation fails.
class Members {
public:
  void add(const std::string &name, const std::string &value) {
    text +=
        fmt::format("{}{}:{}", text.empty() ? "" : ",", quoteJson(name), value);
  }
  std::string print() const { return "{" + text + "}"; }

private:
  std::string text;
};

using List = std::map<std::string, std::string>;

/// Reads one of the two lists of checksums; nothing if it is damaged.
std::optional<List> readList(const nlohmann::json &json, const char *name) {
  if (!json.is_object() || !json.contains(name) || !json[name].is_object())
    return std::nullopt;
  List list;
  for (const auto &[key, value] : json[name].items()) {
    if (!value.is_string())
      return std::nullopt;
    list[key] = value.get<std::string>();
  }
  return list;
}

/// Takes the checksum of `name` out of the list, and compares it with `found`.
void verify(const SafetensorsReader &reader, List &list, const char *what,
            const std::string &name, const std::string &found) {
  auto expected = list.find(name);
  if (expected == list.end())
    fail("{}: damaged or edited: the {} '{}' has no checksum, expected one of "
         "everything in the file",
         reader.name(), what, name);
  if (expected->second != found)
    fail("{}: damaged or edited: the checksum of the {} '{}' is {}, expected "
         "{}",
         reader.name(), what, name, found, expected->second);
  list.erase(expected);
}

} // namespace

void addChecksums(SafetensorsWriter &writer) {
  Members tensors, metadata, all;
  writer.visit([&](const std::string &name, const Bytes &data) {
    tensors.add(name, quoteJson(checksumOf(data.data(), data.size())));
  });
  for (const auto &[key, value] : writer.metadata)
    metadata.add(key, quoteJson(checksumOf(value)));
  all.add("tensors", tensors.print());
  all.add("metadata", metadata.print());
  std::string text = all.print();
  writer.metadata[checksumKey] = checksumOf(text);
  writer.metadata[checksumsKey] = std::move(text);
}

void verifyChecksums(const SafetensorsReader &reader) {
  const Metadata &metadata = reader.metadata();
  auto text = metadata.find(checksumsKey), check = metadata.find(checksumKey);
  if (text == metadata.end() && check == metadata.end())
    return;
  if (text == metadata.end() || check == metadata.end())
    fail("{}: damaged or edited: the metadata has '{}' but not '{}', expected "
         "both",
         reader.name(), text == metadata.end() ? checksumKey : checksumsKey,
         text == metadata.end() ? checksumsKey : checksumKey);
  if (checksumOf(text->second) != check->second)
    fail("{}: damaged or edited: the checksum of the list of checksums is {}, "
         "expected {}",
         reader.name(), checksumOf(text->second), check->second);
  auto json = nlohmann::json::parse(text->second, nullptr,
                                    /*allow_exceptions=*/false);
  std::optional<List> tensors = readList(json, "tensors"),
                      values = readList(json, "metadata");
  if (!tensors || !values)
    fail("{}: damaged or edited: the metadata '{}' is {}, expected lists of "
         "checksums",
         reader.name(), checksumsKey, json.type_name());

  for (const auto &[key, value] : metadata)
    if (key != checksumsKey && key != checksumKey)
      verify(reader, *values, "metadata", key, checksumOf(value));
  for (const SafetensorsReader::Tensor &tensor : reader.tensors())
    verify(reader, *tensors, "tensor", tensor.name,
           checksumOf(tensor.data, tensor.size));
  for (auto [list, what] :
       {std::pair(&*values, "metadata"), std::pair(&*tensors, "tensor")})
    if (!list->empty())
      fail("{}: damaged or edited: the {} '{}' is missing, expected all that "
           "have a checksum",
           reader.name(), what, list->begin()->first);
}

} // namespace vib::runtime
