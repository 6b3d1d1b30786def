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

/// The header of an NPY file.
struct NpyHeader {
  Array array;        ///< Without its data.
  uint64_t dataBytes; ///< The size of all elements.
  bool bigEndian;
  bool fortranOrder;

  /// Returns the array. `elements` are the stored elements. Errors name `name`.
  Array finish(Bytes elements, const std::string &name);
};

/// The number of bytes at the start of a file that give the size of its header.
constexpr size_t npyPrefixBytes = 12;

/// The size in bytes of everything before the elements. `prefix` is the start
/// of a file of `fileBytes` bytes.
size_t npyHeaderBytes(const uint8_t *prefix, uint64_t fileBytes,
                      const std::string &name);

/// Parses the header, which has the size npyHeaderBytes(). The rest of the
/// `fileBytes` of the file must be exactly the elements. `check` is called with
/// the result.
NpyHeader parseNpyHeader(const uint8_t *data, size_t headerBytes,
                         uint64_t fileBytes, const std::string &name,
                         const CheckHeader &check);

/// Parses an NPY file of version 1.0, 2.0 or 3.0. The elements may be booleans,
/// integers, float32 or float64, in either byte order, in C or Fortran order.
/// Errors name `name`.
Array parseNpy(Bytes bytes, const std::string &name,
               const CheckHeader &check = {});

/// Writes an NPY file of version 1.0 in pieces. The file appears under its name
/// when it is complete.
class NpyWriter {
public:
  NpyWriter(const std::string &path, ElementType type,
            const std::vector<int64_t> &shape);

  void write(const void *data, size_t bytes) { file.write(data, bytes); }
  /// Writes the next elements of an array of float32 or float64.
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
