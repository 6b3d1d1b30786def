//===- Processors.cpp - The processors of a thread ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Processors.h"

#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <memory>

namespace vib::runtime {

namespace {

/// A set of processors of any size.
class ProcessorSet {
public:
  explicit ProcessorSet(int size) : size(size), set(CPU_ALLOC(size)) {
    if (set)
      CPU_ZERO_S(bytes(), set.get());
  }
  explicit operator bool() const { return bool(set); }
  size_t bytes() const { return CPU_ALLOC_SIZE(size); }
  cpu_set_t *get() const { return set.get(); }
  bool has(int processor) const {
    return CPU_ISSET_S(processor, bytes(), set.get());
  }
  void add(int processor) { CPU_SET_S(processor, bytes(), set.get()); }

  const int size;

private:
  struct Free {
    void operator()(cpu_set_t *p) const { CPU_FREE(p); }
  };
  std::unique_ptr<cpu_set_t, Free> set;
};

} // namespace

std::vector<int> allowedProcessors() {
  std::vector<int> result;
  // The set must be at least as large as the kernel's, whose size is unknown.
  for (int size = 1024; size <= 1 << 20; size *= 2) {
    ProcessorSet set(size);
    if (!set)
      break;
    if (sched_getaffinity(0, set.bytes(), set.get()) != 0) {
      if (errno == EINVAL)
        continue;
      break;
    }
    for (int processor = 0; processor < size; ++processor)
      if (set.has(processor))
        result.push_back(processor);
    break;
  }
  return result;
}

/// It does not throw. If the set cannot be allocated, it does nothing.
static void keepTo(const int *begin, const int *end) noexcept {
  if (begin == end)
    return;
  // The first allocation of a thread reserves 64 MB of address space for it.
  cpu_set_t few;
  if (end - begin == 1 && *begin < CPU_SETSIZE) {
    CPU_ZERO(&few);
    CPU_SET(*begin, &few);
    sched_setaffinity(0, sizeof(few), &few);
    return;
  }
  ProcessorSet set(*std::max_element(begin, end) + 1);
  if (!set)
    return;
  for (const int *processor = begin; processor != end; ++processor)
    set.add(*processor);
  sched_setaffinity(0, set.bytes(), set.get());
}

void keepTo(const std::vector<int> &processors) {
  keepTo(processors.data(), processors.data() + processors.size());
}

void keepTo(int processor) noexcept { keepTo(&processor, &processor + 1); }

int currentProcessor() { return sched_getcpu(); }

} // namespace vib::runtime
