//===- Codegen.h - LLVM IR, assembly and objects ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_CODEGEN_H
#define VIB_COMPILER_OBJECT_CODEGEN_H

#include "compiler/object/Options.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace vib {

struct GpuCode;
struct TargetInfo;

/// Translates the LLVM dialect to LLVM IR for `target`, adds the descriptor and
/// the record of `options`. Null after an error, which it has reported.
std::unique_ptr<llvm::Module> translateToLLVMIR(mlir::ModuleOp module,
                                                const CompileOptions &options,
                                                const TargetInfo &target,
                                                llvm::LLVMContext &context);

/// The LLVM IR of a program for a GPU, of which all but the descriptor and the
/// record is the runtime's. `module` is what the kernels were emitted from.
/// Null after an error, which it has reported.
std::unique_ptr<llvm::Module> createGpuProgram(mlir::ModuleOp module,
                                               const CompileOptions &options,
                                               const TargetInfo &target,
                                               const GpuCode &gpu,
                                               llvm::LLVMContext &context);

/// Runs LLVM's own passes at the level of `options`.
void optimize(llvm::Module &module, const CompileOptions &options,
              const TargetInfo &target);

/// The text of a module, and back.
std::string printLLVMIR(const llvm::Module &module);
llvm::Expected<std::unique_ptr<llvm::Module>>
parseLLVMIR(llvm::MemoryBufferRef text, llvm::LLVMContext &context);

/// With comments (`verbose`) it reads better, and takes longer.
std::string emitAssembly(llvm::Module &module, const TargetInfo &target,
                         bool verbose);

llvm::Expected<std::string> assemble(llvm::MemoryBufferRef assembly,
                                     const TargetInfo &target);

/// The record of the options in LLVM IR, assembly or an object; an error if
/// vibc did not write it.
struct Record {
  CompileOptions options;
  std::string modelName;
};
llvm::Expected<Record> readRecordOfLLVMIR(llvm::MemoryBufferRef text);
llvm::Expected<Record> readRecordOfAssembly(llvm::MemoryBufferRef text);
llvm::Expected<Record> readRecordOfObject(llvm::MemoryBufferRef object);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_CODEGEN_H
