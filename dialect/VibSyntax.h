//===- VibSyntax.h - Pieces of the textual form -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The custom directives of the ops' assembly formats. Private to the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBSYNTAX_H
#define VIB_DIALECT_VIBSYNTAX_H

#include "dialect/Vib.h"
#include "dialect/VibNumbers.h"
#include "dialect/VibReference.h"

namespace vib {

/// Adds `expected one of …` with `known`, the text that was found at `loc`, and
/// the nearest of `known`.
mlir::InFlightDiagnostic &
describeUnknown(mlir::InFlightDiagnostic &diagnostic, llvm::SMLoc loc,
                llvm::ArrayRef<llvm::StringRef> known);

/// `train` or `evaluate`, in vib.noise.
mlir::ParseResult parsePurpose(mlir::OpAsmParser &parser,
                               NoisePurposeAttr &purpose);
void printPurpose(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  NoisePurposeAttr purpose);

/// `(from [low, high])?`
mlir::ParseResult parseSourceRange(mlir::OpAsmParser &parser,
                                   mlir::FloatAttr &low, mlir::FloatAttr &high);
void printSourceRange(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::FloatAttr low, mlir::FloatAttr high);

/// Parses a ranked tensor type. Other types are errors here already.
mlir::ParseResult parseTensor(mlir::OpAsmParser &parser, mlir::Type &type);
/// Parses `-> type` if it is there.
mlir::OptionalParseResult parseOptionalResult(mlir::OpAsmParser &parser,
                                              mlir::Type &result);
/// The dimensions of `like`, but with another width as the last one.
mlir::RankedTensorType withWidth(mlir::RankedTensorType like, int64_t width);

/// `input (-> result)?`, the dimensions after the batch as one.
mlir::ParseResult parseFlatteningTypes(mlir::OpAsmParser &parser,
                                       mlir::Type &input, mlir::Type &result);
void printFlatteningTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                          mlir::Type input, mlir::Type result);

/// `([width])? : input (-> result)?`, one of the two.
mlir::ParseResult parseLinearTypes(mlir::OpAsmParser &parser, mlir::Type &input,
                                   mlir::Type &result);
void printLinearTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::Type input, mlir::Type result);

/// `[widths] : input (-> result)?`.
mlir::ParseResult parseMLPTypes(mlir::OpAsmParser &parser,
                                mlir::DenseI64ArrayAttr &widths,
                                mlir::Type &input, mlir::Type &result);
void printMLPTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   mlir::DenseI64ArrayAttr widths, mlir::Type input,
                   mlir::Type result);

/// `values(…) ([width])? : input (-> result)?`, of vib.embedding, and the same
/// without a width, of vib.one_hot.
mlir::ParseResult parseEmbedding(mlir::OpAsmParser &parser,
                                 mlir::IntegerAttr &values, mlir::Type &input,
                                 mlir::Type &result);
void printEmbedding(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    mlir::IntegerAttr values, mlir::Type input,
                    mlir::Type result);
mlir::ParseResult parseOneHot(mlir::OpAsmParser &parser,
                              mlir::IntegerAttr &values, mlir::Type &input,
                              mlir::Type &result);
void printOneHot(mlir::OpAsmPrinter &printer, mlir::Operation *,
                 mlir::IntegerAttr values, mlir::Type input, mlir::Type result);

/// `kernel(…) channels(…) … : input (-> result)?`, of vib.conv2d.
mlir::ParseResult parseConvolution(mlir::OpAsmParser &parser,
                                   mlir::DenseI64ArrayAttr &kernel,
                                   mlir::DenseI64ArrayAttr &strides,
                                   mlir::DenseI64ArrayAttr &padding,
                                   mlir::DenseI64ArrayAttr &dilations,
                                   mlir::IntegerAttr &groups, mlir::Type &input,
                                   mlir::Type &result);
void printConvolution(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::DenseI64ArrayAttr kernel,
                      mlir::DenseI64ArrayAttr strides,
                      mlir::DenseI64ArrayAttr padding,
                      mlir::DenseI64ArrayAttr dilations,
                      mlir::IntegerAttr groups, mlir::Type input,
                      mlir::Type result);

/// The same with `output_padding(…)`, of vib.conv_transpose2d.
mlir::ParseResult parseTransposedConvolution(
    mlir::OpAsmParser &parser, mlir::DenseI64ArrayAttr &kernel,
    mlir::DenseI64ArrayAttr &strides, mlir::DenseI64ArrayAttr &padding,
    mlir::DenseI64ArrayAttr &outputPadding, mlir::DenseI64ArrayAttr &dilations,
    mlir::IntegerAttr &groups, mlir::Type &input, mlir::Type &result);
void printTransposedConvolution(mlir::OpAsmPrinter &printer, mlir::Operation *,
                                mlir::DenseI64ArrayAttr kernel,
                                mlir::DenseI64ArrayAttr strides,
                                mlir::DenseI64ArrayAttr padding,
                                mlir::DenseI64ArrayAttr outputPadding,
                                mlir::DenseI64ArrayAttr dilations,
                                mlir::IntegerAttr groups, mlir::Type input,
                                mlir::Type result);

/// `window(…) (stride(…))? : input (-> result)?`.
mlir::ParseResult parsePooling(mlir::OpAsmParser &parser,
                               mlir::DenseI64ArrayAttr &size,
                               mlir::DenseI64ArrayAttr &strides,
                               mlir::Type &input, mlir::Type &result);
void printPooling(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::DenseI64ArrayAttr size, mlir::DenseI64ArrayAttr strides,
                  mlir::Type input, mlir::Type result);

/// `kernel(…) (padding(…))? [channels or pool, …] : input (-> result)?`.
mlir::ParseResult parseCNN(mlir::OpAsmParser &parser,
                           mlir::DenseI64ArrayAttr &kernel,
                           mlir::UnitAttr &same,
                           mlir::DenseI64ArrayAttr &layers, mlir::Type &input,
                           mlir::Type &result);
void printCNN(mlir::OpAsmPrinter &printer, mlir::Operation *,
              mlir::DenseI64ArrayAttr kernel, mlir::UnitAttr same,
              mlir::DenseI64ArrayAttr layers, mlir::Type input,
              mlir::Type result);

/// `input (-> result)?`, of vib.global_avg_pool.
mlir::ParseResult parseGlobalPoolingTypes(mlir::OpAsmParser &parser,
                                          mlir::Type &input,
                                          mlir::Type &result);
void printGlobalPoolingTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                             mlir::Type input, mlir::Type result);

/// `input, input, … (-> result)?`, of vib.concat.
mlir::ParseResult parseConcatTypes(mlir::OpAsmParser &parser,
                                   llvm::SmallVectorImpl<mlir::Type> &inputs,
                                   mlir::Type &result);
void printConcatTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::TypeRange inputs, mlir::Type result);

/// `[begin : end] : input (-> result)?`, of vib.slice.
mlir::ParseResult parseSlice(mlir::OpAsmParser &parser,
                             mlir::IntegerAttr &begin, mlir::IntegerAttr &end,
                             mlir::Type &input, mlir::Type &result);
void printSlice(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::IntegerAttr begin, mlir::IntegerAttr end,
                mlir::Type input, mlir::Type result);

/// `([sizes])? : input (-> result)?`, one of the two, of vib.reshape.
mlir::ParseResult parseReshape(mlir::OpAsmParser &parser, mlir::Type &input,
                               mlir::Type &result);
void printReshape(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::Type input, mlir::Type result);

mlir::ParseResult parseActivationKeyword(mlir::OpAsmParser &parser,
                                         ActivationAttr &activation);
void printActivationKeyword(mlir::OpAsmPrinter &printer, mlir::Operation *,
                            ActivationAttr activation);

/// `slope(number)` and so on, which may be left out.
mlir::ParseResult parseSlope(mlir::OpAsmParser &parser, mlir::FloatAttr &slope);
void printSlope(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::FloatAttr slope);
mlir::ParseResult parseAlpha(mlir::OpAsmParser &parser, mlir::FloatAttr &alpha);
void printAlpha(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::FloatAttr alpha);
mlir::ParseResult parseEpsilon(mlir::OpAsmParser &parser, mlir::FloatAttr &eps);
void printEpsilon(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::FloatAttr eps);
mlir::ParseResult parseMomentum(mlir::OpAsmParser &parser,
                                mlir::FloatAttr &momentum);
void printMomentum(mlir::OpAsmPrinter &printer, mlir::Operation *,
                   mlir::FloatAttr momentum);

/// `samples(count)`, which may be left out for one.
mlir::ParseResult parseSamples(mlir::OpAsmParser &parser,
                               mlir::IntegerAttr &samples);
/// The name of the result, unless another one is written.
mlir::ParseResult parseStreamName(mlir::OpAsmParser &parser,
                                  mlir::StringAttr &name);
void printStreamName(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::StringAttr name);
void printSamples(mlir::OpAsmPrinter &printer, mlir::Operation *,
                  mlir::IntegerAttr samples);

/// The numbers in `!vib.normal<width>`, `!vib.bernoulli<outputs>` and
/// `!vib.categorical<classes>`.
mlir::ParseResult parseWidth(mlir::AsmParser &parser, int64_t &width);
void printWidth(mlir::AsmPrinter &printer, int64_t width);
mlir::ParseResult parseOutputs(mlir::AsmParser &parser, int64_t &outputs);
void printOutputs(mlir::AsmPrinter &printer, int64_t outputs);
mlir::ParseResult parseClasses(mlir::AsmParser &parser, int64_t &classes);
void printClasses(mlir::AsmPrinter &printer, int64_t classes);
mlir::ParseResult parseVariables(mlir::AsmParser &parser, int64_t &variables);
void printVariables(mlir::AsmPrinter &printer, int64_t variables);

/// `(s)`, `(@name = s)` or `(@name[size] = s)`.
mlir::ParseResult parseDeviation(mlir::OpAsmParser &parser,
                                 mlir::FloatAttr &noise,
                                 mlir::StringAttr &noiseName,
                                 mlir::IntegerAttr &noiseSize);
void printDeviation(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                    mlir::FloatAttr noise, mlir::StringAttr noiseName,
                    mlir::IntegerAttr noiseSize);

/// `softplus(shift)`, `exp`, `exp_half`, `bounded([low, high])`, or `sigma` or
/// `noise` with `(s)`, `(@name = s)` or `(@name[size] = s)`.
mlir::ParseResult parseSpread(mlir::OpAsmParser &parser, mlir::FloatAttr &shift,
                              mlir::FloatAttr &noise,
                              mlir::StringAttr &noiseName,
                              mlir::IntegerAttr &noiseSize, LinkAttr &link,
                              mlir::FloatAttr &low, mlir::FloatAttr &high);
void printSpread(mlir::OpAsmPrinter &printer, mlir::Operation *,
                 mlir::FloatAttr shift, mlir::FloatAttr noise,
                 mlir::StringAttr noiseName, mlir::IntegerAttr noiseSize,
                 LinkAttr link, mlir::FloatAttr low, mlir::FloatAttr high);

/// `statistics (-> normal)?`; a diagonal one if it is not written.
mlir::ParseResult parseNormalTypes(mlir::OpAsmParser &parser,
                                   mlir::FloatAttr shift, LinkAttr link,
                                   mlir::Type &statistics, mlir::Type &result);
void printNormalTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::FloatAttr shift, LinkAttr link,
                      mlir::Type statistics, mlir::Type result);

mlir::ParseResult parseCategoricalTypes(mlir::OpAsmParser &parser,
                                        mlir::Type &logits, mlir::Type &result);
void printCategoricalTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                           mlir::Type logits, mlir::Type result);

mlir::ParseResult parseBernoulliTypes(mlir::OpAsmParser &parser,
                                      mlir::Type &logits, mlir::Type &result);
void printBernoulliTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                         mlir::Type logits, mlir::Type result);

mlir::ParseResult parseLaplaceTypes(mlir::OpAsmParser &parser, mlir::Type &mean,
                                    mlir::Type &result);
void printLaplaceTypes(mlir::OpAsmPrinter &printer, mlir::Operation *,
                       mlir::Type mean, mlir::Type result);

/// `normal[latents]`, `normal(classes)[latents] given %label : type`,
/// `mixture(components)[latents]` or `vamp(components) of %posterior over
/// %input : types`.
mlir::ParseResult parsePriorForm(
    mlir::OpAsmParser &parser, mlir::IntegerAttr &classes,
    mlir::IntegerAttr &components,
    llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &given,
    llvm::SmallVectorImpl<mlir::Type> &types, mlir::Type &result);
void printPriorForm(mlir::OpAsmPrinter &printer, mlir::Operation *,
                    mlir::IntegerAttr classes, mlir::IntegerAttr components,
                    mlir::OperandRange given, mlir::TypeRange types,
                    mlir::Type result);

/// `, #prior : type of posterior and prior`,
/// `, %prior (at %sample)? : type of posterior (, type of prior)? (, type of
/// sample)?`, or, without a prior, `: type of posterior`.
mlir::ParseResult
parsePrior(mlir::OpAsmParser &parser, mlir::Attribute &prior,
           llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &given,
           mlir::Type &posterior, llvm::SmallVectorImpl<mlir::Type> &types);
void printPrior(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::Attribute prior, mlir::OperandRange given,
                mlir::Type posterior, mlir::TypeRange types);

/// A value of the loss: a number, or `@name(number)`.
mlir::ParseResult parseCoefficient(mlir::AsmParser &parser,
                                   CoefficientAttr &coefficient);
void printCoefficient(mlir::AsmPrinter &printer, CoefficientAttr coefficient);
/// The same as a directive of an op's assembly format.
void printCoefficient(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      CoefficientAttr coefficient);

/// `@name(value) * term + value * term + power(term, number) + …`. The
/// functions are null if no term has one.
mlir::ParseResult
parseTerms(mlir::OpAsmParser &parser,
           llvm::SmallVectorImpl<mlir::OpAsmParser::UnresolvedOperand> &terms,
           mlir::ArrayAttr &coefficients, mlir::ArrayAttr &functions);
void printTerms(mlir::OpAsmPrinter &printer, mlir::Operation *,
                mlir::OperandRange terms, mlir::ArrayAttr coefficients,
                mlir::ArrayAttr functions);

/// `smoothing(number)? weights([number, …])?`.
mlir::ParseResult parseClassTarget(mlir::OpAsmParser &parser,
                                   mlir::FloatAttr &smoothing,
                                   mlir::DenseF64ArrayAttr &weights);
void printClassTarget(mlir::OpAsmPrinter &printer, mlir::Operation *,
                      mlir::FloatAttr smoothing,
                      mlir::DenseF64ArrayAttr weights);

} // namespace vib

#endif // VIB_DIALECT_VIBSYNTAX_H
