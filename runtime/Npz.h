//===- Npz.h - NumPy's archives of arrays -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_NPZ_H
#define VIB_RUNTIME_NPZ_H

#include "runtime/Array.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace vib::runtime {

/// A zip file of NPY members, stored or deflated, possibly with zip64 records.
/// The constructor reads the directory; read() reads a member.
class Npz {
public:
  explicit Npz(const std::string &path);
  Npz(Bytes bytes, std::string name);

  /// The names of the arrays, without ".npy".
  std::vector<std::string> keys() const;
  bool has(const std::string &key) const { return places.count(key); }
  const std::string &fileName() const { return name; }
  /// "FILE:KEY", for messages.
  std::string nameOf(const std::string &key) const;
  /// Reads the array of that name. If it is missing, throws an Error that lists
  /// the keys. `check` is called before the elements are inflated.
  Array read(const std::string &key, const CheckHeader &check = {}) const;

private:
  struct Member {
    std::string key;
    uint32_t method = 0;
    uint32_t checksum = 0;
    uint64_t packedSize = 0;
    uint64_t size = 0;
    uint64_t header = 0; ///< Offset of the member's local header.
  };
  void parseDirectory();

  Bytes bytes;
  std::string name;
  std::vector<Member> members; ///< In the order of the directory.
  std::unordered_map<std::string, size_t> places; ///< Keys to `members`.
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_NPZ_H
