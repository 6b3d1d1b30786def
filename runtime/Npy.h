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

#include <string>

namespace vib::runtime {

/// Parses an NPY file of version 1, 2 or 3: booleans, integers, float32 and
/// float64 in either byte order, in C or Fortran order. Errors name `name`.
Array parseNpy(const uint8_t *data, size_t size, const std::string &name);
Array readNpy(const std::string &path);

/// Writes an NPY file of version 1.0, atomically.
void writeNpy(const std::string &path, ElementType type,
              const std::vector<int64_t> &shape, const void *data);

} // namespace vib::runtime

#endif // VIB_RUNTIME_NPY_H
