//===- KernelParser.h - PTX of a kernel -------------------------*- C++ -*-===//
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

/// What a module declares outside of its kernels.
struct ModuleVariables {
  std::vector<GlobalVariable> globals;
  std::vector<Declaration> shared;
  std::vector<Declaration> dynamicShared; ///< `.extern .shared`.
};

class KernelParser : TokenReader {
public:
  /// At the token behind the kernel's name.
  KernelParser(TokenStream &stream, Kernel &kernel,
               const ModuleVariables &variables);

  /// False: the kernel is only declared.
  bool run();

private:
  /// The names of a pair of braces.
  struct Scope {
    std::unordered_map<std::string, Register> registers;
    std::unordered_map<std::string, size_t> labels;
    std::unordered_map<std::string, std::vector<std::string>> tables;
    size_t firstBranch, firstTable;
  };

  void parseParameters();
  void parseTuning();
  /// Places those of the module's shared variables that the body names.
  void useShared(size_t begin);
  void placeShared(const Declaration &declaration);
  void parseBody();
  void openScope();
  /// Resolves what was left open since the scope began.
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
