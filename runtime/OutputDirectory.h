//===- OutputDirectory.h - Where a run writes -------------------*- C++ -*-===//
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

/// The directory that a run writes its files into, which no other run may write
/// into meanwhile. It is made, with its parents, if it does not exist. If it is
/// empty in the end, what was made goes away again.
class OutputDirectory {
public:
  /// `files` are the names of the run's own files: temporaries of these that a
  /// killed run has left are removed.
  OutputDirectory(const std::string &path,
                  const std::vector<std::string> &files);
  ~OutputDirectory();
  OutputDirectory(const OutputDirectory &) = delete;
  OutputDirectory &operator=(const OutputDirectory &) = delete;

private:
  /// To delegate to: then the destructor cleans up after a failure as well.
  OutputDirectory() = default;

  void make(const std::string &path);

  std::vector<std::string> made; ///< The innermost first.
  std::optional<DirectoryLock> lock;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_OUTPUTDIRECTORY_H
