//===- Safetensors.h - The file format of weights ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A safetensors file (https://github.com/huggingface/safetensors) consists of
// eight bytes with the length of a JSON header, the header, and the data of the
// tensors. The header has the type, shape and position of each tensor, and
// metadata that maps strings to strings.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SAFETENSORS_H
#define VIB_RUNTIME_SAFETENSORS_H

#include "runtime/Array.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace vib::runtime {

using Metadata = std::map<std::string, std::string>;

/// The number under `key` in the metadata of the file `path`, or nothing if
/// there is no such key. Throws an Error if the text is not a finite number of
/// the type T (int, int64_t, uint64_t or double).
template <typename T>
std::optional<T> findNumber(const Metadata &metadata, const std::string &path,
                            const std::string &key);

/// The same for a number of steps, epochs or lines: from 0 to 2^63 - 1.
std::optional<int64_t> findCount(const Metadata &metadata,
                                 const std::string &path,
                                 const std::string &key);

class SafetensorsReader {
public:
  struct Tensor {
    std::string name;
    std::string type; ///< The name in the file: "F32", "F64", "BF16", ….
    std::vector<int64_t> shape;
    const uint8_t *data; ///< In the reader's memory.
    uint64_t size;       ///< In bytes.
  };

  /// Reads and checks a file. The header must be valid, and the tensors must
  /// cover the rest of the file without gaps or overlaps.
  explicit SafetensorsReader(const std::string &path);
  SafetensorsReader(Bytes bytes, std::string name);
  /// Moving keeps the addresses of the tensors, which a copy would share.
  SafetensorsReader(SafetensorsReader &&) = default;

  const std::string &name() const { return fileName; }
  const Metadata &metadata() const { return fileMetadata; }
  /// The tensors in the order of their positions in the file.
  const std::vector<Tensor> &tensors() const { return fileTensors; }
  /// The tensor of that name, or null.
  const Tensor *find(const std::string &name) const;

private:
  void parse();

  Bytes bytes;
  std::string fileName;
  Metadata fileMetadata;
  std::vector<Tensor> fileTensors;
  std::unordered_map<std::string, size_t> places; ///< In `fileTensors`.
};

class SafetensorsWriter {
public:
  Metadata metadata;

  /// Adds a tensor and copies its data. `type` is "F32", "F64" or another type
  /// of the format.
  void add(std::string name, std::string type, std::vector<int64_t> shape,
           const void *data);
  /// Adds a tensor whose data is computed when it is written: `fill` writes it
  /// to the buffer that it is given. Only one tensor is in memory at a time.
  using Fill = std::function<void(void *data)>;
  void add(std::string name, std::string type, std::vector<int64_t> shape,
           Fill fill);
  /// Calls `visitor` with the name and the data of each tensor, in the order
  /// of the file.
  using Visitor = std::function<void(const std::string &, const Bytes &)>;
  void visit(const Visitor &visitor) const;
  /// Writes the file, atomically.
  void write(const std::string &path) const;
  /// The same bytes, in memory.
  Bytes serialize() const;

private:
  struct Tensor {
    std::string name;
    std::string type;
    std::vector<int64_t> shape;
    size_t size;
    Fill fill;
  };
  std::string makeHeader() const;

  std::vector<Tensor> tensors;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_SAFETENSORS_H
