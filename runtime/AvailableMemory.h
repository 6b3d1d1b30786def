//===- AvailableMemory.h - How much memory may be used ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Linux gives a process more memory than there is, and ends it by a signal when
// it fills what it got. So what needs much memory asks here first, to be able
// to say what does not fit and which limit is in the way.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_AVAILABLEMEMORY_H
#define VIB_RUNTIME_AVAILABLEMEMORY_H

#include <cstdint>
#include <optional>
#include <string>

namespace vib::runtime {

struct MemoryLimit {
  uint64_t left;   ///< Bytes that the process may still fill.
  std::string who; ///< "the machine has": what `left` bytes are left of.
};

/// The limit that is met first: the memory of the machine, that of a control
/// group, or those of the process (ulimit -v, ulimit -d). Nothing where the
/// system tells of none. `root` is where /proc and /sys are looked for.
std::optional<MemoryLimit> availableMemory(const std::string &root = "");

/// An Error if `bytes` for `what`, which begins the message, are more than
/// availableMemory(). Does not look where the bytes are few.
void requireMemory(uint64_t bytes, const std::string &what);

/// As many of `threads` as have room for their stacks in a quarter of the
/// address space that ulimit -v leaves; at least 1.
int threadsThatFit(int threads);

/// What std::bad_alloc means to a user: "out of memory", and the limit of the
/// process if it has one. Needs no memory itself.
const char *describeBadAlloc() noexcept;

} // namespace vib::runtime

#endif // VIB_RUNTIME_AVAILABLEMEMORY_H
