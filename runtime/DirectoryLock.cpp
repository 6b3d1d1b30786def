//===- DirectoryLock.cpp - One writer in a directory ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The lock is an open-file-description lock (fcntl, F_OFD_SETLK) on the file
// `.vib-lock` in the directory. One line in the file names the holder. Such a
// lock also works over NFS, and it excludes two runs in one process as well as
// two processes.
//
// The holder removes the file when it ends. After another run has opened the
// file and before it has locked it, the file may be removed and created again.
// The two runs would then hold locks of different files. Therefore a run that
// has got a lock checks that the file under the name is still the one that it
// locked, and tries again if it is not.
//
//===----------------------------------------------------------------------===//

#include "runtime/DirectoryLock.h"
#include "runtime/Console.h"
#include "runtime/Error.h"
#include "runtime/File.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstring>

namespace vib::runtime {

namespace {

/// The holder's line for this process: "process 4242 on HOST".
std::string describeThisProcess() {
  char host[HOST_NAME_MAX + 1] = {};
  if (::gethostname(host, sizeof(host) - 1) != 0)
    strcpy(host, "this machine");
  return fmt::format("process {} on {}", ::getpid(), host);
}

/// The holder's line, or "" if the holder has not written it yet.
std::string readHolder(int descriptor) {
  char text[512];
  ssize_t got = ::pread(descriptor, text, sizeof(text), 0);
  std::string holder(text, got > 0 ? size_t(got) : 0);
  return holder.substr(0, holder.find('\n'));
}

/// Whether `path` is still the name of the open file.
bool isNameOf(int descriptor, const std::string &path) {
  struct stat opened, named;
  return ::fstat(descriptor, &opened) == 0 &&
         ::lstat(path.c_str(), &named) == 0 && opened.st_dev == named.st_dev &&
         opened.st_ino == named.st_ino;
}

} // namespace

DirectoryLock::DirectoryLock(const std::string &directory)
    : path(joinPath(directory, ".vib-lock")) {
  // An attempt fails only if another run ends at the same moment.
  for (int attempt = 0; attempt < 1000; ++attempt)
    if (tryLock(directory))
      return;
  fail("cannot lock the directory {}: {} is removed again and again", directory,
       path);
}

bool DirectoryLock::tryLock(const std::string &directory) {
  // It allocates memory, so it comes before there is anything to clean up.
  std::string holder = describeThisProcess() + "\n";
  constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  descriptor = ::open(path.c_str(), flags | O_EXCL, 0666);
  bool made = descriptor >= 0;
  if (!made && errno == EEXIST)
    descriptor = ::open(path.c_str(), flags, 0666);
  if (descriptor < 0)
    fail("cannot write in the directory {}: {}", directory, strerror(errno));
  auto release = [&] {
    ::close(descriptor);
    descriptor = -1;
  };
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  bool locked = ::fcntl(descriptor, F_OFD_SETLK, &lock) == 0;
  int error = errno;
  if (!locked && (error == EAGAIN || error == EACCES)) {
    std::string other = readHolder(descriptor);
    release();
    throw DirectoryLocked(fmt::format(
        "another run is writing in {}{}: wait until it ends, or give another "
        "--out",
        directory, other.empty() ? "" : fmt::format(" ({})", other)));
  }
  if (!isNameOf(descriptor, path)) {
    release();
    return false;
  }
  if (!locked) {
    // What another run has made may be its lock all the same.
    if (made)
      ::unlink(path.c_str());
    warn("{} cannot be locked ({}): do not start another run that writes there",
         directory, strerror(error));
    return true;
  }
  owned = true;
  // An error is ignored: the line is only for messages.
  (void)!::ftruncate(descriptor, 0);
  (void)!::pwrite(descriptor, holder.data(), holder.size(), 0);
  return true;
}

DirectoryLock::~DirectoryLock() {
  if (owned)
    ::unlink(path.c_str());
  ::close(descriptor);
}

} // namespace vib::runtime
