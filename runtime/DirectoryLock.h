//===- DirectoryLock.h - One writer in a directory --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DIRECTORYLOCK_H
#define VIB_RUNTIME_DIRECTORYLOCK_H

#include "runtime/Error.h"

#include <string>

namespace vib::runtime {

/// Another run holds the lock of a directory.
class DirectoryLocked : public Error {
public:
  using Error::Error;
};

/// An advisory lock on a directory. While one run holds it, every other run
/// that requests it fails with a DirectoryLocked that names the holder. The
/// kernel releases the lock when the process ends in any way, so a killed run
/// leaves nothing to clean up.
class DirectoryLock {
public:
  /// Locks `directory`, which must exist and be writable.
  explicit DirectoryLock(const std::string &directory);
  ~DirectoryLock();
  DirectoryLock(const DirectoryLock &) = delete;
  DirectoryLock &operator=(const DirectoryLock &) = delete;

private:
  bool tryLock(const std::string &directory);

  std::string path;
  int descriptor = -1;
  bool owned = false; ///< False where the file system has no locks.
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_DIRECTORYLOCK_H
