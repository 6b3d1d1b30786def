//===- Vib.h - The vib dialect ----------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIB_H
#define VIB_DIALECT_VIB_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "dialect/VibInterfaces.h"

#include "dialect/VibDialect.h.inc"
#include "dialect/VibEnums.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialect/VibTypes.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialect/VibAttributes.h.inc"
#define GET_OP_CLASSES
#include "dialect/VibOps.h.inc"

namespace vib {
/// The samples of a model, in the order of their streams.
llvm::SmallVector<ReparameterizeOp> getSamples(ModelOp model);
/// What training steps compute for evaluation beside the parameters.
llvm::SmallVector<Parameter> getRunningState(ModelOp model);
/// The vib.dropout ops of a model, in the order of their random streams.
llvm::SmallVector<DropoutOp> getDropouts(ModelOp model);
/// An op that reads an input of tokens; null if the input is none.
TokenOpInterface getTokenReader(mlir::BlockArgument input);
/// The temperatures of a model that have a name, each once, in the order of the
/// posteriors.
llvm::SmallVector<CoefficientAttr> getTemperatures(ModelOp model);
/// The likelihoods that are terms of a loss, each once, in the order of their
/// targets.
llvm::SmallVector<NLLOp> getLikelihoodTerms(LossOp loss);

/// The function of each term of a loss with these lists, of which `functions`
/// is null if all are the mean.
llvm::SmallVector<FunctionAttr> getTermFunctions(mlir::ArrayAttr functions,
                                                 mlir::ArrayAttr coefficients);
/// The values of a loss that have a name, each once, in the order of the terms.
llvm::SmallVector<CoefficientAttr>
getNamedCoefficients(mlir::ArrayAttr coefficients, mlir::ArrayAttr functions);

/// The rows that a batch can have: no arena of more would fit into memory.
inline constexpr int64_t kMostRows = 1 << 20;
/// The most bytes of a block or the arena, so that sums and products of places
/// and sizes do not overflow.
inline constexpr int64_t kMostMemoryBytes = int64_t(1) << 48;
/// The number of bytes of an element in memory.
int64_t getElementBytes(mlir::Type element);

/// The attributes of a module: the phase, the options with which vibc made it,
/// its model, how that is trained, its parameters, the inputs and outputs of
/// its functions, and the sizes of the blocks and the arena.
inline constexpr llvm::StringLiteral kPhaseAttrName = "vib.phase";
inline constexpr llvm::StringLiteral kOptionsAttrName = "vib.options";
inline constexpr llvm::StringLiteral kModelAttrName = "vib.model";
inline constexpr llvm::StringLiteral kTrainingAttrName = "vib.training";
inline constexpr llvm::StringLiteral kParametersAttrName = "vib.parameters";
inline constexpr llvm::StringLiteral kTensorsAttrName = "vib.tensors";
inline constexpr llvm::StringLiteral kBlockBytesAttrName = "vib.block_bytes";
inline constexpr llvm::StringLiteral kArenaBytesAttrName = "vib.arena_bytes";
/// The attributes that describe kernels: of the function of a CPU's kernel, and
/// of a function of a GPU.
inline constexpr llvm::StringLiteral kKernelAttrName = "vib.kernel";
inline constexpr llvm::StringLiteral kKernelsAttrName = "vib.kernels";
/// The attribute that every argument and result of a step function carries.
inline constexpr llvm::StringLiteral kSlotAttrName = "vib.slot";
/// The name of the scalar slot of a named coefficient of the loss, given its
/// place among them: `coefficients[0]`, as in VibStep.
std::string getCoefficientSlotName(unsigned place);
/// The reverse; nothing for other names.
std::optional<unsigned> getCoefficientPlace(llvm::StringRef slotName);
/// The attribute of an op of the step that names its layer (`encode.0`,
/// `encode.4.grad`). Kernels are named after it.
inline constexpr llvm::StringLiteral kLabelAttrName = "vib.label";
/// The attributes of an op of the step that say in the user's terms what it
/// computes ("relu", "softmax"; a prime marks a derivative), and name its
/// results. They are only printed; no pass depends on them.
inline constexpr llvm::StringLiteral kWordAttrName = "vib.word";
inline constexpr llvm::StringLiteral kNamesAttrName = "vib.names";
} // namespace vib

#endif // VIB_DIALECT_VIB_H
