//===- Options.h - The options of a compilation -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_OPTIONS_H
#define VIB_COMPILER_OBJECT_OPTIONS_H

#include "dialect/Vib.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <optional>
#include <string>

namespace vib {

/// The phases, in the order in which a model passes through them. Ptx and Cubin
/// are only for GPUs, LLVM, Asm and Shared only for CPUs. Nothing comes after
/// Onnx, which is made of the phase model.
enum class Phase {
  Model,
  Onnx,
  Step,
  Fused,
  Planned,
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

/// The options that determine what is compiled from a model. Every file that
/// vibc writes records them, so that the next phase continues with the same
/// options.
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

  /// The options as a user would type them.
  std::string getCommandLine() const;
  /// Convert to and from the attribute `vib.options` of a module.
  OptionsAttr getAttribute(mlir::MLIRContext *context) const;
  static CompileOptions fromAttribute(OptionsAttr attribute);
  /// Convert to and from the text of the section `.vib.options`.
  std::string getRecord(llvm::StringRef modelName) const;
  static std::optional<CompileOptions> fromRecord(llvm::StringRef record,
                                                  std::string &modelName);
};

/// The section of LLVM IR, assembly and objects that contains the record.
inline constexpr llvm::StringLiteral kOptionsSection = ".vib.options";

} // namespace vib

#endif // VIB_COMPILER_OBJECT_OPTIONS_H
