//===- Decode.h - Predictions for given latents -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DECODE_H
#define VIB_RUNTIME_DECODE_H

#include "runtime/Abi.h"
#include "runtime/Options.h"

namespace vib::runtime {

/// The command `decode`. Returns the exit code.
int runDecode(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DECODE_H
