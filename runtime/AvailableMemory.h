//===- AvailableMemory.h - The memory that is available ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Linux lets a process allocate more memory than exists, and kills it when it
// uses that memory. Before a large allocation, the runtime therefore compares
// its size with the available memory. If it does not fit, the message says what
// needs the memory and which limit is too low.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_AVAILABLEMEMORY_H
#define VIB_RUNTIME_AVAILABLEMEMORY_H

#include <cstdint>
#include <optional>
#include <string>

namespace vib::runtime {

struct MemoryLimit {
  uint64_t left;   ///< The number of bytes that the process may still use.
  std::string who; ///< The beginning of "the machine has N bytes left".
};

/// The smallest of the limits: the memory of the machine, those of the control
/// groups, and those of the process (ulimit -v, ulimit -d). Nothing if none is
/// known. `root` is the directory that contains /proc and /sys.
std::optional<MemoryLimit> availableMemory(const std::string &root = "");

/// Throws an Error if `bytes` are more than availableMemory(). The message
/// begins with `what`. Small sizes are not compared.
void requireMemory(uint64_t bytes, const std::string &what);

/// The number of threads, at most `threads` and at least 1, whose stacks fit
/// into a quarter of the address space that ulimit -v leaves.
int threadsThatFit(int threads);

/// A message for std::bad_alloc: "out of memory", and the limit of the process
/// if it has one. Does not allocate memory.
const char *describeBadAlloc() noexcept;

} // namespace vib::runtime

#endif // VIB_RUNTIME_AVAILABLEMEMORY_H
