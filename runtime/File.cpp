//===- File.cpp - Files that are whole or not there -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/Error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace vib::runtime {

namespace {

constexpr std::string_view temporarySuffix = ".vib-tmp";

std::string_view directoryOf(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string_view nameInDirectory(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// Always the same name, so that the temporary of a killed run is overwritten
/// by the next one.
std::string temporaryFor(const std::string &path) {
  return joinPath(std::string(directoryOf(path)),
                  fmt::format(".{}{}", nameInDirectory(path), temporarySuffix));
}

/// Writes everything, or returns errno.
int writeAll(int descriptor, const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0) {
      if (errno == EINTR)
        continue;
      return errno;
    }
    next += written;
    bytes -= size_t(written);
  }
  return 0;
}

/// Makes a rename durable. Some file systems cannot sync a directory; there is
/// nothing better to do on these.
void syncDirectory(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0)
    return;
  ::fsync(descriptor);
  ::close(descriptor);
}

/// A rename replaces a link, not what it points to: writes go to the end of it.
std::string followLinks(const std::string &path) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode))
    return path;
  std::error_code error;
  std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

} // namespace

bool fileExists(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0;
}

std::string joinPath(const std::string &directory, std::string_view name) {
  if (directory.empty())
    return std::string(name);
  if (directory.back() == '/')
    return fmt::format("{}{}", directory, name);
  return fmt::format("{}/{}", directory, name);
}

Bytes readFile(const std::string &path) {
  int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    fail("cannot read {}: {}", path, strerror(errno));
  struct stat info;
  Bytes bytes;
  size_t size = 0;
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode))
    bytes.resize(size_t(info.st_size) + 1); // one more, to meet the end
  int error = 0;
  while (true) {
    if (size == bytes.size())
      bytes.resize(bytes.size() + bytes.size() / 2 + 65536);
    ssize_t got = ::read(descriptor, bytes.data() + size, bytes.size() - size);
    if (got == 0)
      break;
    if (got < 0) {
      if (errno == EINTR)
        continue;
      error = errno;
      break;
    }
    size += size_t(got);
  }
  ::close(descriptor);
  if (error)
    fail("cannot read {}: {}", path, strerror(error));
  bytes.resize(size);
  return bytes;
}

OutputDirectory::OutputDirectory(const std::string &path) : OutputDirectory() {
  namespace fs = std::filesystem;
  std::error_code error;
  for (fs::path part = path; !part.empty() && !fs::exists(part, error);
       part = part.parent_path())
    made.push_back(part.string());
  fs::create_directories(path, error);
  if (!fs::is_directory(path)) {
    if (fs::exists(path))
      fail("{} is not a directory", path);
    fail("cannot make the directory {}: {}", path, error.message());
  }
  for (fs::directory_iterator it(path, error), end; !error && it != end;
       it.increment(error)) {
    std::string name = it->path().filename().string();
    std::error_code ignored;
    if (name.size() > temporarySuffix.size() && name[0] == '.' &&
        name.compare(name.size() - temporarySuffix.size(),
                     temporarySuffix.size(), temporarySuffix) == 0)
      fs::remove(it->path(), ignored);
  }
  std::string probe = temporaryFor(joinPath(path, "probe"));
  int descriptor =
      ::open(probe.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0)
    fail("cannot write in the directory {}: {}", path, strerror(errno));
  ::close(descriptor);
  ::unlink(probe.c_str());
}

OutputDirectory::~OutputDirectory() {
  for (const std::string &path : made)
    ::rmdir(path.c_str());
}

AtomicFile::AtomicFile(std::string name) : path(std::move(name)) {
  struct stat info;
  bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    fail("cannot write {}: it is a directory", path);
  // What is at a path like /dev/null must not be replaced by a file.
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor < 0)
      fail("cannot write {}: {}", path, strerror(errno));
    return;
  }
  path = followLinks(path);
  // A rename does not ask whether the old file may be written; its owner meant
  // something by a file that is read-only.
  if (exists && ::access(path.c_str(), W_OK) != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  temporary = temporaryFor(path);
  descriptor =
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0)
    fail("cannot write {}: {}", path, strerror(errno));
  if (exists)
    (void)::fchmod(descriptor, info.st_mode & 07777);
}

AtomicFile::~AtomicFile() {
  if (descriptor >= 0)
    ::close(descriptor);
  if (!temporary.empty())
    ::unlink(temporary.c_str());
}

void AtomicFile::write(const void *data, size_t bytes) {
  if (int error = writeAll(descriptor, data, bytes))
    fail("cannot write {}: {}", path, strerror(error));
}

void AtomicFile::commit() {
  // Only with the data on the disk may the new name be seen.
  if (!temporary.empty() && ::fsync(descriptor) != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  int closed = ::close(descriptor);
  descriptor = -1;
  if (closed != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  if (temporary.empty())
    return;
  if (::rename(temporary.c_str(), path.c_str()) != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  temporary.clear();
  syncDirectory(std::string(directoryOf(path)));
}

void writeFile(const std::string &path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

LineFile::LineFile(std::string name, uint64_t keepBytes)
    : path(std::move(name)), made(!fileExists(path)), bytes(keepBytes) {
  descriptor =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  struct stat info;
  if (descriptor < 0 || ::fstat(descriptor, &info) != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  if (!S_ISREG(info.st_mode))
    return;
  uint64_t size = uint64_t(info.st_size);
  int error = 0;
  if (size > keepBytes && ::ftruncate(descriptor, off_t(keepBytes)) != 0)
    error = errno;
  if (!error && size >= keepBytes)
    return;
  ::close(descriptor);
  if (error)
    fail("cannot write {}: {}", path, strerror(error));
  fail("{}: {} bytes, expected at least {}", path, size, keepBytes);
}

LineFile::~LineFile() {
  ::close(descriptor);
  if (made && bytes == 0)
    ::unlink(path.c_str());
}

void LineFile::append(std::string_view line) {
  std::string text(line);
  text += '\n';
  if (int error = writeAll(descriptor, text.data(), text.size())) {
    // Half a line would spoil the file for its readers.
    (void)!::ftruncate(descriptor, off_t(bytes));
    fail("cannot write {}: {}", path, strerror(error));
  }
  bytes += text.size();
}

void LineFile::sync() {
  // EINVAL: not a file that can be synced, /dev/null say.
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS)
    fail("cannot write {}: {}", path, strerror(errno));
}

} // namespace vib::runtime
