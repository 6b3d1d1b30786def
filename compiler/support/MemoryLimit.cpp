//===- MemoryLimit.cpp - Limits on the memory of a tool -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/MemoryLimit.h"
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

using namespace vib;

/// What compiling and linking a small model takes.
static constexpr uint64_t kUsualSpace = UINT64_C(500000) << 10;
static constexpr uint64_t kUsualData = UINT64_C(60000) << 10;
/// Less than this is as good as none: the stack of a thread takes 8 MB.
static constexpr uint64_t kFewBytes = 32 << 20;

template <typename Resource> static uint64_t getLimit(Resource resource) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return UINT64_MAX;
  return limit.rlim_cur;
}

uint64_t vib::getMemoryLimit() {
  return std::min(getLimit(RLIMIT_AS), getLimit(RLIMIT_DATA));
}

/// The bytes after `key` in the text of /proc/self/status, which counts in kB.
static uint64_t getBytes(const char *status, const char *key) {
  const char *found = strstr(status, key);
  return found ? strtoull(found + strlen(key), nullptr, 10) << 10 : 0;
}

bool vib::isMemoryShort() {
  char status[4096];
  int descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return false;
  ssize_t size = read(descriptor, status, sizeof status - 1);
  close(descriptor);
  status[std::max<ssize_t>(size, 0)] = 0;
  auto isNear = [](uint64_t used, uint64_t limit) {
    return limit != UINT64_MAX && used + kFewBytes > limit;
  };
  return isNear(getBytes(status, "VmPeak:"), getLimit(RLIMIT_AS)) ||
         isNear(getBytes(status, "VmData:"), getLimit(RLIMIT_DATA));
}

void vib::describeMemoryShortage(char *text, size_t size) {
  struct Kind {
    const char *name;
    uint64_t limit, usual;
  };
  const Kind kinds[] = {
      {"address space (ulimit -v)", getLimit(RLIMIT_AS), kUsualSpace},
      {"process's data (ulimit -d)", getLimit(RLIMIT_DATA), kUsualData}};
  const Kind &kind = kinds[kinds[1].limit < kinds[0].limit];
  auto inKilobytes = [](uint64_t bytes) {
    return static_cast<unsigned long long>(bytes >> 10);
  };
  if (kind.limit == UINT64_MAX)
    snprintf(text, size, "there is not enough memory");
  else if (kind.limit < kind.usual)
    snprintf(text, size,
             "there is not enough memory: the limit of the %s is %llu kB, and "
             "even a small model takes %llu kB or more; raise it",
             kind.name, inKilobytes(kind.limit), inKilobytes(kind.usual));
  else
    snprintf(text, size,
             "there is not enough memory: the limit of the %s is %llu kB, and "
             "this model takes more; raise it",
             kind.name, inKilobytes(kind.limit));
}
