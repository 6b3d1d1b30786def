//===- VibKernelOps.cpp - Kernels, launches, noise ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// NoiseOp
//===----------------------------------------------------------------------===//

static ParseResult parsePurpose(OpAsmParser &parser, BoolAttr &evaluation) {
  StringRef keyword;
  if (parser.parseOptionalKeyword(&keyword, {"train", "evaluate"}))
    return parser.emitError(parser.getCurrentLocation(),
                            "expected 'train' or 'evaluate'");
  evaluation = parser.getBuilder().getBoolAttr(keyword == "evaluate");
  return success();
}

static void printPurpose(OpAsmPrinter &printer, Operation *,
                         BoolAttr evaluation) {
  printer << (evaluation.getValue() ? "evaluate" : "train");
}

//===----------------------------------------------------------------------===//
// KernelOp
//===----------------------------------------------------------------------===//

void KernelOp::getAsmBlockArgumentNames(Region &, OpAsmSetValueNameFn) {}

/// Parses `keyword ( %operand as %argument, … : type, … )`.
static ParseResult
parseBindings(OpAsmParser &parser, StringRef keyword,
              SmallVectorImpl<OpAsmParser::UnresolvedOperand> &operands,
              SmallVectorImpl<OpAsmParser::Argument> &arguments) {
  if (parser.parseOptionalKeyword(keyword))
    return success();
  size_t first = arguments.size();
  if (parser.parseLParen() ||
      parser.parseCommaSeparatedList([&]() -> ParseResult {
        return failure(parser.parseOperand(operands.emplace_back()) ||
                       parser.parseKeyword("as") ||
                       parser.parseArgument(arguments.emplace_back()));
      }) ||
      parser.parseColon())
    return failure();
  SmallVector<Type> types;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseTypeList(types) || parser.parseRParen())
    return failure();
  if (types.size() != arguments.size() - first)
    return parser.emitError(loc)
           << "expected " << arguments.size() - first << " types but got "
           << types.size();
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
      parser.parseRegion(*result.addRegion(), arguments) ||
      parser.parseOptionalArrowTypeList(result.types));
}

static void printBindings(OpAsmPrinter &printer, StringRef keyword,
                          ValueRange operands,
                          Block::BlockArgListType arguments) {
  if (operands.empty())
    return;
  printer << ' ' << keyword << '(';
  llvm::interleaveComma(llvm::zip(operands, arguments), printer,
                        [&](auto binding) {
                          printer << std::get<0>(binding) << " as "
                                  << std::get<1>(binding);
                        });
  printer << " : ";
  llvm::interleaveComma(operands.getTypes(), printer);
  printer << ')';
}

void KernelOp::print(OpAsmPrinter &printer) {
  printer << ' ' << getNameAttr();
  printBindings(printer, "ins", getInputs(), getInputArgs());
  printBindings(printer, "outs", getOutputs(), getOutputArgs());
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

#define GET_OP_CLASSES
#include "dialect/VibOps.cpp.inc"
