//===- Processors.h - The processors of a thread ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PROCESSORS_H
#define VIB_RUNTIME_PROCESSORS_H

#include <vector>

namespace vib::runtime {

/// The processors that the calling thread may run on, in ascending order; empty
/// if they are unknown.
std::vector<int> allowedProcessors();

/// Restricts the calling thread to these processors. A failure is ignored,
/// because it affects only the speed.
void keepTo(const std::vector<int> &processors);
void keepTo(int processor) noexcept;

/// The processor that the calling thread runs on, or -1 if it is unknown.
int currentProcessor();

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROCESSORS_H
