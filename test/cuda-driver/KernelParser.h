//===- KernelParser.h - Parse a kernel --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_KERNELPARSER_H
#define VIB_TEST_CUDADRIVER_KERNELPARSER_H

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/TokenReader.h"

namespace vib::cuda {

/// The variables that a module declares outside of its kernels.
struct ModuleVariables {
  std::vector<GlobalVariable> globals;
  std::vector<Declaration> shared;
  std::vector<Declaration> dynamicShared; ///< `.extern .shared`.
};

class KernelParser : TokenReader {
public:
  /// The next token of `stream` must follow the kernel's name.
  KernelParser(TokenStream &stream, Kernel &kernel,
               const ModuleVariables &variables);

  /// Returns false if the kernel is only declared.
  bool run();

private:
  /// The names that are declared in a pair of braces.
  struct Scope {
    std::unordered_map<std::string, Register> registers;
    std::unordered_map<std::string, size_t> labels;
    std::unordered_map<std::string, std::vector<std::string>> tables;
    size_t firstBranch, firstTable;
  };

  void parseParameters();
  void parseTuning();
  /// Places those shared variables of the module that the body uses.
  void useShared(size_t begin);
  void placeShared(const Declaration &declaration);
  void parseBody();
  void openScope();
  /// Resolves the references that were left open since the scope began.
  void closeScope();
  void parseDirective();
  void parseRegisters();
  void parseBranchTargets(const std::string &name);
  void skipLocation();
  void parseInstruction();
  Operand parseOperand();
  Operand parseAddress();
  const Register *findRegister(const std::string &name) const;

  Kernel &kernel;
  KernelBuilder builder;
  const ModuleVariables &variables;
  std::vector<Scope> scopes;
  uint64_t sharedEnd = 0;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_KERNELPARSER_H
