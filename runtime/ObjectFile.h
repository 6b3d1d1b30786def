//===- ObjectFile.h - Loading a compiled object -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libvib opens the objects of `vibc --emit=obj` without a linker, which a
// machine with only Python need not have.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_OBJECTFILE_H
#define VIB_RUNTIME_OBJECTFILE_H

#include <cstddef>
#include <string>
#include <unordered_map>

namespace vib::runtime {

/// An object in memory, ready to run. It is gone with this.
class ObjectFile {
public:
  /// Throws an Error if the file is not an object for this machine, is damaged,
  /// or needs what this loader or the process does not have.
  explicit ObjectFile(const std::string &path);
  ~ObjectFile();
  ObjectFile(const ObjectFile &) = delete;
  ObjectFile &operator=(const ObjectFile &) = delete;

  /// Whether a file begins as an object does, and not as a library.
  static bool isObject(const std::string &path);

  /// The address of a symbol that the object exports, or null.
  const void *find(const std::string &name) const;

private:
  void *memory = nullptr;
  size_t size = 0;
  std::unordered_map<std::string, const void *> symbols;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_OBJECTFILE_H
