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

static bool startsSection(StringRef line) {
  return line == "\t.text" || line == "\t.data" || line == "\t.bss" ||
         line.starts_with("\t.section\t");
}

/// Appends the text of a part to that of the parts before it, which ends in
/// `section`. LLVM names a section only where it changes, so a part names the
/// one that it starts in, and may end in another: jump tables follow their
/// function.
static void append(std::string &assembly, StringRef text, StringRef &section) {
  for (StringRef rest = text; !rest.empty();) {
    auto [line, next] = rest.split('\n');
    if (startsSection(line)) {
      assembly += text.drop_back(rest.size());
      text = line == section ? next : rest;
      section = line;
      break;
    }
    rest = next;
  }
  assembly += text;
  for (StringRef line : split(text, '\n'))
    if (startsSection(line))
      section = line;
}

/// Joins the assembly of parts.
static std::string join(ArrayRef<std::string> parts) {
  // Each part starts with the name of the file.
  std::string assembly =
      StringRef(parts.front()).split('\n').first.str() + "\n";
  StringRef section;
  for (StringRef part : parts)
    append(assembly, part.drop_back(getFooter(part).size()).split('\n').second,
           section);
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
