//===- DataFolder.h - Where a split is in a folder of data ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A data folder holds each of the splits "train" and "test" in one of these
// forms, a name in brackets being optional:
//
//   [PREFIX-]train-images-idx3-ubyte[.gz]  with train-labels-idx1-ubyte[.gz];
//                                          the test split is t10k or test, and
//                                          a dot may stand before idx
//   train.npz                              with the keys x and y
//   train_x.npy, x_train.npy, X_train.npy  with y in place of x
//   mnist.npz                              with the keys x_train, y_train,
//                                          x_test and y_test
//
// Where it holds none of them but one other .npz file with the keys x_train, …
// that is taken, and such a file may be named in place of the folder. A split
// that is there in two forms is an error: nothing says which one is meant. So
// is a folder whose splits are not named alike, PREFIX included: they may be of
// different data sets.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DATAFOLDER_H
#define VIB_RUNTIME_DATAFOLDER_H

#include <string>

namespace vib::runtime {

/// Where a split is: in two files, or under two keys of an archive.
struct SplitPlace {
  std::string inputs;
  std::string labels;    ///< Empty if the file is not there.
  std::string inputsKey; ///< Of an archive.
  std::string labelsKey;
  std::string labelsName; ///< What the file of the labels is called.
  /// What the names of both splits have in common: "emnist-letters-*-images"
  /// for both of emnist-letters-train-images… and emnist-letters-test-images….
  std::string pattern;
};

/// Finds the split "train" or "test" of a data folder. An error says what is in
/// the folder, and what was looked for.
SplitPlace findSplit(const std::string &folder, const std::string &split);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFOLDER_H
