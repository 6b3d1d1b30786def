//===- VibAsserts.h - What asserts must not change --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Included before all of a file that is compiled with assertions (VIB_ASSERTS).
// Without NDEBUG a pass's counters are larger than those that the constructor
// in a release build of MLIR knows.
//
//===----------------------------------------------------------------------===//

#define NDEBUG
#include <llvm/ADT/Statistic.h>
#undef NDEBUG
