//===- File.h - Files that appear only when complete ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_FILE_H
#define VIB_RUNTIME_FILE_H

#include "runtime/Array.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vib::runtime {

/// The path that stands for the standard output, as in other tools.
constexpr const char *standardOutput = "-";

/// Whether a file of any kind exists. Throws an Error if the path cannot be
/// looked up (no permission, a loop of links, a name that is too long).
bool fileExists(const std::string &path);
/// Whether both paths lead to the same existing file.
bool isSameFile(const std::string &a, const std::string &b);
/// Whether the path is a directory or a link to one.
bool isDirectory(const std::string &path);
/// The names in a directory, in no particular order. Nothing if it cannot be
/// read; errno is then set. (std::filesystem's iterator would end the program
/// when an allocation fails.)
std::optional<std::vector<std::string>>
listDirectory(const std::string &directory);
/// `directory/name`, without a doubled slash.
std::string joinPath(const std::string &directory, std::string_view name);

/// Reads a whole file or pipe. Throws Interrupted if a signal arrives while it
/// waits for the writer of a pipe.
Bytes readFile(const std::string &path);

/// Syncs the directory of `path`, so that files created, renamed or removed in
/// it survive a power failure.
void syncDirectoryOf(const std::string &path);

/// Whether `name` is the name of a temporary file of an AtomicFile `file`.
bool isTemporaryOf(std::string_view file, std::string_view name);

/// A file that appears under its name only when it is complete. It is written
/// to a temporary file beside it, `.NAME.PROCESS-NUMBER.vib-tmp`, which no
/// other writer uses. commit() syncs and renames it, and syncs the directory. A
/// writer that is destroyed before commit() leaves the old file unchanged and
/// removes its temporary file. A path that is not a regular file (`/dev/null`,
/// a pipe) is written directly. The directory must exist. The path
/// standardOutput is the standard output.
class AtomicFile {
public:
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;

  void write(const void *data, size_t bytes);
  void write(std::string_view text) { write(text.data(), text.size()); }
  /// Makes the file visible; nothing may be written afterwards.
  void commit();

private:
  std::string path;
  std::string temporary; ///< Empty when written directly.
  int descriptor = -1;
};

/// Writes `text` to an AtomicFile.
void writeFile(const std::string &path, std::string_view text);

/// A file to which lines are appended (`metrics.jsonl`). Every line is written
/// by one write, so that a killed run leaves whole lines unless the disk is
/// full.
class LineFile {
public:
  /// Opens or creates `path` and truncates it to its first `keepBytes` bytes.
  /// Throws an Error if it has fewer. The destructor removes a file that was
  /// created, or had been left empty by a killed run, and got no line.
  LineFile(std::string path, uint64_t keepBytes);
  ~LineFile();
  LineFile(const LineFile &) = delete;
  LineFile &operator=(const LineFile &) = delete;

  /// Appends `line` and a newline.
  void append(std::string_view line);
  /// Syncs the file. To be called before a checkpoint that counts these lines
  /// is written.
  void sync();

private:
  std::string path;
  bool isNew; ///< There was no file with lines.
  int descriptor = -1;
  uint64_t bytes = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_FILE_H
