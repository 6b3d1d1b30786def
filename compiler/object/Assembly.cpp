//===- Assembly.cpp - Generate code as assembly ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The assembly of a module is the assembly of its parts (Parts.cpp), one after
// the other, and then of its variables. It is what LLVM would emit for the
// module as a whole: labels are numbered by function, so each part starts with
// the number of functions before it.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Codegen.h"
#include "compiler/object/Parts.h"
#include "compiler/object/Target.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;
using namespace vib;

namespace {
/// Makes LLVM number the functions of a module, and the labels of their ends,
/// from `first` on. Both numbers count what was created before.
class NumberFunctions : public ModulePass {
public:
  static char ID;
  NumberFunctions(MachineModuleInfo &info, unsigned first)
      : ModulePass(ID), info(info), first(first) {}

  bool runOnModule(Module &module) override {
    for (Function &function : module) {
      if (function.isDeclaration())
        continue;
      for (unsigned number = 0; number < first; ++number) {
        info.getOrCreateMachineFunction(function);
        info.deleteMachineFunctionFor(function);
        info.getContext().createTempSymbol("func_end");
      }
      break;
    }
    return false;
  }

private:
  MachineModuleInfo &info;
  unsigned first;
};
} // namespace

char NumberFunctions::ID;

static std::string emitPart(Module &module, TargetMachine &machine,
                            bool verbose, unsigned first) {
  SmallString<0> text;
  raw_svector_ostream os(text);
  machine.Options.MCOptions.AsmVerbose = verbose;
  auto *info = new MachineModuleInfoWrapperPass(&machine);
  legacy::PassManager passes;
  passes.add(new NumberFunctions(info->getMMI(), first));
  if (machine.addPassesToEmitFile(passes, os, nullptr,
                                  CodeGenFileType::AssemblyFile,
                                  /*DisableVerify=*/true, info))
    report_fatal_error("the target emits no assembly");
  passes.run(module);
  return text.str().str();
}

/// What comes after the functions and variables of every part.
static StringRef getFooter(StringRef text) {
  size_t at = text.rfind("\t.section\t\".note.GNU-stack\"");
  if (at == StringRef::npos)
    report_fatal_error("the assembly has no note on the stack");
  return text.drop_front(at);
}

/// Joins the assembly of parts.
static std::string join(ArrayRef<std::string> parts) {
  // Each part starts with the name of the file.
  std::string assembly =
      StringRef(parts.front()).split('\n').first.str() + "\n";
  for (auto [index, part] : enumerate(parts)) {
    StringRef text = StringRef(part).split('\n').second;
    text = text.drop_back(getFooter(text).size());
    // Each part of functions ends in this section.
    if (index > 0)
      text.consume_front("\t.text\n");
    assembly += text;
  }
  return assembly + getFooter(parts.back()).str();
}

std::string vib::emitAssembly(Module &module, const TargetInfo &target,
                              bool verbose, mlir::MLIRContext *threads) {
  if (!isDivisible(module))
    return emitPart(module, *target.machine, verbose, 0);
  // Parts would read the initializers of all variables.
  ValueToValueMapTy map;
  std::unique_ptr<Module> variables =
      CloneModule(module, map, [](const GlobalValue *value) {
        return isa<GlobalVariable>(value);
      });
  for (GlobalVariable &variable : module.globals())
    variable.dropAllReferences();
  for (GlobalVariable &variable : make_early_inc_range(module.globals())) {
    variable.removeDeadConstantUsers();
    variable.eraseFromParent();
  }

  Parts parts(module, Division::ByOrder);
  std::vector<std::string> texts(parts.size());
  parts.forEach(threads, [&](size_t index) {
    LLVMContext context;
    reportErrors(context);
    texts[index] =
        emitPart(*parts.load(index, context), *cloneMachine(*target.machine),
                 verbose, parts.countFunctionsBefore(index));
  });
  texts.push_back(emitPart(*variables, *target.machine, verbose, 0));

  return join(texts);
}
