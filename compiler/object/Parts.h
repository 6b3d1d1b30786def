//===- Parts.h - Parts of an LLVM module ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_PARTS_H
#define VIB_COMPILER_OBJECT_PARTS_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"
#include <vector>

namespace mlir {
class MLIRContext;
} // namespace mlir

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace vib {

/// How functions are divided into parts.
enum class Division {
  /// A function is in the part of the functions that it calls.
  ByCalls,
  /// Each part follows the one before it in the list of functions.
  ByOrder
};

/// The functions of a module in parts that can be worked on in parallel. Parts
/// consist of functions only, so the initializers of variables are not read.
class Parts {
public:
  Parts(const llvm::Module &module, Division division);

  size_t size() const { return parts.size(); }

  /// The number of functions that are defined in the parts before `part`, if
  /// they were divided by their order.
  unsigned countFunctionsBefore(size_t part) const;

  /// Loads a part into a context of its own. The other functions are declared.
  std::unique_ptr<llvm::Module> load(size_t part,
                                     llvm::LLVMContext &context) const;

  /// Calls `work` for each part, on the threads of `threads`.
  void forEach(mlir::MLIRContext *threads,
               llvm::function_ref<void(size_t)> work) const;

private:
  struct Part {
    /// Places in the list of functions, in ascending order.
    llvm::SmallVector<unsigned> functions;
    size_t numInstructions = 0;
  };

  std::vector<Part> parts;
  /// The bitcode of the whole module.
  llvm::SmallVector<char, 0> bitcode;
};

/// Whether the functions of a module depend on each other only by calls and
/// addresses, and the assembly of each depends on no other, as in what vibc
/// emits. Files that users edited may differ.
bool isDivisible(const llvm::Module &module);

llvm::SmallVector<char, 0> writeBitcode(const llvm::Module &module);

/// A machine for another thread.
std::unique_ptr<llvm::TargetMachine>
cloneMachine(const llvm::TargetMachine &machine);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_PARTS_H
