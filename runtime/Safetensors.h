//===- Safetensors.h - The file format of weights ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Eight bytes with the length of a JSON header, the header, the tensors' bytes:
// https://github.com/huggingface/safetensors. The header names each tensor's
// type, shape and place, and holds string to string metadata.
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
/// they lack the key. A text that is not a finite number of the type T (int,
/// int64_t, uint64_t or double) is an Error.
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
    std::string type; ///< "F32", "F64", "BF16", … as the file says.
    std::vector<int64_t> shape;
    const uint8_t *data; ///< In the reader's memory.
    uint64_t size;       ///< Bytes.
  };

  /// Reads and checks a file: the header's form, that the tensors cover the
  /// payload without holes or overlaps, and that nothing follows it.
  explicit SafetensorsReader(const std::string &path);
  SafetensorsReader(Bytes bytes, std::string name);

  const std::string &name() const { return fileName; }
  const Metadata &metadata() const { return fileMetadata; }
  /// In the order of their places in the file.
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

  /// Adds a tensor of type "F32" or "F64" (U8, I64 …), whose data is copied.
  void add(std::string name, std::string type, std::vector<int64_t> shape,
           const void *data);
  /// Adds a tensor whose data is made only when it is written, one tensor at a
  /// time: `fill` gets the place for it.
  using Fill = std::function<void(void *data)>;
  void add(std::string name, std::string type, std::vector<int64_t> shape,
           Fill fill);
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
