//===- Options.h - What decides a compilation -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_OPTIONS_H
#define VIB_COMPILER_OBJECT_OPTIONS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <optional>
#include <string>

namespace vib {

/// The phases, in the order in which a model passes through them.
/// Ptx and Cubin are a GPU's, LLVM, Asm and Shared a CPU's.
enum class Phase {
  Model,
  Step,
  Fused,
  Kernels,
  Ptx,
  Cubin,
  LLVM,
  Asm,
  Obj,
  Shared,
  Exe
};
llvm::StringRef getPhaseName(Phase phase);
std::optional<Phase> parsePhase(llvm::StringRef name);

/// All that decides what is compiled from a model. Every file that vibc writes
/// records it, so that the next phase goes on with the same.
struct CompileOptions {
  unsigned level = 2;
  std::string precision; // "f64", "f32", "tf32" or "bf16"
  int64_t batch = 0;
  bool gradients = false;
  std::string cpu;      // LLVM's name, never "native"
  std::string features; // of the CPU, as LLVM takes them: "+avx2,-sse4a"
  std::string arch;     // of the GPU, "sm_80"; empty for a CPU
  bool cubin = false;   // beside the PTX

  bool isCuda() const { return !arch.empty(); }
  llvm::StringRef getTarget() const { return isCuda() ? "cuda" : "cpu"; }

  /// As a user would type them.
  std::string getCommandLine() const;
  /// The attribute `vib.options` of a module, and back.
  mlir::DictionaryAttr getAttribute(mlir::MLIRContext *context) const;
  static std::optional<CompileOptions> fromAttribute(mlir::DictionaryAttr);
  /// The text of the section `.vib.options`, and back.
  std::string getRecord(llvm::StringRef modelName) const;
  static std::optional<CompileOptions> fromRecord(llvm::StringRef record,
                                                  std::string &modelName);
};

/// The section of LLVM IR, assembly and objects that holds the record.
inline constexpr llvm::StringLiteral kOptionsSection = ".vib.options";

} // namespace vib

#endif // VIB_COMPILER_OBJECT_OPTIONS_H
