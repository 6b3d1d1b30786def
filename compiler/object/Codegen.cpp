//===- Codegen.cpp - Emit LLVM IR and objects -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every step takes text and returns text, whether or not vibc writes a file in
// between: LLVM IR is printed and parsed again before code is generated, and an
// object is always assembled from the assembly. So stopping at a phase and
// resuming later gives the same result as a single run.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Codegen.h"
#include "compiler/object/Descriptor.h"
#include "compiler/object/Target.h"
#include "compiler/support/SourceMessage.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Transforms/Utils/ModuleUtils.h"

using namespace llvm;
using namespace vib;

//===----------------------------------------------------------------------===//
// LLVM IR
//===----------------------------------------------------------------------===//

/// Stores the record in a section of its own, which survives into the object.
static void addRecord(llvm::Module &module, StringRef record) {
  Constant *text = ConstantDataArray::getString(module.getContext(), record);
  auto *global =
      new GlobalVariable(module, text->getType(), /*isConstant=*/true,
                         GlobalValue::PrivateLinkage, text, "vib_options");
  global->setSection(kOptionsSection);
  global->setAlignment(Align(1));
  appendToCompilerUsed(module, {global});
}

static std::string getModelName(mlir::ModuleOp module) {
  if (auto model = module->getAttrOfType<ModelAttr>(kModelAttrName))
    return model.getName().str();
  return "vib";
}

static void setTarget(llvm::Module &translated, const TargetInfo &target) {
  translated.setTargetTriple(target.machine->getTargetTriple());
  translated.setDataLayout(target.machine->createDataLayout());
  translated.setPICLevel(PICLevel::BigPIC);
}

/// Adds the descriptor and the record of the options.
static mlir::LogicalResult addData(llvm::Module &translated,
                                   mlir::ModuleOp module,
                                   const CompileOptions &options,
                                   const TargetInfo &target,
                                   const GpuCode *gpu) {
  if (failed(emitDescriptor(module, options, target, gpu, translated)))
    return mlir::failure();
  addRecord(translated, options.getRecord(getModelName(module)));
  return mlir::success();
}

std::unique_ptr<llvm::Module>
vib::createGpuProgram(mlir::ModuleOp module, const CompileOptions &options,
                      const TargetInfo &target, const GpuCode &gpu,
                      LLVMContext &context) {
  auto program = std::make_unique<llvm::Module>(getModelName(module), context);
  setTarget(*program, target);
  if (failed(addData(*program, module, options, target, &gpu)))
    return nullptr;
  return program;
}

std::unique_ptr<llvm::Module> vib::emitLLVMIR(mlir::ModuleOp module,
                                              const CompileOptions &options,
                                              const TargetInfo &target,
                                              LLVMContext &context) {
  std::unique_ptr<llvm::Module> translated =
      mlir::translateModuleToLLVMIR(module, context, getModelName(module));
  if (!translated)
    return nullptr;
  setTarget(*translated, target);
  translated->setSourceFileName(getModelName(module));
  for (Function &function : *translated) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", options.cpu);
    if (!options.features.empty())
      function.addFnAttr("target-features", options.features);
  }
  optimize(*translated, options, target, module.getContext());
  if (failed(addData(*translated, module, options, target, nullptr)))
    return nullptr;
  return translated;
}

std::string vib::printLLVMIR(const llvm::Module &module) {
  std::string text;
  raw_string_ostream os(text);
  module.print(os, nullptr);
  return text;
}

/// `LINE:COLUMN: message` with the line below, after the name of the file.
static std::string describe(const SMDiagnostic &diagnostic) {
  std::string text;
  raw_string_ostream os(text);
  if (!diagnostic.getFilename().empty())
    os << diagnostic.getFilename() << ":";
  if (diagnostic.getLineNo() > 0)
    os << diagnostic.getLineNo() << ":" << diagnostic.getColumnNo() + 1 << ":";
  os << " " << shortenMessage(diagnostic.getMessage()) << "\n";
  if (diagnostic.getColumnNo() >= 0)
    printSourceLine(os, diagnostic.getLineContents(),
                    diagnostic.getColumnNo() + 1);
  return StringRef(text).trim().str();
}

/// LLVM's own handler ends the program after an error, and does not say in
/// which file it is.
static void reportDiagnostic(const DiagnosticInfo *info, void *) {
  if (info->getSeverity() != DS_Error)
    return;
  std::string message;
  raw_string_ostream os(message);
  DiagnosticPrinterRawOStream printer(os);
  info->print(printer);
  report_fatal_error(StringRef(message), /*gen_crash_diag=*/false);
}

void vib::reportErrors(LLVMContext &context) {
  context.setDiagnosticHandlerCallBack(reportDiagnostic);
}

/// The scalars of a structure or an array, of which code generation makes a
/// value each, or more than `most`.
static uint64_t countScalars(Type *type, uint64_t most) {
  if (auto *array = dyn_cast<ArrayType>(type))
    return SaturatingMultiply(array->getNumElements(),
                              countScalars(array->getElementType(), most));
  if (auto *vector = dyn_cast<FixedVectorType>(type))
    return vector->getNumElements();
  uint64_t count = 0;
  if (auto *structure = dyn_cast<StructType>(type))
    for (Type *element : structure->elements())
      if (count = SaturatingAdd(count, countScalars(element, most));
          count > most)
        return count;
  return isa<StructType>(type) ? count : 1;
}

/// A file that was edited may load an array of any size.
static Error checkAggregates(const llvm::Module &module) {
  constexpr uint64_t kMostScalars = 1024;
  auto isTooLarge = [](Type *type) {
    return type->isAggregateType() &&
           countScalars(type, kMostScalars) > kMostScalars;
  };
  for (const Function &function : module)
    for (const BasicBlock &block : function)
      for (const Instruction &instruction : block) {
        Type *large =
            isTooLarge(instruction.getType()) ? instruction.getType() : nullptr;
        for (const Use &operand : instruction.operands())
          if (isTooLarge(operand->getType()))
            large = operand->getType();
        if (!large)
          continue;
        std::string text;
        raw_string_ostream(text) << *large;
        return createStringError(
            "expected values of at most " + Twine(kMostScalars) +
            " numbers, but an instruction in @" + function.getName() +
            " has one of the type " + text);
      }
  return Error::success();
}

Expected<std::unique_ptr<llvm::Module>> vib::parseLLVMIR(MemoryBufferRef text,
                                                         LLVMContext &context) {
  reportErrors(context);
  SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> module =
      parseAssembly(text, diagnostic, context);
  if (!module)
    return createStringError(describe(diagnostic));
  if (Error error = checkAggregates(*module))
    return createStringError(shortenMessage(toString(std::move(error))));
  return module;
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

/// Keeps the first error of the assembler, as text.
static void collectDiagnostic(const SMDiagnostic &diagnostic, void *context) {
  auto &message = *static_cast<std::string *>(context);
  if (!message.empty() || diagnostic.getKind() != SourceMgr::DK_Error)
    return;
  message = describe(diagnostic);
}

Expected<std::string> vib::assemble(MemoryBufferRef assembly,
                                    const TargetInfo &info) {
  const TargetMachine &machine = *info.machine;
  const Target &target = machine.getTarget();
  const Triple &triple = machine.getTargetTriple();
  MCTargetOptions options = machine.Options.MCOptions;

  std::string message;
  SourceMgr sources;
  sources.AddNewSourceBuffer(
      MemoryBuffer::getMemBuffer(assembly, /*RequiresNullTerminator=*/false),
      SMLoc());
  sources.setDiagHandler(collectDiagnostic, &message);

  std::unique_ptr<MCRegisterInfo> registers(target.createMCRegInfo(triple));
  std::unique_ptr<MCAsmInfo> asmInfo(
      target.createMCAsmInfo(*registers, triple, options));
  std::unique_ptr<MCInstrInfo> instructions(target.createMCInstrInfo());
  std::unique_ptr<MCSubtargetInfo> subtarget(target.createMCSubtargetInfo(
      triple, machine.getTargetCPU(), machine.getTargetFeatureString()));
  MCContext context(triple, asmInfo.get(), registers.get(), subtarget.get(),
                    &sources, &options);
  std::unique_ptr<MCObjectFileInfo> fileInfo(
      target.createMCObjectFileInfo(context, /*PIC=*/true));
  context.setObjectFileInfo(fileInfo.get());

  SmallString<0> object;
  raw_svector_ostream os(object);
  std::unique_ptr<MCAsmBackend> backend(
      target.createMCAsmBackend(*subtarget, *registers, options));
  std::unique_ptr<MCObjectWriter> writer = backend->createObjectWriter(os);
  std::unique_ptr<MCCodeEmitter> emitter(
      target.createMCCodeEmitter(*instructions, context));
  std::unique_ptr<MCStreamer> streamer(target.createMCObjectStreamer(
      triple, context, std::move(backend), std::move(writer),
      std::move(emitter), *subtarget));
  std::unique_ptr<MCAsmParser> parser(
      createMCAsmParser(sources, context, *streamer, *asmInfo));
  std::unique_ptr<MCTargetAsmParser> targetParser(
      target.createMCAsmParser(*subtarget, *parser, *instructions, options));
  parser->setTargetParser(*targetParser);
  if (parser->Run(/*NoInitialTextSection=*/false) || context.hadError())
    return createStringError(StringRef(message).rtrim());
  return object.str().str();
}

//===----------------------------------------------------------------------===//
// Records
//===----------------------------------------------------------------------===//

static Expected<Record> parseRecord(StringRef text) {
  Record record;
  std::optional<CompileOptions> options = CompileOptions::fromRecord(
      text.take_until([](char c) { return c == '\0'; }), record.modelName);
  if (!options)
    return createStringError("its record of options (" + kOptionsSection +
                             ") was not written by vibc");
  record.options = *options;
  return record;
}

static Error makeForeignError() {
  return createStringError("it has no record of options (" + kOptionsSection +
                           "), so vibc did not write it");
}

Expected<Record> vib::readRecordOfLLVMIR(MemoryBufferRef text) {
  LLVMContext context;
  Expected<std::unique_ptr<llvm::Module>> module = parseLLVMIR(text, context);
  if (!module)
    return module.takeError();
  auto *global = (*module)->getGlobalVariable("vib_options", true);
  auto *record = global && global->hasInitializer()
                     ? dyn_cast<ConstantDataArray>(global->getInitializer())
                     : nullptr;
  if (!record || !record->isString())
    return makeForeignError();
  return parseRecord(record->getAsString());
}

Expected<Record> vib::readRecordOfAssembly(MemoryBufferRef text) {
  // Finds ".section .vib.options…" and, some lines below, ".asciz "vib …"".
  StringRef rest = text.getBuffer();
  size_t section = rest.find(("\t" + kOptionsSection + ",").str());
  if (section == StringRef::npos)
    return makeForeignError();
  rest = rest.drop_front(section);
  size_t begin = rest.find("\t.asciz\t\"");
  if (begin == StringRef::npos)
    return makeForeignError();
  rest = rest.drop_front(begin + strlen("\t.asciz\t\""));
  return parseRecord(rest.take_until([](char c) { return c == '"'; }));
}

Expected<Record> vib::readRecordOfObject(MemoryBufferRef buffer) {
  Expected<std::unique_ptr<object::ObjectFile>> file =
      object::ObjectFile::createObjectFile(buffer);
  if (!file)
    return file.takeError();
  for (const object::SectionRef &section : (*file)->sections()) {
    Expected<StringRef> name = section.getName();
    if (!name)
      return name.takeError();
    if (*name != kOptionsSection)
      continue;
    Expected<StringRef> contents = section.getContents();
    if (!contents)
      return contents.takeError();
    return parseRecord(*contents);
  }
  return makeForeignError();
}
