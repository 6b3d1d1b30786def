//===- Codegen.h - Emit LLVM IR, assembly and objects -----------*- C++ -*-===//
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

/// Translates the LLVM dialect to LLVM IR for `target`, optimizes it, and adds
/// the descriptor and the record of `options`. Returns null after reporting an
/// error.
std::unique_ptr<llvm::Module> emitLLVMIR(mlir::ModuleOp module,
                                         const CompileOptions &options,
                                         const TargetInfo &target,
                                         llvm::LLVMContext &context);

/// The LLVM IR of a program for a GPU. It consists of the descriptor and the
/// record only; all host code is in the runtime. `module` is the module from
/// which the kernels were emitted. Returns null after reporting an error.
std::unique_ptr<llvm::Module> createGpuProgram(mlir::ModuleOp module,
                                               const CompileOptions &options,
                                               const TargetInfo &target,
                                               const GpuCode &gpu,
                                               llvm::LLVMContext &context);

/// Runs LLVM's passes at the level of `options`, on the threads of `threads`.
void optimize(llvm::Module &module, const CompileOptions &options,
              const TargetInfo &target, mlir::MLIRContext *threads);

/// Print and parse the text of a module.
std::string printLLVMIR(const llvm::Module &module);
llvm::Expected<std::unique_ptr<llvm::Module>>
parseLLVMIR(llvm::MemoryBufferRef text, llvm::LLVMContext &context);

/// Makes errors of code generation end vibc with a message about its input.
void reportErrors(llvm::LLVMContext &context);

/// Generates code on the threads of `threads`. `verbose` adds comments, which
/// make the text more readable but take time. What is left of `module` is of no
/// use.
std::string emitAssembly(llvm::Module &module, const TargetInfo &target,
                         bool verbose, mlir::MLIRContext *threads);

llvm::Expected<std::string> assemble(llvm::MemoryBufferRef assembly,
                                     const TargetInfo &target);

/// Read the record of the options from LLVM IR, assembly or an object. It is an
/// error if vibc did not write it.
struct Record {
  CompileOptions options;
  std::string modelName;
};
llvm::Expected<Record> readRecordOfLLVMIR(llvm::MemoryBufferRef text);
llvm::Expected<Record> readRecordOfAssembly(llvm::MemoryBufferRef text);
llvm::Expected<Record> readRecordOfObject(llvm::MemoryBufferRef object);

} // namespace vib

#endif // VIB_COMPILER_OBJECT_CODEGEN_H
