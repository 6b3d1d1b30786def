//===- Streams.h - The standard streams of a tool ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_SUPPORT_STREAMS_H
#define VIB_COMPILER_SUPPORT_STREAMS_H

#include "llvm/ADT/StringRef.h"

namespace vib {

/// Prepares the standard streams of `tool`, before anything else is opened.
/// - If one of them is closed, its descriptor is taken by /dev/null, so that no
///   other file gets it. A write to a closed stdout still fails.
/// - If stdout cannot be written, the tool ends with an error message and exit
///   code 1. If stderr cannot be written, its exit code is not changed.
void prepareStreams(llvm::StringLiteral tool);

} // namespace vib

#endif // VIB_COMPILER_SUPPORT_STREAMS_H
