//===- File.h - Files that are whole or not there ---------------*- C++ -*-===//
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

/// Whether there is a file of any kind. A path that cannot be looked up (no
/// permission, a loop of links, a name that is too long) is an Error.
bool fileExists(const std::string &path);
/// Whether both paths lead to one existing file.
bool isSameFile(const std::string &a, const std::string &b);
/// Whether there is a directory, perhaps behind a link.
bool isDirectory(const std::string &path);
/// The names in a directory, in no order; nothing, with errno, if it cannot be
/// read. (std::filesystem's iterator ends the program where memory is short.)
std::optional<std::vector<std::string>>
listDirectory(const std::string &directory);
/// `directory/name`, without a doubled slash.
std::string joinPath(const std::string &directory, std::string_view name);

/// The whole of a file, pipes included. A signal ends a wait for a pipe's
/// writer: then Interrupted is thrown.
Bytes readFile(const std::string &path);

/// Makes what was created, renamed or removed beside `path` durable.
void syncDirectoryOf(const std::string &path);

/// Whether `name` is that of a temporary of an AtomicFile called `file`.
bool isTemporaryOf(std::string_view file, std::string_view name);

/// A file that appears under its name only when it is complete. It is written
/// into a temporary beside it, `.NAME.PROCESS-NUMBER.vib-tmp`, which no other
/// writer uses, and is then synced and renamed, and the directory is synced. A
/// writer that is destroyed before commit() leaves the old file as it was and
/// removes its temporary. What is not a regular file (`/dev/null`, a pipe) is
/// written directly. The directory is not made.
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

/// An AtomicFile of one piece.
void writeFile(const std::string &path, std::string_view text);

/// A file of lines that grows (`metrics.jsonl`). Every line goes out in one
/// write, so that a killed run leaves whole lines but for a full disk.
class LineFile {
public:
  /// Opens `path`, made if need be, and cuts it to its first `keepBytes` bytes;
  /// fewer bytes than that are an error. A file that was made and gets no line
  /// goes away again.
  LineFile(std::string path, uint64_t keepBytes);
  ~LineFile();
  LineFile(const LineFile &) = delete;
  LineFile &operator=(const LineFile &) = delete;

  /// Appends `line` and a newline.
  void append(std::string_view line);
  /// Waits until the disk has it all; call it before a checkpoint that counts
  /// these lines.
  void sync();

private:
  std::string path;
  bool made;
  int descriptor = -1;
  uint64_t bytes = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_FILE_H
