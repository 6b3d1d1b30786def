//===- AbiLayout.cpp - The compiler's mirror of runtime/Abi.h -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if a field of a struct in runtime/Abi.h has another offset in the
// constant that vibc emits.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Descriptor.h"
#include "compiler/object/Target.h"
#include "runtime/Abi.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/LLVMContext.h"
#include "gtest/gtest.h"
#include <cstddef>

using namespace vib;

namespace {
class AbiLayout : public testing::Test {
protected:
  void expectLayout(llvm::StructType *type, size_t size,
                    llvm::ArrayRef<size_t> offsets) {
    const llvm::StructLayout *layout = dataLayout.getStructLayout(type);
    EXPECT_EQ(layout->getSizeInBytes(), size);
    ASSERT_EQ(type->getNumElements(), offsets.size());
    for (unsigned i = 0; i != offsets.size(); ++i)
      EXPECT_EQ(layout->getElementOffset(i), offsets[i]) << "field " << i;
  }

  llvm::LLVMContext context;
  AbiTypes types{context};
  llvm::DataLayout dataLayout =
      createTarget("x86-64", "", 2).machine->createDataLayout();
};
} // namespace

TEST_F(AbiLayout, Tensor) {
  expectLayout(types.tensor, sizeof(VibTensor),
               {offsetof(VibTensor, name), offsetof(VibTensor, type),
                offsetof(VibTensor, rank), offsetof(VibTensor, shape),
                offsetof(VibTensor, offset)});
}

TEST_F(AbiLayout, Parameter) {
  expectLayout(
      types.parameter, sizeof(VibParameter),
      {offsetof(VibParameter, name), offsetof(VibParameter, type),
       offsetof(VibParameter, rank), offsetof(VibParameter, shape),
       offsetof(VibParameter, transposed), offsetof(VibParameter, init),
       offsetof(VibParameter, init_scale), offsetof(VibParameter, offset),
       offsetof(VibParameter, panel), offsetof(VibParameter, pad),
       offsetof(VibParameter, panel_bytes)});
}

TEST_F(AbiLayout, Kernel) {
  expectLayout(types.kernel, sizeof(VibKernel),
               {offsetof(VibKernel, name), offsetof(VibKernel, entry),
                offsetof(VibKernel, flops), offsetof(VibKernel, bytes),
                offsetof(VibKernel, units)});
}

TEST_F(AbiLayout, Schedule) {
  expectLayout(types.schedule, sizeof(VibSchedule),
               {offsetof(VibSchedule, kind), offsetof(VibSchedule, pad),
                offsetof(VibSchedule, factor), offsetof(VibSchedule, epochs),
                offsetof(VibSchedule, warmup_epochs)});
}

TEST_F(AbiLayout, Launch) {
  expectLayout(types.launch, sizeof(VibLaunch),
               {offsetof(VibLaunch, function), offsetof(VibLaunch, entry),
                offsetof(VibLaunch, blocks), offsetof(VibLaunch, threads),
                offsetof(VibLaunch, shared_bytes),
                offsetof(VibLaunch, first_kernel),
                offsetof(VibLaunch, num_kernels)});
}

TEST_F(AbiLayout, Gpu) {
  expectLayout(types.gpu, sizeof(VibGpu),
               {offsetof(VibGpu, arch), offsetof(VibGpu, capability),
                offsetof(VibGpu, num_launches), offsetof(VibGpu, launches),
                offsetof(VibGpu, ptx), offsetof(VibGpu, ptx_bytes),
                offsetof(VibGpu, cubin), offsetof(VibGpu, cubin_bytes)});
}

TEST_F(AbiLayout, Model) {
#define FIELD(name) offsetof(VibModel, name)
  expectLayout(types.model, sizeof(VibModel),
               {FIELD(magic),
                FIELD(version),
                FIELD(size),
                FIELD(name),
                FIELD(hash),
                FIELD(compiler),
                FIELD(target),
                FIELD(features),
                FIELD(options),
                FIELD(type),
                FIELD(operands),
                FIELD(likelihood),
                FIELD(rated),
                FIELD(batch),
                FIELD(samples),
                FIELD(latents),
                FIELD(outputs),
                FIELD(input_rank),
                FIELD(input_shape),
                FIELD(epochs),
                FIELD(seed),
                FIELD(optimizer),
                FIELD(averaged),
                FIELD(rate),
                FIELD(beta1),
                FIELD(beta2),
                FIELD(epsilon),
                FIELD(momentum),
                FIELD(weight_decay),
                FIELD(average_decay),
                FIELD(rate_schedule),
                FIELD(beta),
                FIELD(beta_schedule),
                FIELD(block_bytes),
                FIELD(moments),
                FIELD(num_parameters),
                FIELD(parameters),
                FIELD(arena_bytes),
                FIELD(num_tensors),
                FIELD(num_kernels),
                FIELD(tensors),
                FIELD(kernels),
                FIELD(scale),
                FIELD(train_step),
                FIELD(encode),
                FIELD(evaluate),
                FIELD(draw),
                FIELD(decode),
                FIELD(gradients),
                FIELD(gpu)});
#undef FIELD
}
