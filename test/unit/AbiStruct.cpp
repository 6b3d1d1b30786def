//===- AbiStruct.cpp - Constants have the layout of Abi.h -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broken if a field of the descriptor has another offset or size in the
// generated code than in C.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/AbiStruct.h"
#include "compiler/object/Target.h"
#include "runtime/Abi.h"
#include "llvm/IR/LLVMContext.h"
#include "gtest/gtest.h"
#include <cstddef>

using namespace vib;

namespace {
class AbiStructTest : public testing::Test {
protected:
  /// The number at `offset` bytes from the start of a constant, and its size.
  std::pair<llvm::Constant *, uint64_t> find(llvm::Constant *value,
                                             size_t offset) {
    auto *type = llvm::cast<llvm::StructType>(value->getType());
    const llvm::StructLayout *layout = dataLayout.getStructLayout(type);
    unsigned index = layout->getElementContainingOffset(offset);
    EXPECT_EQ(layout->getElementOffset(index), offset);
    return {value->getAggregateElement(index),
            dataLayout.getTypeStoreSize(type->getElementType(index))};
  }

  void expectInteger(llvm::Constant *value, size_t offset, size_t size,
                     int64_t expected) {
    auto [field, bytes] = find(value, offset);
    EXPECT_EQ(bytes, size);
    EXPECT_EQ(llvm::cast<llvm::ConstantInt>(field)->getSExtValue(), expected);
  }

  llvm::LLVMContext context;
  llvm::Constant *null =
      llvm::ConstantPointerNull::get(llvm::PointerType::get(context, 0));
  llvm::DataLayout dataLayout =
      createTarget("x86-64", "", 2).machine->createDataLayout();
};
} // namespace

TEST_F(AbiStructTest, OrderAndPadding) {
  AbiStruct<VibParameter> row(context, "VibParameter");
  // The order of the calls means nothing.
  row.set(&VibParameter::panel_bytes, 8192);
  row.set(&VibParameter::panel, 32);
  row.set(&VibParameter::offset, 4096);
  row.set(&VibParameter::init_scale, 0.5);
  row.set(&VibParameter::init, VIB_INIT_NORMAL);
  row.set(&VibParameter::permutation, null);
  row.set(&VibParameter::shape, null);
  row.set(&VibParameter::rank, 1);
  row.set(&VibParameter::type, VIB_F64);
  row.set(&VibParameter::name, null);
  llvm::Constant *value = row.get();

  EXPECT_EQ(dataLayout.getTypeAllocSize(value->getType()),
            sizeof(VibParameter));
  expectInteger(value, offsetof(VibParameter, type), 4, VIB_F64);
  expectInteger(value, offsetof(VibParameter, init), 4, VIB_INIT_NORMAL);
  expectInteger(value, offsetof(VibParameter, panel), 4, 32);
  expectInteger(value, offsetof(VibParameter, offset), 8, 4096);
  expectInteger(value, offsetof(VibParameter, panel_bytes), 8, 8192);
  auto *scale = llvm::cast<llvm::ConstantFP>(
      find(value, offsetof(VibParameter, init_scale)).first);
  EXPECT_EQ(scale->getValueAPF().convertToDouble(), 0.5);
}

TEST_F(AbiStructTest, Arrays) {
  AbiStruct<VibTensor> tensor(context, "VibTensor");
  tensor.set(&VibTensor::name, null);
  tensor.set(&VibTensor::type, VIB_F32);
  tensor.set(&VibTensor::rank, 1);
  tensor.set(&VibTensor::shape, {7});
  tensor.set(&VibTensor::offset, 64);
  tensor.set(&VibTensor::panel_bytes, 0);
  tensor.set(&VibTensor::panel, 0);
  tensor.set(&VibTensor::pad, 0);
  auto [shape, bytes] = find(tensor.get(), offsetof(VibTensor, shape));
  EXPECT_EQ(bytes, sizeof(VibTensor::shape));
  auto *sizes = llvm::cast<llvm::ConstantDataArray>(shape);
  EXPECT_EQ(sizes->getElementAsInteger(0), 7u);
  EXPECT_EQ(sizes->getElementAsInteger(1), 0u);
}

// The sign of a number is not beyond its type.
TEST_F(AbiStructTest, NegativeNumbers) {
  AbiStruct<VibTerm> term(context, "VibTerm");
  term.set(&VibTerm::figure, 1);
  term.set(&VibTerm::coefficient, -1);
  term.set(&VibTerm::factor, 0.5);
  term.set(&VibTerm::function, VIB_MEAN);
  term.set(&VibTerm::argument_coefficient, -1);
  term.set(&VibTerm::argument, 0.0);
  expectInteger(term.get(), offsetof(VibTerm, coefficient), 4, -1);
}

TEST_F(AbiStructTest, MissingField) {
  AbiStruct<VibKernel> kernel(context, "VibKernel");
  kernel.set(&VibKernel::name, null);
  kernel.set(&VibKernel::entry, null);
  kernel.set(&VibKernel::flops, 2.0);
  kernel.set(&VibKernel::units, 1);
  EXPECT_DEATH(kernel.get(), "a field of VibKernel is not set");
}

// The gap would look like padding.
TEST_F(AbiStructTest, MissingHalfWord) {
  AbiStruct<VibTensor> tensor(context, "VibTensor");
  tensor.set(&VibTensor::name, null);
  tensor.set(&VibTensor::type, VIB_F32);
  tensor.set(&VibTensor::shape, {4});
  tensor.set(&VibTensor::offset, 0);
  EXPECT_DEATH(tensor.get(), "a field of VibTensor is not set");
}

TEST_F(AbiStructTest, MissingLastField) {
  auto make = [&](bool isWhole) {
    AbiStruct<VibKernel> kernel(context, "VibKernel");
    kernel.set(&VibKernel::name, null);
    kernel.set(&VibKernel::entry, null);
    kernel.set(&VibKernel::flops, 2.0);
    kernel.set(&VibKernel::bytes, 2.0);
    if (isWhole)
      kernel.set(&VibKernel::units, 1);
    return kernel.get();
  };
  make(true);
  EXPECT_DEATH(make(false), "a field of VibKernel is not set");
}
