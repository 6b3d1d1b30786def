//===- VibKernelOps.cpp - Kernels, launches, noise --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "dialect/VibSyntax.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// NoiseOp
//===----------------------------------------------------------------------===//

ParseResult vib::parsePurpose(OpAsmParser &parser, NoisePurposeAttr &purpose) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  (void)parser.parseOptionalKeyword(&keyword);
  std::optional<NoisePurpose> known = symbolizeNoisePurpose(keyword);
  if (!known)
    return parser.emitError(loc, "expected 'train', 'evaluate', 'dropout', "
                                 "'train_gumbel' or 'evaluate_gumbel'");
  purpose = NoisePurposeAttr::get(parser.getContext(), *known);
  return success();
}

void vib::printPurpose(OpAsmPrinter &printer, Operation *,
                       NoisePurposeAttr purpose) {
  printer << stringifyNoisePurpose(purpose.getValue());
}

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

/// The name that a location gives to a value.
static StringRef getName(Value value) {
  if (auto named = value.getLoc()->findInstanceOf<NameLoc>())
    return named.getName();
  return {};
}

void KernelOp::getAsmBlockArgumentNames(Region &region,
                                        OpAsmSetValueNameFn setName) {
  for (BlockArgument argument : region.getArguments())
    if (StringRef name = ::getName(argument); !name.empty())
      setName(argument, name);
}

void KernelOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  for (auto [result, argument] : llvm::zip(getResults(), getOutputArgs()))
    if (StringRef name = ::getName(argument); !name.empty())
      setName(result, name);
}

/// Stores the name of an argument in its location, so that it is printed again.
/// A number is not a name, and a number after an underscore only makes a name
/// unique.
static void keepName(OpAsmParser &parser, OpAsmParser::Argument &argument) {
  StringRef name = argument.ssaName.name.drop_front();
  StringRef stem = name.rtrim("0123456789");
  if (stem.size() != name.size() && stem.consume_back("_"))
    name = stem;
  if (!argument.sourceLoc && !name.empty() && !llvm::isDigit(name.front()))
    argument.sourceLoc =
        NameLoc::get(parser.getBuilder().getStringAttr(name),
                     parser.getEncodedSourceLoc(argument.ssaName.location));
}

/// Parses `keyword ( %operand (as %argument)?, ... : type, ... )`. Without `as`
/// the argument has the operand's name.
static ParseResult
parseBindings(OpAsmParser &parser, StringRef keyword,
              SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands,
              SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  if (parser.parseOptionalKeyword(keyword))
    return success();
  size_t first = arguments.size();
  auto parseBinding = [&]() -> ParseResult {
    OpAsmParser::UnresolvedOperand &operand = operands.emplace_back();
    OpAsmParser::Argument &argument = arguments.emplace_back();
    if (parser.parseOperand(operand))
      return failure();
    if (succeeded(parser.parseOptionalKeyword("as"))) {
      if (parser.parseArgument(argument))
        return failure();
    } else if (operand.number != 0) {
      return parser.emitError(operand.location)
             << "expected 'as' and a name: " << operand.name << "#"
             << operand.number << " cannot name an argument";
    } else {
      argument.ssaName = operand;
    }
    keepName(parser, argument);
    return success();
  };
  if (parser.parseLParen() || parser.parseCommaSeparatedList(parseBinding) ||
      parser.parseColon())
    return failure();
  SmallVector<Type> types;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseTypeList(types) || parser.parseRParen())
    return failure();
  if (types.size() != arguments.size() - first)
    return parser.emitError(loc) << "expected " << arguments.size() - first
                                 << " types but got " << types.size();
  for (auto [argument, type] :
       llvm::zip(llvm::drop_begin(arguments, first), types))
    argument.type = type;
  return success();
}

ParseResult KernelOp::parse(OpAsmParser &parser, OperationState &result) {
  StringAttr name;
  SmallVector<OpAsmParser::UnresolvedOperand> inputs, outputs;
  SmallVector<OpAsmParser::Argument> arguments;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseAttribute(name, "name", result.attributes) ||
      parseBindings(parser, "ins", inputs, arguments) ||
      parseBindings(parser, "outs", outputs, arguments))
    return failure();
  SmallVector<Type> types;
  for (OpAsmParser::Argument &argument : arguments)
    types.push_back(argument.type);
  SmallVector<OpAsmParser::UnresolvedOperand> operands(inputs);
  operands.append(outputs);
  result.addAttribute(getOperandSegmentSizeAttr(),
                      parser.getBuilder().getDenseI32ArrayAttr(
                          {static_cast<int32_t>(inputs.size()),
                           static_cast<int32_t>(outputs.size())}));
  return failure(
      parser.resolveOperands(operands, types, loc, result.operands) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes) ||
      parser.parseRegion(*result.addRegion(), arguments,
                         /*enableNameShadowing=*/true) ||
      parser.parseOptionalArrowTypeList(result.types));
}

static void printBindings(OpAsmPrinter &printer, StringRef keyword,
                          ValueRange operands,
                          Block::BlockArgListType arguments,
                          ArrayRef<Value> names) {
  if (operands.empty())
    return;
  printer << ' ' << keyword << '(';
  llvm::interleaveComma(llvm::zip(operands, arguments, names), printer,
                        [&](auto binding) {
                          auto [operand, argument, name] = binding;
                          printer << operand;
                          if (name != operand)
                            printer << " as " << argument;
                        });
  printer << " : ";
  llvm::interleaveComma(operands.getTypes(), printer);
  printer << ')';
}

/// An argument is named after its operand, or after the result if the operand
/// is a new tensor.
static SmallVector<Value> getArgumentNames(KernelOp kernel) {
  SmallVector<Value> names;
  auto addName = [&](Value name) {
    auto result = dyn_cast<OpResult>(name);
    bool usable = !llvm::is_contained(names, name) &&
                  (!result || result.getOwner()->getNumResults() == 1 ||
                   isa<KernelOp>(result.getOwner()));
    names.push_back(usable ? name : Value());
  };
  for (Value input : kernel.getInputs())
    addName(input);
  for (auto [output, argument, result] : llvm::zip(
           kernel.getOutputs(), kernel.getOutputArgs(), kernel.getResults())) {
    bool isNew = output.getDefiningOp<tensor::EmptyOp>();
    addName(isNew && !::getName(argument).empty() ? Value(result) : output);
  }
  return names;
}

void KernelOp::print(OpAsmPrinter &printer) {
  SmallVector<Value> names = getArgumentNames(*this);
  printer.shadowRegionArgs(getBody(), names);
  printer << ' ' << getNameAttr();
  ArrayRef<Value> all(names);
  printBindings(printer, "ins", getInputs(), getInputArgs(),
                all.take_front(getInputs().size()));
  printBindings(printer, "outs", getOutputs(), getOutputArgs(),
                all.drop_front(getInputs().size()));
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getNameAttrName(), getOperandSegmentSizeAttr()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
  printer.printOptionalArrowTypeList(getResultTypes());
}

YieldOp KernelOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

LogicalResult KernelOp::verify() {
  Block &block = getBody().front();
  if (block.getArgumentTypes() != getOperandTypes())
    return emitOpError("expected its region to take the types of its ins and "
                       "outs");
  if (getResultTypes() != getOutputs().getTypes())
    return emitOpError("expected one result a tensor of outs, of its type");
  if (getYield().getOperandTypes() != getResultTypes())
    return getYield().emitOpError("expected to yield the types of the "
                                  "kernel's results");
  return success();
}

//===----------------------------------------------------------------------===//
// LaunchOp
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verify() {
  if (getUnits() < 1)
    return emitOpError("expected at least one unit of work but got ")
           << getUnits();
  return success();
}

LogicalResult LaunchOp::verifySymbolUses(SymbolTableCollection &symbols) {
  auto callee =
      symbols.lookupNearestSymbolFrom<func::FuncOp>(*this, getCalleeAttr());
  if (!callee)
    return emitOpError("calls ") << getCallee() << ", which is not defined";
  TypeRange types = callee.getArgumentTypes();
  if (types.size() < 2 || !types[0].isIndex() || !types[1].isIndex() ||
      types.drop_front(2) != getOperandTypes())
    return emitOpError("expected ")
           << getCallee() << " to take (begin, end) and the operands' types";
  return success();
}
