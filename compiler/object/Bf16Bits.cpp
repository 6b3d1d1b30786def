//===- Bf16Bits.cpp - Move values of bf16 as integers ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// On a CPU without AVX512_BF16, the X86 backend keeps a value of bf16 that
// another block uses as an f32, and rounds it back by a function of
// compiler-rt, with which programs are not linked. After ExpandRounding nothing
// computes with bf16: values are only loaded, stored, selected and rearranged.
// This pass gives all of these the integers with the same bits. It is the last
// one, because InstCombine writes some of them with bf16.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Bf16Bits.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/Local.h"

using namespace llvm;
using namespace vib;

/// The type of the bits of bf16, or of a vector of it; else null.
static Type *getBits(Type *type) {
  if (!type->getScalarType()->isBFloatTy())
    return nullptr;
  return type->getWithNewType(Type::getInt16Ty(type->getContext()));
}

static bool movesBf16(const Instruction &instruction) {
  if (!isa<LoadInst, StoreInst, SelectInst, PHINode, FreezeInst,
           ExtractElementInst, InsertElementInst, ShuffleVectorInst>(
          instruction))
    return false;
  return getBits(instruction.getType()) ||
         any_of(instruction.operands(),
                [](const Use &use) { return getBits(use->getType()); });
}

/// Replaces an instruction by one with the bits as its result, whose operands
/// are still those of the old one.
static Instruction *replaceResult(Instruction *old) {
  Instruction *moved = old->clone();
  moved->insertBefore(old->getIterator());
  moved->takeName(old);
  if (Type *bits = getBits(old->getType())) {
    moved->mutateType(bits);
    IRBuilder<> builder(old->getParent(), *old->getInsertionPointAfterDef());
    old->replaceAllUsesWith(builder.CreateBitCast(moved, old->getType()));
  }
  old->eraseFromParent();
  return moved;
}

static void replaceOperands(Instruction *moved) {
  // All that a phi gets from one block is one value.
  SmallDenseMap<BasicBlock *, Value *> incoming;
  for (Use &use : moved->operands()) {
    Type *bits = getBits(use->getType());
    if (!bits)
      continue;
    auto *phi = dyn_cast<PHINode>(moved);
    if (!phi) {
      use.set(IRBuilder<>(moved).CreateBitCast(use, bits));
      continue;
    }
    BasicBlock *block = phi->getIncomingBlock(use);
    Value *&value = incoming[block];
    if (!value)
      value = IRBuilder<>(block->getTerminator()).CreateBitCast(use, bits);
    use.set(value);
  }
}

PreservedAnalyses Bf16Bits::run(Function &function, FunctionAnalysisManager &) {
  SmallVector<Instruction *> moves;
  for (Instruction &instruction : instructions(function))
    if (movesBf16(instruction))
      moves.push_back(&instruction);
  if (moves.empty())
    return PreservedAnalyses::all();
  for (Instruction *&move : moves)
    move = replaceResult(move);
  for (Instruction *move : moves)
    replaceOperands(move);

  // Bits that became bf16 only to become bits again.
  for (Instruction &instruction : make_early_inc_range(instructions(function)))
    if (auto *back = dyn_cast<BitCastInst>(&instruction))
      if (auto *cast = dyn_cast<BitCastInst>(back->getOperand(0));
          cast && cast->getSrcTy() == back->getDestTy()) {
        back->replaceAllUsesWith(cast->getOperand(0));
        back->eraseFromParent();
      }
  SmallVector<WeakTrackingVH> casts;
  for (Instruction &instruction : instructions(function))
    if (isa<BitCastInst>(instruction))
      casts.push_back(&instruction);
  RecursivelyDeleteTriviallyDeadInstructionsPermissive(casts);
  return PreservedAnalyses::none();
}
