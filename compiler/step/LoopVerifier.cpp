//===- LoopVerifier.cpp - What steps and kernels consist of ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The verifiers of MLIR have accepted the module. What is verified here is what
// the fusion passes, the memory plan and the emitters assume beyond that.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/LoopVerifier.h"
#include "compiler/step/Dims.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace vib;

/// The types that have a place in memory on every target.
static bool isElementType(Type type) {
  return type.isInteger(8) || type.isInteger(32) || type.isBF16() ||
         type.isF32() || type.isF64();
}

static bool isScalarType(Type type) {
  return isElementType(type) || type.isInteger(1) || type.isInteger(64) ||
         type.isIndex();
}

/// The arithmetic that every target has, on vectors too.
static bool isArithmetic(Operation &op) {
  return isa<arith::ConstantOp, arith::AddFOp, arith::SubFOp, arith::MulFOp,
             arith::DivFOp, arith::NegFOp, arith::MaximumFOp, arith::MinimumFOp,
             arith::MaxNumFOp, arith::MinNumFOp, arith::CmpFOp, arith::CmpIOp,
             arith::SelectOp, arith::AddIOp, arith::SubIOp, arith::MulIOp,
             arith::MinSIOp, arith::ShRUIOp, arith::IndexCastOp,
             arith::SIToFPOp, arith::UIToFPOp, arith::FPToSIOp, arith::TruncFOp,
             arith::ExtFOp, math::FmaOp, math::SqrtOp, math::ExpOp, math::LogOp,
             math::Log1pOp, math::AbsFOp, math::TanhOp, math::ErfOp>(op);
}

namespace {

class LoopVerifier {
public:
  LoopVerifier(Block &block, function_ref<bool(BlockArgument)> isUndefined)
      : block(block), isUndefined(isUndefined) {}

  LogicalResult run();

private:
  LogicalResult verifyType(Operation &op, Type type);
  LogicalResult verifyScalarOp(Operation &op);
  LogicalResult verifyLoop(linalg::LinalgOp op);
  LogicalResult verifyRange(linalg::LinalgOp op, OpOperand &operand,
                            AffineMap map);
  LogicalResult verifyWindow(linalg::LinalgOp op, OpOperand &init,
                             AffineMap map);
  LogicalResult verifyBody(linalg::GenericOp op);
  LogicalResult verifySlice(OffsetSizeAndStrideOpInterface slice,
                            RankedTensorType whole);
  LogicalResult verifyInsert(tensor::InsertSliceOp insert);
  LogicalResult verifyNotes(Operation &op);
  LogicalResult verifyRead(Operation &op, Value value);
  LogicalResult verifyReads(Operation &op);

  bool hasElements(Value value) const;

  Block &block;
  function_ref<bool(BlockArgument)> isUndefined;
  /// The results of insert_slice ops of which some elements are missing.
  llvm::SmallPtrSet<Operation *, 4> incomplete;
};

} // namespace

LogicalResult LoopVerifier::run() {
  for (Operation &op : block) {
    if (isa<arith::ConstantOp>(op) || isArithmetic(op)) {
      if (failed(verifyScalarOp(op)))
        return failure();
    } else if (!isa<linalg::ContractOp, linalg::GenericOp, linalg::FillOp,
                    tensor::EmptyOp, tensor::ExtractSliceOp,
                    tensor::InsertSliceOp, func::ReturnOp, YieldOp>(op)) {
      return op.emitOpError("expected only linalg.contract, linalg.generic, "
                            "linalg.fill, slices and empty tensors here");
    }
    for (Type type : op.getResultTypes())
      if (failed(verifyType(op, type)))
        return failure();
    if (auto loop = dyn_cast<linalg::LinalgOp>(op);
        loop && failed(verifyLoop(loop)))
      return failure();
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op);
        slice && failed(verifySlice(slice, slice.getSourceType())))
      return failure();
    if (auto slice = dyn_cast<tensor::InsertSliceOp>(op);
        slice && (failed(verifySlice(slice, slice.getDestType())) ||
                  failed(verifyInsert(slice))))
      return failure();
    if (failed(verifyReads(op)) || failed(verifyNotes(op)))
      return failure();
  }
  return success();
}

LogicalResult LoopVerifier::verifyType(Operation &op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return isScalarType(type)
               ? success()
               : op.emitOpError(
                     "expected tensors and numbers of i8, i32, bf16, "
                     "f32 or f64 but got ")
                     << type;
  if (!tensor.hasStaticShape())
    return op.emitOpError("expected a static shape but got ") << tensor;
  if (!isElementType(tensor.getElementType()) || tensor.getEncoding() ||
      llvm::is_contained(tensor.getShape(), 0))
    return op.emitOpError("expected a tensor of i8, i32, bf16, f32 or f64 "
                          "without dimensions of 0 but got ")
           << tensor;
  return success();
}

/// Flags would allow LLVM to change results, or to drop what depends on them.
static bool hasFlags(Operation &op) {
  if (auto math = dyn_cast<arith::ArithFastMathInterface>(op))
    if (math.getFastMathFlagsAttr() &&
        math.getFastMathFlagsAttr().getValue() != arith::FastMathFlags::none)
      return true;
  if (auto flags = dyn_cast<arith::ArithIntegerOverflowFlagsInterface>(op))
    if (flags.hasNoSignedWrap() || flags.hasNoUnsignedWrap())
      return true;
  if (auto shift = dyn_cast<arith::ShRUIOp>(op))
    if (shift.getIsExact())
      return true;
  if (auto rounding = dyn_cast<arith::ArithRoundingModeInterface>(op))
    return rounding.getRoundingModeAttr() != nullptr;
  return false;
}

LogicalResult LoopVerifier::verifyScalarOp(Operation &op) {
  for (TypeRange types :
       {TypeRange(op.getOperandTypes()), TypeRange(op.getResultTypes())})
    for (Type type : types)
      if (!isScalarType(type))
        return op.emitOpError("expected a number of i1, i8, i32, i64, index, "
                              "bf16, f32 or f64 but got ")
               << type;
  if (hasFlags(op))
    return op.emitOpError("expected no flags that allow other results");
  if (auto shift = dyn_cast<arith::ShRUIOp>(op)) {
    APInt amount;
    if (!matchPattern(shift.getRhs(), m_ConstantInt(&amount)) ||
        amount.uge(amount.getBitWidth()))
      return op.emitOpError("expected a constant shift of fewer bits than the "
                            "number has");
  }
  return success();
}

LogicalResult LoopVerifier::verifyLoop(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  for (OpOperand &operand : op->getOpOperands()) {
    unsigned number = operand.getOperandNumber();
    if (failed(verifyType(*op, operand.get().getType())))
      return failure();
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!isWindowMap(map))
      return op->emitOpError("expected operand ")
             << number << " to be indexed by loops or sums of multiples of "
             << "them, each loop at most once, but its map is "
             << AffineMapAttr::get(map);
    if (failed(verifyRange(op, operand, map)))
      return failure();
    if (!op.isDpsInit(&operand))
      continue;
    if (failed(verifyWindow(op, operand, map)))
      return failure();
    for (auto [loop, kind] : llvm::enumerate(kinds))
      if (kind != utils::IteratorType::reduction && !map.isFunctionOfDim(loop))
        return op->emitOpError("expected loop ")
               << loop << ", which is not a reduction, to be a dimension of "
               << "each result, but the map of operand " << number << " is "
               << AffineMapAttr::get(map);
  }
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  return generic ? verifyBody(generic) : success();
}

/// Adds `factor` * `last` to `sum`; false if that overflows.
static bool addProduct(int64_t factor, int64_t last, int64_t &sum) {
  int64_t product;
  return !llvm::MulOverflow(factor, last, product) &&
         !llvm::AddOverflow(sum, product, sum);
}

/// MLIR's verifier computes an index at the first and at the last position of
/// all loops only, which are not its least and its largest value if one loop is
/// added and another subtracted.
LogicalResult LoopVerifier::verifyRange(linalg::LinalgOp op, OpOperand &operand,
                                        AffineMap map) {
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
    if (isa<AffineDimExpr>(expr))
      continue;
    LinearIndex index = *getLinearIndex(expr);
    int64_t low = index.offset, high = index.offset;
    int64_t size = cast<RankedTensorType>(operand.get().getType())
                       .getDimSize(static_cast<unsigned>(axis));
    bool fits = llvm::all_of(index.terms, [&](auto term) {
      auto [loop, factor] = term;
      return addProduct(factor, extents[loop] - 1, factor < 0 ? low : high);
    });
    if (!fits || low < 0 || high >= size)
      return op->emitOpError("expected the indices of operand ")
             << operand.getOperandNumber() << " to be within dimension " << axis
             << ", which has " << size << " elements, but its map is "
             << AffineMapAttr::get(map);
  }
  return success();
}

/// Positions that are computed in any order write elements of their own. What
/// none of them writes is kept, so the op must read it.
LogicalResult LoopVerifier::verifyWindow(linalg::LinalgOp op, OpOperand &init,
                                         AffineMap map) {
  if (map.isProjectedPermutation())
    return success();
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  auto type = cast<RankedTensorType>(init.get().getType());
  bool isWhole = isBijective(map, extents, type.getShape());
  if (!isWhole &&
      (!isInjective(map, extents) || op.getNumReductionLoops() != 0))
    return op->emitOpError("expected each position to write an element of its "
                           "own, but the map of operand ")
           << init.getOperandNumber() << " is " << AffineMapAttr::get(map);
  if (isWhole || op.payloadUsesValueFromOperand(&init))
    return success();
  return op->emitOpError("expected it to add to operand ")
         << init.getOperandNumber() << ", of which it does not write all "
         << "elements";
}

LogicalResult LoopVerifier::verifyBody(linalg::GenericOp op) {
  for (Operation &inner : *op.getBody()) {
    if (isa<linalg::YieldOp>(inner))
      continue;
    if (!isa<linalg::IndexOp, NoiseOp>(inner) && !isArithmetic(inner))
      return inner.emitOpError("expected only arithmetic that every target "
                               "has, linalg.index and vib.noise in the body "
                               "of a loop");
    if (failed(verifyScalarOp(inner)))
      return failure();
  }
  return success();
}

LogicalResult LoopVerifier::verifySlice(OffsetSizeAndStrideOpInterface slice,
                                        RankedTensorType whole) {
  if (whole.getRank() == 0)
    return slice->emitOpError("expected a slice of a tensor with dimensions");
  for (int64_t axis = 0; axis != whole.getRank(); ++axis) {
    if (slice.isDynamicOffset(axis) || slice.isDynamicSize(axis) ||
        slice.isDynamicStride(axis))
      return slice->emitOpError("expected offsets, sizes and strides to be "
                                "numbers");
    int64_t offset = slice.getStaticOffset(axis);
    int64_t size = slice.getStaticSize(axis);
    if (slice.getStaticStride(axis) != 1)
      return slice->emitOpError("expected strides of 1 but got ")
             << slice.getStaticStride(axis);
    if (offset < 0 || size < 1 || size > whole.getDimSize(axis) ||
        offset > whole.getDimSize(axis) - size)
      return slice->emitOpError("expected a slice within ")
             << whole << ", but dimension " << axis << " begins at " << offset
             << " and has " << size << " elements";
  }
  return success();
}

/// Whether two slices share elements.
static bool overlap(OffsetSizeAndStrideOpInterface lhs,
                    OffsetSizeAndStrideOpInterface rhs) {
  for (auto [lhsOffset, lhsSize, rhsOffset, rhsSize] :
       llvm::zip_equal(lhs.getStaticOffsets(), lhs.getStaticSizes(),
                       rhs.getStaticOffsets(), rhs.getStaticSizes()))
    if (lhsOffset + lhsSize <= rhsOffset || rhsOffset + rhsSize <= lhsOffset)
      return false;
  return true;
}

/// A tensor is put together from slices that do not overlap. Notes which
/// results are not complete yet.
LogicalResult LoopVerifier::verifyInsert(tensor::InsertSliceOp insert) {
  int64_t missing = insert.getDestType().getNumElements();
  Value dest = insert.getResult();
  while (auto part = dest.getDefiningOp<tensor::InsertSliceOp>()) {
    if (part != insert && overlap(part, insert)) {
      InFlightDiagnostic diagnostic =
          insert.emitOpError("expected slices that do not overlap");
      diagnostic.attachNote(part.getLoc()) << "the other slice is here";
      return diagnostic;
    }
    missing -= part.getSourceType().getNumElements();
    dest = part.getDest();
  }
  if (missing != 0 && !hasElements(dest))
    incomplete.insert(insert);
  return success();
}

/// What --explain and the names of kernels come from.
LogicalResult LoopVerifier::verifyNotes(Operation &op) {
  for (StringRef name : {kLabelAttrName, kWordAttrName})
    if (Attribute note = op.getAttr(name); note && !isa<StringAttr>(note))
      return op.emitOpError("expected ") << name << " to be a string";
  if (Attribute attribute = op.getAttr(kDimsAttrName)) {
    auto loop = dyn_cast<linalg::LinalgOp>(op);
    auto dims = dyn_cast<ArrayAttr>(attribute);
    llvm::SmallDenseSet<Attribute> distinct;
    if (!loop || !dims || dims.size() != loop.getNumLoops() ||
        !llvm::all_of(dims, [&](Attribute dim) {
          auto name = dyn_cast<StringAttr>(dim);
          return name && !name.empty() && distinct.insert(name).second;
        }))
      return op.emitOpError("expected ")
             << kDimsAttrName << " to have a name of its own for each loop";
  }
  Attribute attribute = op.getAttr(kNamesAttrName);
  auto names = dyn_cast_or_null<ArrayAttr>(attribute);
  if (attribute && (!names || names.size() != op.getNumResults() ||
                    !llvm::all_of(names, llvm::IsaPred<StringAttr>)))
    return op.emitOpError("expected ")
           << kNamesAttrName << " to have a string for each result";
  return success();
}

bool LoopVerifier::hasElements(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op)
    return value.getParentBlock() != &block ||
           !isUndefined(cast<BlockArgument>(value));
  return !isa<tensor::EmptyOp>(op) && !incomplete.contains(op);
}

LogicalResult LoopVerifier::verifyRead(Operation &op, Value value) {
  if (!isa<RankedTensorType>(value.getType()) || hasElements(value))
    return success();
  InFlightDiagnostic diagnostic =
      op.emitOpError("reads elements that no op has written");
  diagnostic.attachNote(value.getLoc()) << "the tensor is defined here";
  return diagnostic;
}

LogicalResult LoopVerifier::verifyReads(Operation &op) {
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return verifyRead(op, insert.getSource());
  auto loop = dyn_cast<linalg::LinalgOp>(op);
  for (OpOperand &operand : op.getOpOperands()) {
    if (loop && !loop.payloadUsesValueFromOperand(&operand))
      continue;
    if (failed(verifyRead(op, operand.get())))
      return failure();
  }
  return success();
}

LogicalResult vib::verifyLoops(Block &block,
                               function_ref<bool(BlockArgument)> isUndefined) {
  return LoopVerifier(block, isUndefined).run();
}
