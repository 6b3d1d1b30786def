//===- Bf16Bits.h - Move values of bf16 as integers -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_BF16BITS_H
#define VIB_COMPILER_OBJECT_BF16BITS_H

#include "llvm/IR/PassManager.h"

namespace vib {

/// Loads, stores, selects and rearranges values of bf16 as integers.
class Bf16Bits : public llvm::PassInfoMixin<Bf16Bits> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function,
                              llvm::FunctionAnalysisManager &);
};

} // namespace vib

#endif // VIB_COMPILER_OBJECT_BF16BITS_H
