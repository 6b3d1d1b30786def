//===- DataFiles.h - The arrays of a data set -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DATAFILES_H
#define VIB_RUNTIME_DATAFILES_H

#include "runtime/Array.h"

#include <string>

namespace vib::runtime {

struct NamedArray {
  Array array;
  std::string source; ///< "FILE" or "FILE:KEY", for messages.
  std::string file;
};

struct RawSplit {
  NamedArray inputs, labels;
};

/// Reads the split "train" or "test" of a data folder, or of an .npz file that
/// holds both.
RawSplit readSplit(const std::string &data, const std::string &split,
                   const CheckHeader &checkInputs,
                   const CheckHeader &checkLabels);

/// Reads inputs without labels: from an NPY or IDX file; from an .npz file the
/// key x, else x_test, else its only array; from a data folder those of the
/// test split.
NamedArray readInputs(const std::string &path, const CheckHeader &check);

/// Reads an NPY or IDX file, plain or gzipped, which its first bytes tell
/// apart.
Array readArray(const std::string &path, const CheckHeader &check = {});

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFILES_H
