//===- File.cpp - Files that appear only when complete --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Error.h"
#include "runtime/Signals.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

namespace vib::runtime {

namespace {

constexpr std::string_view temporarySuffix = ".vib-tmp";

std::string_view directoryOf(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos)
    return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

bool isFifo(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISFIFO(info.st_mode);
}

std::string_view nameInDirectory(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

/// A name that no other writer uses, in this process or another.
std::string temporaryFor(const std::string &path) {
  static std::atomic<uint64_t> number{0};
  // A name has at most 255 bytes; the rest of this one may take 40.
  constexpr size_t most = 200;
  return joinPath(std::string(directoryOf(path)),
                  fmt::format(".{}.{}-{}{}",
                              nameInDirectory(path).substr(0, most), ::getpid(),
                              number++, temporarySuffix));
}

/// Creates a temporary file for `path` and returns its descriptor, or -1 with
/// errno. It tries several names, because a killed process with the same number
/// may have left such a file.
int openTemporary(const std::string &path, std::string &temporary) {
  constexpr int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
  int descriptor = -1;
  for (int attempt = 0; attempt < 1000 && descriptor < 0; ++attempt) {
    temporary = temporaryFor(path);
    descriptor = ::open(temporary.c_str(), flags, 0666);
    if (descriptor < 0 && errno != EEXIST)
      break;
  }
  return descriptor;
}

/// Waits until a pipe or a device can be read or written, or throws Interrupted
/// if a signal comes first.
void waitFor(int descriptor, short events) {
  // A signal that arrives just before the wait does not end it, so it is short.
  constexpr int milliseconds = 200;
  pollfd wanted = {descriptor, events, 0};
  do
    throwIfInterrupted();
  while (::poll(&wanted, 1, milliseconds) <= 0);
}

/// Opens a pipe or a device for writing, or returns -1 with errno. It waits
/// until a pipe has a reader.
int openToWrite(const std::string &path) {
  while (true) {
    int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor >= 0 || errno != ENXIO || !isFifo(path))
      return descriptor;
    throwIfInterrupted();
    ::usleep(50000);
  }
}

/// Writes all bytes. Returns 0, or errno.
int writeAll(int descriptor, const void *data, size_t bytes) {
  const char *next = static_cast<const char *>(data);
  while (bytes > 0) {
    ssize_t written = ::write(descriptor, next, bytes);
    if (written < 0) {
      if (errno == EAGAIN)
        waitFor(descriptor, POLLOUT);
      else if (errno != EINTR)
        return errno;
      continue;
    }
    next += written;
    bytes -= size_t(written);
  }
  return 0;
}

/// The file that a link leads to, or `path` if it is not a link. A rename to
/// the link itself would replace the link.
std::string followLinks(const std::string &path) {
  struct stat info;
  if (::lstat(path.c_str(), &info) != 0 || !S_ISLNK(info.st_mode))
    return path;
  std::error_code error;
  std::filesystem::path target = std::filesystem::weakly_canonical(path, error);
  return error ? path : target.string();
}

/// A descriptor that is closed at the end of its scope.
class Descriptor {
public:
  explicit Descriptor(int number) : number(number) {}
  ~Descriptor() {
    if (number >= 0)
      ::close(number);
  }
  Descriptor(const Descriptor &) = delete;
  Descriptor &operator=(const Descriptor &) = delete;
  operator int() const { return number; }

private:
  int number;
};

} // namespace

void syncDirectoryOf(const std::string &path) {
  std::string directory(directoryOf(path));
  Descriptor descriptor(
      ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  // A directory that may be written but not read cannot be synced, and neither
  // can the directories of some file systems. These errors are ignored.
  if (descriptor < 0)
    return;
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS &&
      errno != ENOTSUP)
    fail("cannot write {}: syncing its directory failed: {}", path,
         strerror(errno));
}

bool isTemporaryOf(std::string_view file, std::string_view name) {
  std::string prefix = fmt::format(".{}.", file);
  return name.size() >= prefix.size() + temporarySuffix.size() - 1 &&
         name.substr(0, prefix.size()) == prefix &&
         name.substr(name.size() - temporarySuffix.size()) == temporarySuffix;
}

bool fileExists(const std::string &path) {
  struct stat info;
  if (::stat(path.c_str(), &info) == 0)
    return true;
  if (errno != ENOENT && errno != ENOTDIR)
    fail("cannot look up {}: {}", path, strerror(errno));
  return false;
}

bool isSameFile(const std::string &a, const std::string &b) {
  struct stat first, second;
  return ::stat(a.c_str(), &first) == 0 && ::stat(b.c_str(), &second) == 0 &&
         first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

bool isDirectory(const std::string &path) {
  struct stat info;
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

std::optional<std::vector<std::string>>
listDirectory(const std::string &directory) {
  std::unique_ptr<DIR, int (*)(DIR *)> stream(::opendir(directory.c_str()),
                                              ::closedir);
  if (!stream)
    return std::nullopt;
  std::vector<std::string> names;
  errno = 0;
  while (const dirent *entry = ::readdir(stream.get())) {
    std::string_view name = entry->d_name;
    if (name != "." && name != "..")
      names.emplace_back(name);
    errno = 0;
  }
  if (int error = errno) {
    stream.reset();
    errno = error;
    return std::nullopt;
  }
  return names;
}

std::string joinPath(const std::string &directory, std::string_view name) {
  if (directory.empty())
    return std::string(name);
  if (directory.back() == '/')
    return fmt::format("{}{}", directory, name);
  return fmt::format("{}/{}", directory, name);
}

Bytes readFile(const std::string &path) {
  // Without O_NONBLOCK it would wait here for the writer of a pipe, and a
  // signal would not end the wait.
  Descriptor descriptor(
      ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (descriptor < 0)
    fail("cannot read {}: {}", path, strerror(errno));
  struct stat info;
  Bytes bytes;
  size_t size = 0;
  bool known = ::fstat(descriptor, &info) == 0;
  bool regular = known && S_ISREG(info.st_mode);
  if (known && S_ISDIR(info.st_mode))
    fail("{} is a folder, expected a file", path);
  // Some devices, such as /dev/zero, have no end.
  if (known && S_ISCHR(info.st_mode))
    fail("cannot read {}: it is a device", path);
  if (regular) {
    requireMemory(uint64_t(info.st_size), path);
    bytes.resize(size_t(info.st_size) + 1); // One more, to see the end.
  }
  int error = 0;
  while (true) {
    if (size == bytes.size()) {
      size_t more = size + size / 2 + 65536;
      requireMemory(more, path);
      bytes.resize(more);
    }
    if (!regular)
      waitFor(descriptor, POLLIN);
    ssize_t got = ::read(descriptor, bytes.data() + size, bytes.size() - size);
    if (got == 0)
      break;
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN)
        continue;
      error = errno;
      break;
    }
    size += size_t(got);
  }
  if (error)
    fail("cannot read {}: {}", path, strerror(error));
  bytes.resize(size);
  return bytes;
}

AtomicFile::AtomicFile(std::string name) : path(std::move(name)) {
  if (path == standardOutput) {
    path = "to the standard output";
    descriptor = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0)
      fail("cannot write {}: {}", path, strerror(errno));
    return;
  }
  struct stat info;
  bool exists = ::stat(path.c_str(), &info) == 0;
  if (exists && S_ISDIR(info.st_mode))
    fail("cannot write {}: it is a directory", path);
  // A device such as /dev/null must not be replaced by a file.
  if (exists && !S_ISREG(info.st_mode)) {
    descriptor = openToWrite(path);
    if (descriptor < 0)
      fail("cannot write {}: {}", path, strerror(errno));
    return;
  }
  path = followLinks(path);
  // A rename would replace a read-only file, too.
  if (exists && ::access(path.c_str(), W_OK) != 0)
    fail("cannot write {}: {}", path, strerror(errno));
  descriptor = openTemporary(path, temporary);
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
  // The data must be on the disk before the new name appears.
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
  syncDirectoryOf(path);
}

void writeFile(const std::string &path, std::string_view text) {
  AtomicFile file(path);
  file.write(text);
  file.commit();
}

/// Whether the path is that of a file, not of a link, that has no bytes.
static bool isEmptyFile(const std::string &path) {
  struct stat info;
  return ::lstat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         info.st_size == 0;
}

LineFile::LineFile(std::string name, uint64_t keepBytes)
    : path(std::move(name)), isNew(!fileExists(path) || isEmptyFile(path)),
      bytes(keepBytes) {
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
  fail("{}: {}, expected at least {}", path, counted(int64_t(size), "byte"),
       grouped(int64_t(keepBytes)));
}

LineFile::~LineFile() {
  ::close(descriptor);
  if (isNew && bytes == 0)
    ::unlink(path.c_str());
}

void LineFile::append(std::string_view line) {
  std::string text(line);
  text += '\n';
  if (int error = writeAll(descriptor, text.data(), text.size())) {
    // An incomplete line would make the file unreadable.
    (void)!::ftruncate(descriptor, off_t(bytes));
    fail("cannot write {}: {}", path, strerror(error));
  }
  bytes += text.size();
}

void LineFile::sync() {
  // EINVAL: the file, /dev/null for example, cannot be synced.
  if (::fsync(descriptor) != 0 && errno != EINVAL && errno != EROFS)
    fail("cannot write {}: {}", path, strerror(errno));
}

} // namespace vib::runtime
