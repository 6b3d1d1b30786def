//===- BankConflicts.cpp - How often shared memory is passed --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if lanes that shared memory serves at the same time compete for a bank,
// when an operand is copied or read, or when a result is written.
//
// The addresses are computed by the kernel's own code: every access of every
// warp is evaluated for its 32 lanes, in the first two iterations of each loop.
//
//===----------------------------------------------------------------------===//

#include "ContractionKernel.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "gtest/gtest.h"
#include <map>
#include <set>

using namespace mlir;
using namespace vib;

namespace {

constexpr int64_t kBanks = 32, kBankBytes = 4, kLineBytes = 128;

/// A value for each lane of a warp.
using Lanes = std::array<int64_t, kWarpThreads>;

class Evaluator {
public:
  explicit Evaluator(int64_t firstThread) : firstThread(firstThread) {
    std::iota(active.begin(), active.end(), 0);
  }
  /// Visits the memory accesses in a region.
  void visit(Region &region) {
    for (Operation &op : region.front())
      visit(op);
  }
  unsigned getNumAccesses() const { return accesses; }

private:
  void visit(Operation &op);
  /// Checks how many passes through memory the active lanes need.
  void check(Operation &op, Value memory, OperandRange indices, int64_t bytes);
  const Lanes &evaluate(Value value);
  Lanes compute(Value value);
  Lanes getAddresses(Value memory, OperandRange indices);

  int64_t firstThread;
  /// The lanes that execute the current region.
  std::vector<int64_t> active = std::vector<int64_t>(kWarpThreads);
  /// The values in the current iteration of the loops.
  llvm::DenseMap<Value, Lanes> values;
  llvm::DenseMap<Value, Lanes> turns;
  unsigned accesses = 0;
};

Lanes broadcast(int64_t value) {
  Lanes lanes;
  lanes.fill(value);
  return lanes;
}

const Lanes &Evaluator::evaluate(Value value) {
  auto it = values.find(value);
  if (it == values.end()) {
    Lanes lanes = compute(value);
    it = values.try_emplace(value, lanes).first;
  }
  return it->second;
}

Lanes Evaluator::compute(Value value) {
  if (auto it = turns.find(value); it != turns.end())
    return it->second;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
    return evaluate(loop.getTiedLoopInit(argument)->get());
  }
  Operation *op = value.getDefiningOp();
  auto map = [&](auto function) {
    Lanes a = evaluate(op->getOperand(0)), b = evaluate(op->getOperand(1));
    for (size_t lane = 0; lane != a.size(); ++lane)
      a[lane] = function(a[lane], b[lane]);
    return a;
  };
  return llvm::TypeSwitch<Operation *, Lanes>(op)
      .Case([&](arith::ConstantOp op) {
        return broadcast(cast<IntegerAttr>(op.getValue()).getInt());
      })
      .Case([&](gpu::ThreadIdOp) {
        Lanes lanes;
        std::iota(lanes.begin(), lanes.end(), firstThread);
        return lanes;
      })
      .Case<gpu::BlockIdOp, gpu::DynamicSharedMemoryOp>(
          [&](auto) { return broadcast(0); })
      .Case<arith::AddIOp, memref::ViewOp>(
          [&](auto) { return map(std::plus<int64_t>()); })
      .Case([&](arith::SubIOp) { return map(std::minus<int64_t>()); })
      .Case([&](arith::MulIOp) { return map(std::multiplies<int64_t>()); })
      .Case([&](arith::DivUIOp) { return map(std::divides<int64_t>()); })
      .Case([&](arith::RemUIOp) { return map(std::modulus<int64_t>()); })
      .Case([&](arith::XOrIOp) { return map(std::bit_xor<int64_t>()); })
      .Case([&](arith::MinSIOp) {
        return map([](int64_t a, int64_t b) { return std::min(a, b); });
      })
      .Case([&](arith::MaxSIOp) {
        return map([](int64_t a, int64_t b) { return std::max(a, b); });
      })
      .Case([&](arith::CmpIOp op) {
        EXPECT_EQ(op.getPredicate(), arith::CmpIPredicate::slt);
        return map(std::less<int64_t>());
      })
      .Case([&](arith::SelectOp op) {
        Lanes lanes = evaluate(op.getTrueValue());
        Lanes conditions = evaluate(op.getCondition());
        Lanes others = evaluate(op.getFalseValue());
        for (size_t lane = 0; lane != lanes.size(); ++lane)
          if (!conditions[lane])
            lanes[lane] = others[lane];
        return lanes;
      })
      .Default([](Operation *op) {
        ADD_FAILURE() << op->getName().getStringRef().str();
        return broadcast(0);
      });
}

Lanes Evaluator::getAddresses(Value memory, OperandRange indices) {
  auto type = cast<MemRefType>(memory.getType());
  Lanes lanes = broadcast(0);
  for (auto [extent, index] : llvm::zip_equal(type.getShape(), indices)) {
    const Lanes &positions = evaluate(index);
    for (size_t lane = 0; lane != lanes.size(); ++lane)
      lanes[lane] = lanes[lane] * extent + positions[lane];
  }
  const Lanes &bases = evaluate(memory);
  for (size_t lane = 0; lane != lanes.size(); ++lane)
    lanes[lane] = bases[lane] + lanes[lane] * type.getElementTypeBitWidth() / 8;
  return lanes;
}

void Evaluator::check(Operation &op, Value memory, OperandRange indices,
                      int64_t bytes) {
  ++accesses;
  Lanes addresses = getAddresses(memory, indices);
  size_t atATime = std::min(kWarpThreads, kLineBytes / bytes);
  for (size_t first = 0; first < active.size(); first += atATime) {
    std::map<int64_t, std::set<int64_t>> wordsOfBank;
    for (size_t i = first; i < std::min(first + atATime, active.size()); ++i) {
      int64_t address = addresses[active[i]];
      EXPECT_EQ(address % bytes, 0);
      for (int64_t byte = 0; byte < bytes; byte += kBankBytes) {
        int64_t word = (address + byte) / kBankBytes;
        wordsOfBank[word % kBanks].insert(word);
      }
    }
    size_t passes = 0;
    for (const auto &[bank, words] : wordsOfBank)
      passes = std::max(passes, words.size());
    if (passes == 1)
      continue;
    std::string text;
    llvm::raw_string_ostream os(text);
    op.print(os);
    ADD_FAILURE() << passes << " passes for lanes from " << active[first]
                  << " of the warp at " << firstThread << ": " << text;
  }
}

void Evaluator::visit(Operation &op) {
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    // After the contraction, threads divide the elements of a result.
    if (!isa_and_present<arith::ConstantOp>(
            loop.getLowerBound().getDefiningOp()))
      return;
    int64_t begin = evaluate(loop.getLowerBound())[0];
    int64_t end = evaluate(loop.getUpperBound())[0];
    int64_t step = evaluate(loop.getStep())[0];
    for (int64_t turn = begin; turn < std::min(end, begin + 2 * step);
         turn += step) {
      values.clear();
      turns[loop.getInductionVar()] = broadcast(turn);
      visit(loop.getRegion());
    }
  } else if (auto branch = dyn_cast<scf::IfOp>(op)) {
    std::vector<int64_t> all = active;
    Lanes conditions = evaluate(branch.getCondition());
    llvm::erase_if(active, [&](int64_t lane) { return !conditions[lane]; });
    visit(branch.getThenRegion());
    active = all;
  } else if (auto copy = dyn_cast<nvgpu::DeviceAsyncCopyOp>(op)) {
    int64_t bytes = copy.getDstElements().getSExtValue() *
                    copy.getDst().getType().getElementTypeBitWidth() / 8;
    check(op, copy.getDst(), copy.getDstIndices(), bytes);
  } else if (auto load = dyn_cast<vector::LoadOp>(op)) {
    check(op, load.getBase(), load.getIndices(),
          4 * load.getVectorType().getNumElements());
  } else if (auto store = dyn_cast<vector::StoreOp>(op)) {
    check(op, store.getBase(), store.getIndices(),
          4 * store.getVectorType().getNumElements());
  } else if (auto load = dyn_cast<memref::LoadOp>(op)) {
    if (gpu::GPUDialect::hasWorkgroupMemoryAddressSpace(load.getMemRefType()))
      check(op, load.getMemRef(), load.getIndices(), 4);
  } else if (auto matrix = dyn_cast<nvgpu::LdMatrixOp>(op)) {
    check(op, matrix.getSrcMemref(), matrix.getIndices(), 16);
  }
}

void checkAll(OperandPrecision precision, bool isBf16Lhs, bool isBf16Rhs,
              llvm::ArrayRef<std::array<int64_t, 3>> shapes) {
  MLIRContext context;
  loadKernelDialects(context);
  for (bool lhsFirst : {false, true})
    for (bool rhsFirst : {false, true})
      for (std::array<int64_t, 3> warps : shapes) {
        OperandForm lhs{lhsFirst, isBf16Lhs}, rhs{rhsFirst, isBf16Rhs};
        ContractionKernel kernel = buildKernel(
            context, {1024, 1024, 256, 1, precision, lhs, rhs, warps});
        SCOPED_TRACE(testing::Message()
                     << kernel.shape.rows << " x " << kernel.shape.columns
                     << ", lhs " << lhsFirst << ", rhs " << rhsFirst);
        kernel.module->walk([&](gpu::GPUFuncOp function) {
          for (int64_t thread = 0; thread < kernel.threads;
               thread += kWarpThreads) {
            Evaluator evaluator(thread);
            evaluator.visit(function.getBody());
            EXPECT_GE(evaluator.getNumAccesses(), 10u);
          }
        });
      }
}

TEST(BankConflicts, F32) {
  checkAll(OperandPrecision::F32, false, false,
           {{32, 32, 2}, {20, 16, 2}, {8, 64, 4}, {24, 32, 1}, {28, 16, 1}});
}
TEST(BankConflicts, Tf32) {
  checkAll(OperandPrecision::TF32, false, false,
           {{32, 32, 2}, {16, 16, 2}, {64, 32, 1}, {32, 64, 4}});
}
TEST(BankConflicts, Bf16) {
  checkAll(OperandPrecision::BF16, true, true,
           {{32, 32, 2}, {16, 16, 2}, {112, 16, 1}, {48, 16, 1}});
}
TEST(BankConflicts, Bf16OfF32) {
  checkAll(OperandPrecision::BF16, false, false,
           {{32, 32, 2}, {16, 16, 2}, {64, 32, 1}, {32, 64, 4}});
}
TEST(BankConflicts, Bf16Mixed) {
  checkAll(OperandPrecision::BF16, true, false, {{32, 32, 2}, {112, 16, 1}});
}

} // namespace
