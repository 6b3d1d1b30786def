//===- TransposeNarrow.cpp - Transpose matrices with short rows -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Two latents or ten classes do not fill a register, but the batch does. So a
// matrix is transposed if it has fewer columns than a register has lanes and at
// least as many rows. Vectors then run along the batch, and a sum or a maximum
// over the columns combines whole registers.
//
// Values that must have the same orientation form a class: a result of a kernel
// and the arguments that receive it, the result of an op and its init, a matrix
// and its slices, and the operands and results of an elementwise op that have
// the same indexing map. A class is transposed as a whole or not at all. It is
// not transposed if a value in it is wide; if it belongs to a slot, because the
// runtime or another function then uses it; if an op indexes it by anything but
// whole loops; or if a contraction reads it as bf16, whose pairs determine the
// layout.
//
// Columns are divided among threads in whole panels. In a kernel that is
// divided, rows are therefore transposed only if they make enough panels for
// all threads.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/cpu/TileChoice.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-transpose-narrow"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_TRANSPOSENARROW
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// The fewest panels of columns that can be divided evenly among threads.
constexpr int64_t kManyPanels = 8;

bool isMatrix(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.getRank() == 2;
}

bool isEmpty(Value value) { return value.getDefiningOp<tensor::EmptyOp>(); }

/// Finds the classes of values with the same orientation, and transposes those
/// that can be.
class Transposer {
public:
  Transposer(func::FuncOp function, const Machine &machine)
      : machine(machine), function(function) {
    collect();
  }
  /// Transposes the function. Returns the number of transposed results of ops.
  unsigned run();

private:
  void collect();
  void addKernel(KernelOp kernel);
  void addOp(Operation *op);
  void addLinalgOp(linalg::LinalgOp op);
  void addSlice(OffsetSizeAndStrideOpInterface slice, Value whole, Value part);
  unsigned add(Value value);
  void forbid(Value value);
  void forbidAll(Operation *op);
  void join(Value lhs, Value rhs);
  bool isNarrow(Value value) const;
  bool isTransposed(Value value) const;

  void transpose(Value value);
  void transposeInit(OpOperand &init, Value result);
  void transposeOp(Operation *op);
  template <typename OpT> void transposeSlice(OpT slice);

  const Machine &machine;
  func::FuncOp function;
  DenseMap<Value, unsigned> nodes;
  SmallVector<Value> values;
  SmallVector<std::pair<unsigned, unsigned>> joins;
  SmallVector<unsigned> forbidden;
  llvm::IntEqClasses classes;
  llvm::SmallBitVector kept;
};

unsigned Transposer::add(Value value) {
  auto [it, inserted] = nodes.insert({value, values.size()});
  if (inserted) {
    values.push_back(value);
    if (!isNarrow(value))
      forbidden.push_back(it->second);
  }
  return it->second;
}

void Transposer::forbid(Value value) {
  if (isMatrix(value) && !isEmpty(value))
    forbidden.push_back(add(value));
}

void Transposer::forbidAll(Operation *op) {
  for (Value value : op->getOperands())
    forbid(value);
  for (Value value : op->getResults())
    forbid(value);
}

/// A tensor.empty is in no class: an op that is transposed gets a new one.
void Transposer::join(Value lhs, Value rhs) {
  if (isMatrix(lhs) && !isEmpty(lhs) && !isEmpty(rhs))
    joins.push_back({add(lhs), add(rhs)});
}

bool Transposer::isNarrow(Value value) const {
  auto type = cast<RankedTensorType>(value.getType());
  Type element = type.getElementType();
  if (!type.hasStaticShape() || !(element.isF32() || element.isF64()))
    return false;
  int64_t lanes = machine.getLanes(element);
  return type.getDimSize(1) < lanes && lanes <= type.getDimSize(0);
}

void Transposer::addSlice(OffsetSizeAndStrideOpInterface slice, Value whole,
                          Value part) {
  auto isStatic = [](ArrayRef<OpFoldResult> list) {
    return llvm::all_of(list, [](OpFoldResult value) {
      return getConstantIntValue(value).has_value();
    });
  };
  if (isMatrix(whole) && isMatrix(part) && isStatic(slice.getMixedOffsets()) &&
      isStatic(slice.getMixedSizes()) && isStatic(slice.getMixedStrides()))
    return join(whole, part);
  forbidAll(slice);
}

void Transposer::addLinalgOp(linalg::LinalgOp op) {
  bool rounds = isa<linalg::ContractOp>(op) &&
                llvm::any_of(op->getOperands(), [&](Value operand) {
                  return getElementTypeOrSelf(operand) !=
                         getElementTypeOrSelf(op->getResult(0));
                });
  if (rounds || !isa<linalg::GenericOp, linalg::ContractOp, linalg::FillOp>(op))
    return forbidAll(op);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isMatrix(operand.get()))
      continue;
    if (!op.getMatchingIndexingMap(&operand).isProjectedPermutation()) {
      forbid(operand.get());
      // An init without elements stands for no tensor.
      if (op.isDpsInit(&operand))
        forbid(op.getTiedOpResult(&operand));
    } else if (!isEmpty(operand.get()))
      add(operand.get());
  }
  for (OpOperand &init : op.getDpsInitsMutable()) {
    Value result = op.getTiedOpResult(&init);
    if (isMatrix(result))
      add(result);
    join(result, init.get());
    if (!isa<linalg::GenericOp>(op))
      continue;
    for (OpOperand &other : op->getOpOperands())
      if (isMatrix(other.get()) && isMatrix(result) &&
          op.getMatchingIndexingMap(&other) == op.getMatchingIndexingMap(&init))
        join(result, op.isDpsInit(&other) ? Value(op.getTiedOpResult(&other))
                                          : other.get());
  }
}

void Transposer::addOp(Operation *op) {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return addLinalgOp(linalgOp);
  if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op))
    return addSlice(extract, extract.getSource(), extract.getResult());
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
    addSlice(insert, insert.getResult(), insert.getSource());
    return join(insert.getResult(), insert.getDest());
  }
  if (!isa<YieldOp, tensor::EmptyOp>(op))
    forbidAll(op);
}

void Transposer::addKernel(KernelOp kernel) {
  for (auto [operand, argument] :
       llvm::zip_equal(kernel.getInputs(), kernel.getInputArgs()))
    join(argument, operand);
  for (auto [operand, argument, result, yielded] :
       llvm::zip_equal(kernel.getOutputs(), kernel.getOutputArgs(),
                       kernel.getResults(), kernel.getYield().getOperands())) {
    join(argument, result);
    join(argument, operand);
    join(argument, yielded);
  }
  Block &body = kernel.getBody().front();
  for (Operation &op : body)
    addOp(&op);
  if (!isDivided(kernel))
    return;
  auto forbidFew = [&](Value value) {
    if (!isMatrix(value) || isEmpty(value))
      return;
    auto type = cast<RankedTensorType>(value.getType());
    int64_t panel = machine.getPanel(type.getElementType());
    if (type.getDimSize(0) < kManyPanels * panel)
      forbid(value);
  };
  for (Value argument : body.getArguments())
    forbidFew(argument);
  for (Operation &op : body)
    for (Value result : op.getResults())
      forbidFew(result);
}

void Transposer::collect() {
  Block &entry = function.front();
  for (Value argument : entry.getArguments())
    forbid(argument);
  for (Operation &op : entry) {
    if (auto kernel = dyn_cast<KernelOp>(op))
      addKernel(kernel);
    else if (!isa<tensor::EmptyOp>(op))
      forbidAll(&op);
  }
  classes.grow(values.size());
  for (auto [lhs, rhs] : joins)
    classes.join(lhs, rhs);
  classes.compress();
  kept.resize(classes.getNumClasses());
  for (unsigned node : forbidden)
    kept.set(classes[node]);
}

bool Transposer::isTransposed(Value value) const {
  auto it = nodes.find(value);
  return it != nodes.end() && !kept.test(classes[it->second]);
}

void Transposer::transpose(Value value) {
  LDBG() << "stores the transpose of " << value;
  auto type = cast<RankedTensorType>(value.getType());
  value.setType(RankedTensorType::get({type.getDimSize(1), type.getDimSize(0)},
                                      type.getElementType()));
}

/// If `result` is transposed and its init is a tensor.empty, replaces the init
/// by a tensor.empty of the new shape.
void Transposer::transposeInit(OpOperand &init, Value result) {
  if (!isTransposed(result) || !isEmpty(init.get()))
    return;
  Operation *old = init.get().getDefiningOp();
  OpBuilder builder(old);
  auto type = cast<RankedTensorType>(result.getType());
  init.set(tensor::EmptyOp::create(builder, old->getLoc(), type.getShape(),
                                   type.getElementType()));
  if (old->use_empty())
    old->erase();
}

template <typename OpT> void Transposer::transposeSlice(OpT slice) {
  auto swapped = [](ArrayRef<int64_t> list) {
    return SmallVector<int64_t>{list[1], list[0]};
  };
  slice.setStaticOffsets(swapped(slice.getStaticOffsets()));
  slice.setStaticSizes(swapped(slice.getStaticSizes()));
  slice.setStaticStrides(swapped(slice.getStaticStrides()));
}

/// The results of `op` already have their new types.
void Transposer::transposeOp(Operation *op) {
  if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
    if (isTransposed(slice.getResult()))
      transposeSlice(slice);
    return;
  }
  if (auto slice = dyn_cast<tensor::InsertSliceOp>(op)) {
    if (!isTransposed(slice.getResult()))
      return;
    transposeSlice(slice);
    return transposeInit(slice.getDestMutable(), slice.getResult());
  }
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp)
    return;
  SmallVector<AffineMap> maps = linalgOp.getIndexingMapsArray();
  for (OpOperand &operand : op->getOpOperands()) {
    bool isInit = linalgOp.isDpsInit(&operand);
    Value value =
        isInit ? Value(linalgOp.getTiedOpResult(&operand)) : operand.get();
    if (!isTransposed(value))
      continue;
    AffineMap &map = maps[operand.getOperandNumber()];
    map =
        AffineMap::get(map.getNumDims(), 0,
                       {map.getResult(1), map.getResult(0)}, op->getContext());
    if (isInit)
      transposeInit(operand, value);
  }
  ArrayAttr attr = Builder(op->getContext()).getAffineMapArrayAttr(maps);
  if (auto generic = dyn_cast<linalg::GenericOp>(op))
    generic.setIndexingMapsAttr(attr);
  else if (auto contract = dyn_cast<linalg::ContractOp>(op))
    contract.setIndexingMapsAttr(attr);
}

unsigned Transposer::run() {
  unsigned count = 0;
  for (Value value : values) {
    if (!isTransposed(value))
      continue;
    transpose(value);
    count += isa<OpResult>(value);
  }
  if (count == 0)
    return 0;
  for (KernelOp kernel : function.getOps<KernelOp>()) {
    for (auto [operand, result] :
         llvm::zip_equal(kernel.getOutputsMutable(), kernel.getResults()))
      transposeInit(operand, result);
    for (Operation &op : llvm::make_early_inc_range(kernel.getBody().front()))
      transposeOp(&op);
  }
  return count;
}

struct TransposeNarrow : vib::impl::TransposeNarrowBase<TransposeNarrow> {
  using TransposeNarrowBase::TransposeNarrowBase;

  void runOnOperation() override {
    FailureOr<Machine> machine = Machine::get(getOperation());
    if (failed(machine))
      return signalPassFailure();
    for (auto function : getOperation().getOps<func::FuncOp>())
      numTransposed += Transposer(function, *machine).run();
  }
};

} // namespace
