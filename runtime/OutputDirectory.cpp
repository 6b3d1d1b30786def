//===- OutputDirectory.cpp - The directory of a run's files ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/OutputDirectory.h"
#include "runtime/Error.h"
#include "runtime/File.h"

#include <unistd.h>

#include <filesystem>

namespace vib::runtime {

namespace fs = std::filesystem;

/// Removes the temporary files of `files` that a killed run has left in `path`.
/// Only the holder of the directory's lock may do so.
static void removeStaleTemporaries(const std::string &path,
                                   const std::vector<std::string> &files) {
  std::optional<std::vector<std::string>> names = listDirectory(path);
  if (!names)
    return;
  for (const std::string &name : *names)
    for (const std::string &file : files)
      if (isTemporaryOf(file, name))
        ::unlink(joinPath(path, name).c_str());
}

/// Creates the directory and its parents if they do not exist.
void OutputDirectory::make(const std::string &path) {
  std::error_code error;
  std::vector<std::string> missing;
  for (fs::path part = path; !part.empty(); part = part.parent_path()) {
    fs::file_status status = fs::status(part, error);
    if (status.type() != fs::file_type::not_found)
      break;
    missing.push_back(part.string());
  }
  made.insert(made.begin(), missing.begin(), missing.end());
  fs::create_directories(path, error);
  std::error_code ignored;
  if (!fs::is_directory(path, ignored)) {
    if (fs::exists(path, ignored))
      fail("{} is a file, expected a folder", path);
    fail("cannot make the directory {}: {}", path, error.message());
  }
  for (const std::string &directory : missing)
    syncDirectoryOf(directory);
}

OutputDirectory::OutputDirectory(const std::string &path,
                                 const std::vector<std::string> &files)
    : OutputDirectory() {
  // A run that ends without a result may remove the directory just before it is
  // locked here.
  constexpr int attempts = 10;
  for (int attempt = 1; !lock; ++attempt) {
    make(path);
    try {
      lock.emplace(path);
    } catch (const Error &) {
      if (attempt == attempts || fileExists(path))
        throw;
    }
  }
  removeStaleTemporaries(path, files);
}

OutputDirectory::~OutputDirectory() {
  lock.reset();
  for (const std::string &path : made)
    ::rmdir(path.c_str());
}

} // namespace vib::runtime
