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
#include "runtime/DataFolder.h"

#include <string>

namespace vib::runtime {

struct NamedArray {
  Array array;
  std::string source; ///< "FILE" or "FILE:KEY", for messages.
  std::string file;
};

struct RawSplit {
  std::vector<NamedArray> inputs, labels;
};

/// The arrays of a split, and what checks the header of each.
struct WantedArrays {
  ArrayNames names;
  std::vector<CheckHeader> checkInputs, checkLabels;
};

/// Reads the split "train" or "test" of a data folder, or of an .npz file that
/// holds both. All arrays have the same number of rows.
RawSplit readSplit(const std::string &data, const std::string &split,
                   const WantedArrays &wanted);

/// Reads inputs without labels. From an .npz file it reads the arrays by their
/// names: a single one is x, else as the model names it, else x_test, else the
/// only array. From a data folder it reads the inputs of the test split.
/// Otherwise the path is that of an NPY or IDX file with the only input.
std::vector<NamedArray> readInputs(const std::string &path,
                                   const WantedArrays &wanted);

/// Reads the arrays of these names from an .npz file, each with its check. All
/// of them have the same number of rows.
std::vector<NamedArray> readNamed(const std::string &path,
                                  const std::vector<std::string> &names,
                                  const std::vector<CheckHeader> &checks);

/// Reads an NPY file, or an IDX file, plain or gzipped. The first bytes show
/// which it is.
Array readArray(const std::string &path, const CheckHeader &check = {});

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFILES_H
