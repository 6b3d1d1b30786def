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

/// Reads inputs without labels. From an .npz file it reads the key x, else
/// x_test, else the only array; from a data folder, the inputs of the test
/// split; otherwise the path is that of an NPY or IDX file.
NamedArray readInputs(const std::string &path, const CheckHeader &check);

/// Reads an NPY file, or an IDX file, plain or gzipped. The first bytes show
/// which it is.
Array readArray(const std::string &path, const CheckHeader &check = {});

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFILES_H
