//===- VibNumbers.h - Numbers of a model file -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBNUMBERS_H
#define VIB_DIALECT_VIBNUMBERS_H

#include "mlir/IR/OpImplementation.h"
#include <limits>
#include <string>

namespace vib {

/// Parses a number as other languages have it, with or without a point and an
/// exponent: `1e-3`, `1.0E-3`, `-5`, `1_000`. NaN and infinities are written as
/// their bits with a type: `0x7FF8000000000000 : f64`.
mlir::FailureOr<mlir::FloatAttr> parseNumber(mlir::AsmParser &parser);
/// Prints the shortest digits that are read as the same number.
void printNumber(mlir::AsmPrinter &printer, mlir::FloatAttr number);

/// The same as directives of an op's assembly format.
mlir::ParseResult parseNumber(mlir::OpAsmParser &parser,
                              mlir::FloatAttr &number);
void printNumber(mlir::OpAsmPrinter &printer, mlir::Operation *,
                 mlir::FloatAttr number);

/// The bound for counts that only the type of their attribute limits.
inline constexpr uint64_t kMostCounted = std::numeric_limits<int64_t>::max();
/// The epochs of a run: the order of the rows is drawn from 32 bits of one.
inline constexpr int64_t kMostEpochs = INT64_C(1) << 32;

/// The width of a distribution. Its Cholesky factor's numbers can be counted,
/// and a label has 32 bits.
inline constexpr int64_t kMostWidth = std::numeric_limits<int32_t>::max();

/// The coefficients of a loss: the values of a step have places for so many
/// (VIB_MAX_COEFFICIENTS in runtime/Abi.h).
inline constexpr unsigned kMostCoefficients = 16;

/// The samples of a training step: the noise's counter has 24 bits for them
/// (docs/randomness.md).
inline constexpr int64_t kMostSamples = 1 << 24;
/// The streams of noise of a model, and the numbers of a sample: the first word
/// of the counter is the stream times `kMostLatents` plus the latent.
inline constexpr int64_t kMostStreams = 256;
inline constexpr int64_t kMostLatents = 1 << 24;

/// Parses digits, `100` or `1_000`, as a signless i64 from `least` to `most`.
/// Messages call it `what`. Above 2^63 - 1 the attribute has the bits of the
/// unsigned number.
mlir::ParseResult parseCount(mlir::AsmParser &parser, mlir::IntegerAttr &count,
                             llvm::StringRef what, uint64_t least,
                             uint64_t most);

/// A number as a user would write it.
std::string formatNumber(mlir::FloatAttr number);

} // namespace vib

#endif // VIB_DIALECT_VIBNUMBERS_H
