//===- Parts.cpp - Parts of an LLVM module --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM's passes and code generation take most of the time of vibc, and work on
// one function at a time. So both run on parts of the module in parallel:
//
//   the module from MLIR
//     -> parts of functions that call each other   each: LLVM's passes
//     -> one module again, in the old order        printed by --emit=llvm
//     -> parts of functions that follow each other  each: code generation
//     -> one text of assembly                      printed by --emit=asm
//
// A context of LLVM belongs to one thread. So the module is written to bitcode
// once, and each part reads from it only its own functions, into a context of
// its own. For the others it has declarations.
//
// The result does not depend on the number of threads, because the parts
// depend only on the module. Nor does it depend on the parts: what LLVM's
// passes derive from calls is within one part, and code generation works on
// each function alone. A module of which this is not known (isDivisible) is
// worked on as a whole.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Parts.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/IntEqClasses.h"
#include "llvm/Bitcode/BitcodeReader.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace vib;

/// Loading a part takes as long as working on some hundred instructions.
static constexpr size_t kLeastInstructions = 512;
static constexpr size_t kMostParts = 64;

/// Joins the functions that call each other.
static IntEqClasses joinByCalls(const Module &module) {
  DenseMap<const Function *, unsigned> places;
  for (const Function &function : module)
    places.try_emplace(&function, places.size());
  IntEqClasses groups(places.size());
  for (const Function &function : module)
    for (const Use &use : function.uses())
      if (auto *call = dyn_cast<CallBase>(use.getUser()))
        if (!function.isDeclaration() && call->isCallee(&use))
          groups.join(places.at(&function), places.at(call->getFunction()));
  return groups;
}

Parts::Parts(const Module &module, Division division)
    : bitcode(writeBitcode(module)) {
  IntEqClasses groups = division == Division::ByCalls
                            ? joinByCalls(module)
                            : IntEqClasses(module.size());
  groups.compress();
  size_t total = 0;
  SmallVector<size_t> numInstructions(groups.getNumClasses());
  for (auto [place, function] : enumerate(module)) {
    numInstructions[groups[place]] += function.getInstructionCount();
    total += function.getInstructionCount();
  }

  size_t enough = std::max(kLeastInstructions, total / kMostParts);
  SmallVector<int> partOfGroup(groups.getNumClasses(), -1);
  for (auto [place, function] : enumerate(module)) {
    if (function.isDeclaration())
      continue;
    int &part = partOfGroup[groups[place]];
    if (part < 0) {
      if (parts.empty() || parts.back().numInstructions >= enough)
        parts.emplace_back();
      part = parts.size() - 1;
      parts.back().numInstructions += numInstructions[groups[place]];
    }
    parts[part].functions.push_back(place);
  }
}

unsigned Parts::countFunctionsBefore(size_t part) const {
  unsigned count = 0;
  for (const Part &before : ArrayRef(parts).take_front(part))
    count += before.functions.size();
  return count;
}

std::unique_ptr<Module> Parts::load(size_t part, LLVMContext &context) const {
  StringRef buffer(bitcode.data(), bitcode.size());
  std::unique_ptr<Module> module =
      cantFail(getLazyBitcodeModule(MemoryBufferRef(buffer, "part"), context));
  ArrayRef<unsigned> own = parts[part].functions;
  for (auto [place, function] : enumerate(*module)) {
    if (!own.empty() && own.front() == place)
      own = own.drop_front();
    else if (!function.isDeclaration())
      function.deleteBody();
  }
  cantFail(module->materializeAll());
  return module;
}

void Parts::forEach(mlir::MLIRContext *threads,
                    function_ref<void(size_t)> work) const {
  // The largest parts come first, because the others fill the gaps at the end.
  auto order = llvm::to_vector(seq(parts.size()));
  stable_sort(order, [&](size_t left, size_t right) {
    return parts[left].numInstructions > parts[right].numInstructions;
  });
  mlir::parallelForEach(threads, order, work);
}

/// Debug information, identifiers and flags such as "cf-protection-branch" add
/// text that belongs to the module as a whole.
static bool hasUsualMetadata(const Module &module) {
  SmallVector<Module::ModuleFlagEntry> flags;
  module.getModuleFlagsMetadata(flags);
  return all_of(module.named_metadata(),
                [](const NamedMDNode &node) {
                  return node.getName() == "llvm.module.flags";
                }) &&
         all_of(flags, [](const Module::ModuleFlagEntry &flag) {
           return is_contained({"Debug Info Version", "PIC Level"},
                               flag.Key->getString());
         });
}

/// Intrinsics that change the end of the assembly.
static bool changesEnd(Intrinsic::ID intrinsic) {
  return is_contained({Intrinsic::init_trampoline,
                       Intrinsic::experimental_stackmap,
                       Intrinsic::experimental_patchpoint,
                       Intrinsic::experimental_patchpoint_void},
                      intrinsic);
}

/// Whether the attributes of a function are those that vibc writes. Others,
/// such as "patchable-function-entry", add sections and labels.
static bool hasUsualAttributes(const Function &function) {
  return all_of(function.getAttributes().getFnAttrs(), [](Attribute attribute) {
    return !attribute.isStringAttribute() ||
           is_contained({"target-cpu", "target-features"},
                        attribute.getKindAsString());
  });
}

/// Whether what LLVM emits for a function lies together, and other parts can
/// declare the function.
static bool isSelfContained(const Function &function) {
  if (!function.hasName() || !function.hasDefaultVisibility() ||
      !(function.hasExternalLinkage() || function.hasInternalLinkage()))
    return false;
  if (function.isDeclaration())
    return !changesEnd(function.getIntrinsicID());
  if (function.hasSection() || function.hasPersonalityFn() ||
      function.hasGC() || !hasUsualAttributes(function))
    return false;
  return none_of(function, [](const BasicBlock &block) {
    return block.hasAddressTaken() ||
           any_of(block, [](const Instruction &instruction) {
             auto *call = dyn_cast<CallBase>(&instruction);
             return call && call->isInlineAsm();
           });
  });
}

bool vib::isDivisible(const Module &module) {
  if (!module.getModuleInlineAsm().empty() || !module.alias_empty() ||
      !module.ifunc_empty() || !module.getComdatSymbolTable().empty() ||
      !hasUsualMetadata(module))
    return false;
  // A variable may be private to the assembly of its users.
  SmallVector<const User *> users;
  for (const GlobalVariable &variable : module.globals())
    append_range(users, variable.users());
  SmallPtrSet<const User *, 16> seen;
  while (!users.empty()) {
    const User *user = users.pop_back_val();
    if (isa<Instruction, Function>(user))
      return false;
    if (!isa<GlobalValue>(user) && seen.insert(user).second)
      append_range(users, user->users());
  }
  return all_of(module, isSelfContained);
}

SmallVector<char, 0> vib::writeBitcode(const Module &module) {
  SmallVector<char, 0> bitcode;
  BitcodeWriter writer(bitcode);
  writer.writeModule(module);
  writer.writeStrtab();
  return bitcode;
}

std::unique_ptr<TargetMachine> vib::cloneMachine(const TargetMachine &machine) {
  return std::unique_ptr<TargetMachine>(machine.getTarget().createTargetMachine(
      machine.getTargetTriple(), machine.getTargetCPU(),
      machine.getTargetFeatureString(), machine.Options,
      machine.getRelocationModel(), machine.getCodeModel(),
      machine.getOptLevel()));
}
