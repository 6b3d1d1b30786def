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
// The arguments of the model may name the arrays, too: train_image.npy with
// train_digit.npy, or the keys image and digit of train.npz, or image_train, …
// in place of x_train, …. A model with several inputs or targets has only these
// forms.
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

#include <algorithm>
#include <string>
#include <vector>

namespace vib::runtime {

/// The names of the arrays of a split, in the order of its places.
struct ArrayNames {
  std::vector<std::string> inputs, labels;

  /// A single input may also be named x, and single labels y, unless another
  /// argument has this name. There may be no labels.
  bool isX() const { return inputs.size() == 1 && !contains(labels, "x"); }
  bool isY() const { return labels.size() <= 1 && !contains(inputs, "y"); }
  /// Whether the data may be in a form that has only these names.
  bool areShort() const { return isX() && isY(); }

private:
  static bool contains(const std::vector<std::string> &names,
                       const char *name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  }
};

/// The place of an array: a file, or a key of an archive.
struct ArrayPlace {
  std::string file; ///< Empty if it does not exist.
  /// The keys that it may have in an archive; empty for a file of its own.
  std::vector<std::string> keys;
  /// The name of a file that does not exist, or of an array of an archive, for
  /// messages.
  std::string expected;
};

/// The place of a split.
struct SplitPlace {
  std::vector<ArrayPlace> inputs, labels;
  /// The common pattern of the names of both splits: "emnist-letters-*-images"
  /// for emnist-letters-train-images… and emnist-letters-test-images….
  std::string pattern;

  const std::string &file() const { return inputs.front().file; }
};

/// The keys of an array in an archive. In one with both splits they end with
/// `suffix`, such as "_train".
std::vector<std::string> keysOfInput(const ArrayNames &names, size_t input,
                                     const std::string &suffix = "");
std::vector<std::string> keysOfLabels(const ArrayNames &names, size_t target,
                                      const std::string &suffix = "");

/// The place of a split in an archive.
SplitPlace placeInArchive(const std::string &file, const ArrayNames &names,
                          const std::string &suffix);

/// Finds the split "train" or "test" of a data folder. If there is none, the
/// Error lists the folder's contents and the names that were tried.
SplitPlace findSplit(const std::string &folder, const std::string &split,
                     const ArrayNames &names);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATAFOLDER_H
