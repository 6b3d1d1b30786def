//===- OutputDirectory.h - The directory of a run's files -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_OUTPUTDIRECTORY_H
#define VIB_RUNTIME_OUTPUTDIRECTORY_H

#include "runtime/DirectoryLock.h"

#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// The directory to which a run writes its files. It is locked against other
/// runs. The constructor creates it, with its parents, if it does not exist.
/// The destructor removes the directories that were created if they are empty.
class OutputDirectory {
public:
  /// `files` are the names of the run's own files. Their temporary files that a
  /// killed run has left are removed.
  OutputDirectory(const std::string &path,
                  const std::vector<std::string> &files);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory &) = delete;
  OutputDirectory &operator=(const OutputDirectory &) = delete;

private:
  /// The other constructor delegates to it, so that the destructor also cleans
  /// up if that constructor fails.
  OutputDirectory() = default;

  void make(const std::string &path);

  std::vector<std::string> made; ///< Created directories, innermost first.
  std::optional<DirectoryLock> lock;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_OUTPUTDIRECTORY_H
