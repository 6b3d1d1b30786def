//===- DataFolder.h - Finding a split in a data folder ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A data folder contains each of the splits "train" and "test" in one of these
// forms. Parts in brackets are optional:
//
//   [PREFIX-]train-images-idx3-ubyte[.gz]  with train-labels-idx1-ubyte[.gz];
//                                          the test split is t10k or test, and
//                                          a dot may stand before idx
//   train.npz                              with the keys x and y
//   train_x.npy, x_train.npy, X_train.npy  with y in place of x
//   mnist.npz                              with the keys x_train, y_train,
//                                          x_test and y_test
//
// If it contains none of them but exactly one other .npz file with the keys
// x_train, …, that file is used. Such a file may also be named in place of the
// folder. A split that is present in two forms is an error, because it is
// unknown which one is meant. A folder is also an error if the names of its
// splits, PREFIX included, do not match: they may belong to different data
// sets.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DATAFOLDER_H
#define VIB_RUNTIME_DATAFOLDER_H

#include <string>

namespace vib::runtime {

/// The place of a split: two files, or two keys of an archive.
struct SplitPlace {
  std::string inputs;
  std::string labels;    ///< Empty if the file does not exist.
  std::string inputsKey; ///< In an archive; empty for two files.
  std::string labelsKey;
  std::string labelsName; ///< The expected name of the labels' file.
  /// The common pattern of the names of both splits: "emnist-letters-*-images"
  /// for emnist-letters-train-images… and emnist-letters-test-images….
  std::string pattern;
};

/// Finds the split "train" or "test" of a data folder. If there is none, the
/// Error lists the folder's contents and the names that were tried.
SplitPlace findSplit(const std::string &folder, const std::string &split);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFOLDER_H
