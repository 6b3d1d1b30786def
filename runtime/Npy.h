//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_NPY_H
#define VIB_RUNTIME_NPY_H

#include "runtime/Array.h"
#include "runtime/File.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// Parses an NPY file of version 1, 2 or 3: booleans, integers, float32 and
/// float64 in either byte order, in C or Fortran order. Errors name `name`.
Array parseNpy(const uint8_t *data, size_t size, const std::string &name);
Array readNpy(const std::string &path);

/// An NPY file of version 1.0 that is written in pieces and appears under its
/// name when it is complete.
class NpyWriter {
public:
  NpyWriter(const std::string &path, ElementType type,
            const std::vector<int64_t> &shape);

  void write(const void *data, size_t bytes) { file.write(data, bytes); }
  /// The next elements of an array of float32 or float64.
  void write(const std::vector<double> &values);
  void commit() { file.commit(); }

private:
  AtomicFile file;
  ElementType type;
};

/// Writes an NPY file in one piece.
void writeNpy(const std::string &path, ElementType type,
              const std::vector<int64_t> &shape, const void *data);

} // namespace vib::runtime

#endif // VIB_RUNTIME_NPY_H
