//===- Processors.h - Where threads run -------------------------*- C++ -*-===//
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

/// The processors that the calling thread may run on, ascending; empty if the
/// system does not say.
std::vector<int> allowedProcessors();

/// Keeps the calling thread to these. A system that refuses is left alone: it
/// is a matter of speed.
void keepTo(const std::vector<int> &processors);
void keepTo(int processor) noexcept;

/// The processor that the calling thread runs on, or -1.
int currentProcessor();

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROCESSORS_H
