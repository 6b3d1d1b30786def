//===- Inject.cpp - Faults in a program's system calls --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A library for LD_PRELOAD. It counts the operations on files below the folder
// VIB_FAULT_ROOT, and the allocations of memory, and lets one of them go wrong:
//
//   VIB_FAULT=kill:N        the process is killed in place of operation N
//   VIB_FAULT=error:N:E     operation N fails with the error number E
//   VIB_FAULT=memory:N      allocation N fails
//
// What only reads a file can lose nothing, and is an operation only where
// VIB_FAULT_READS is set.
//
// VIB_FAULT_LOG names a file. It gets a line an operation, with the data that
// were written (in hexadecimal), from which test/tools/faults works out what a
// loss of power could leave; and at the end the number of allocations.
//
//===----------------------------------------------------------------------===//

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

// glibc's own functions, which those below replace.
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
}

namespace {

enum class Fault { None, Kill, Error, Memory };

Fault fault = Fault::None;
long faultAt = 0;
int faultError = 0;
char root[PATH_MAX] = "";
int logFile = -1;
bool ready = false;
bool countsReads = false;
std::atomic<long> operations{0};
std::atomic<long> allocations{0};

constexpr int maxDescriptors = 1024;
/// The paths of the files below the root that are open.
char paths[maxDescriptors][PATH_MAX];

template <typename Function> Function real(const char *name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// Writes a line without a call that is counted.
void writeLog(const char *text, size_t size) {
  static auto write = real<ssize_t (*)(int, const void *, size_t)>("write");
  if (logFile >= 0)
    (void)!write(logFile, text, size);
}

void logOperation(const char *name, const char *path, const char *other) {
  char line[2 * PATH_MAX + 64];
  int size = snprintf(line, sizeof(line), "%s\t%s\t%s\n", name, path, other);
  writeLog(line, size_t(size));
}

void logData(const char *path, const void *data, size_t bytes) {
  char head[PATH_MAX + 64];
  writeLog(head, size_t(snprintf(head, sizeof(head), "write\t%s\t", path)));
  const auto *byte = static_cast<const unsigned char *>(data);
  char text[4096];
  for (size_t begin = 0; begin < bytes; begin += sizeof(text) / 2) {
    size_t count =
        bytes - begin < sizeof(text) / 2 ? bytes - begin : sizeof(text) / 2;
    for (size_t i = 0; i < count; ++i) {
      text[2 * i] = "0123456789abcdef"[byte[begin + i] >> 4];
      text[2 * i + 1] = "0123456789abcdef"[byte[begin + i] & 15];
    }
    writeLog(text, 2 * count);
  }
  writeLog("\n", 1);
}

bool isWatched(const char *path) {
  size_t size = strlen(root);
  return ready && size > 0 && path && strncmp(path, root, size) == 0;
}

const char *pathOf(int descriptor) {
  if (descriptor < 0 || descriptor >= maxDescriptors || !paths[descriptor][0])
    return nullptr;
  return paths[descriptor];
}

/// Counts an operation. Whether it has to fail, with errno set.
bool failsHere() {
  long number = ++operations;
  if (number != faultAt)
    return false;
  if (fault == Fault::Kill) {
    kill(getpid(), SIGKILL);
    pause();
  }
  if (fault != Fault::Error)
    return false;
  errno = faultError;
  return true;
}

bool allocationFails() {
  if (!ready)
    return false;
  bool fails = ++allocations == faultAt && fault == Fault::Memory;
  if (fails)
    errno = ENOMEM;
  return fails;
}

int openWatched(const char *name, const char *path, int flags, mode_t mode) {
  auto open = real<int (*)(const char *, int, ...)>(name);
  bool watched = isWatched(path) &&
                 (countsReads || (flags & (O_WRONLY | O_RDWR | O_DIRECTORY)));
  if (watched && failsHere())
    return -1;
  bool makes = watched && (flags & O_CREAT) && access(path, F_OK) != 0;
  int descriptor = open(path, flags, mode);
  if (!watched || descriptor < 0 || descriptor >= maxDescriptors)
    return descriptor;
  snprintf(paths[descriptor], PATH_MAX, "%s", path);
  if (makes)
    logOperation("create", path, "");
  return descriptor;
}

using Main = int (*)(int, char **, char **);
Main programMain;

/// What happens before main() is not counted: static objects are made there.
int countedMain(int argc, char **argv, char **environment) {
  ready = true;
  return programMain(argc, argv, environment);
}

/// For calls that take one path.
int changeWatched(const char *name, const char *path) {
  if (isWatched(path) && failsHere())
    return -1;
  int result = real<int (*)(const char *)>(name)(path);
  if (result == 0 && isWatched(path))
    logOperation(name, path, "");
  return result;
}

struct Setup {
  Setup() {
    const char *wanted = getenv("VIB_FAULT");
    char kind[16] = "";
    if (wanted &&
        sscanf(wanted, "%15[a-z]:%ld:%d", kind, &faultAt, &faultError) >= 2) {
      fault = strcmp(kind, "kill") == 0    ? Fault::Kill
              : strcmp(kind, "error") == 0 ? Fault::Error
                                           : Fault::Memory;
    }
    const char *folder = getenv("VIB_FAULT_ROOT");
    snprintf(root, sizeof(root), "%s", folder ? folder : "");
    countsReads = getenv("VIB_FAULT_READS");
    if (const char *log = getenv("VIB_FAULT_LOG"))
      logFile = real<int (*)(const char *, int, ...)>("open")(
          log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  }
  ~Setup() {
    char line[64];
    writeLog(line, size_t(snprintf(line, sizeof(line), "allocations\t%ld\t\n",
                                   allocations.load())));
    ready = false;
  }
} setup;

} // namespace

extern "C" {

int __libc_start_main(Main main, int argc, char **argv, void (*init)(),
                      void (*fini)(), void (*loaderFini)(), void *stackEnd) {
  programMain = main;
  using Start =
      int (*)(Main, int, char **, void (*)(), void (*)(), void (*)(), void *);
  return real<Start>("__libc_start_main")(countedMain, argc, argv, init, fini,
                                          loaderFini, stackEnd);
}

int open(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return openWatched("open", path, flags, mode);
}

int open64(const char *path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return openWatched("open64", path, flags, mode);
}

ssize_t write(int descriptor, const void *data, size_t bytes) {
  static auto write = real<ssize_t (*)(int, const void *, size_t)>("write");
  const char *path = pathOf(descriptor);
  if (path && failsHere())
    return -1;
  ssize_t written = write(descriptor, data, bytes);
  if (path && written > 0)
    logData(path, data, size_t(written));
  return written;
}

ssize_t read(int descriptor, void *data, size_t bytes) {
  static auto read = real<ssize_t (*)(int, void *, size_t)>("read");
  if (countsReads && pathOf(descriptor) && failsHere())
    return -1;
  return read(descriptor, data, bytes);
}

int stat(const char *path, struct stat *info) {
  static auto stat = real<int (*)(const char *, struct stat *)>("stat");
  if (countsReads && isWatched(path) && failsHere())
    return -1;
  return stat(path, info);
}

int fstat(int descriptor, struct stat *info) {
  static auto fstat = real<int (*)(int, struct stat *)>("fstat");
  if (countsReads && pathOf(descriptor) && failsHere())
    return -1;
  return fstat(descriptor, info);
}

DIR *opendir(const char *path) {
  static auto opendir = real<DIR *(*)(const char *)>("opendir");
  if (countsReads && isWatched(path) && failsHere())
    return nullptr;
  return opendir(path);
}

dirent *readdir(DIR *directory) {
  static auto readdir = real<dirent *(*)(DIR *)>("readdir");
  if (countsReads && ready && failsHere())
    return nullptr;
  return readdir(directory);
}

int fsync(int descriptor) {
  const char *path = pathOf(descriptor);
  if (path && failsHere())
    return -1;
  int result = real<int (*)(int)>("fsync")(descriptor);
  if (path && result == 0)
    logOperation("fsync", path, "");
  return result;
}

int ftruncate(int descriptor, off_t size) {
  const char *path = pathOf(descriptor);
  if (path && failsHere())
    return -1;
  int result = real<int (*)(int, off_t)>("ftruncate")(descriptor, size);
  char text[32];
  snprintf(text, sizeof(text), "%lld", static_cast<long long>(size));
  if (path && result == 0)
    logOperation("truncate", path, text);
  return result;
}

int close(int descriptor) {
  bool watched = pathOf(descriptor);
  bool fails = watched && failsHere();
  if (watched)
    paths[descriptor][0] = '\0';
  // As Linux does: the descriptor is closed, whatever close() says.
  int error = errno;
  int result = real<int (*)(int)>("close")(descriptor);
  if (!fails)
    return result;
  errno = error;
  return -1;
}

int rename(const char *from, const char *to) {
  if (isWatched(to) && failsHere())
    return -1;
  int result = real<int (*)(const char *, const char *)>("rename")(from, to);
  if (result == 0 && isWatched(to))
    logOperation("rename", from, to);
  return result;
}

int unlink(const char *path) { return changeWatched("unlink", path); }
int rmdir(const char *path) { return changeWatched("rmdir", path); }

int mkdir(const char *path, mode_t mode) {
  if (isWatched(path) && failsHere())
    return -1;
  int result = real<int (*)(const char *, mode_t)>("mkdir")(path, mode);
  if (result == 0 && isWatched(path))
    logOperation("mkdir", path, "");
  return result;
}

void *malloc(size_t size) {
  return allocationFails() ? nullptr : __libc_malloc(size);
}
void *calloc(size_t count, size_t size) {
  return allocationFails() ? nullptr : __libc_calloc(count, size);
}
void *realloc(void *old, size_t size) {
  return allocationFails() ? nullptr : __libc_realloc(old, size);
}
void *aligned_alloc(size_t alignment, size_t size) {
  return allocationFails() ? nullptr : __libc_memalign(alignment, size);
}
int posix_memalign(void **result, size_t alignment, size_t size) {
  if (allocationFails())
    return ENOMEM;
  *result = __libc_memalign(alignment, size);
  return *result ? 0 : ENOMEM;
}
void *mmap(void *address, size_t size, int protection, int flags, int file,
           off_t offset) {
  if (file < 0 && allocationFails())
    return MAP_FAILED;
  return real<void *(*)(void *, size_t, int, int, int, off_t)>("mmap")(
      address, size, protection, flags, file, offset);
}

} // extern "C"
