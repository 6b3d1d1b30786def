//===- Output.cpp - What a run writes -------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Output.h"
#include "compiler/fused/Outline.h"
#include "compiler/object/Descriptor.h"
#include "compiler/object/Link.h"
#include "compiler/support/MemoryLimit.h"
#include "compiler/support/UniqueFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace vib;

static StringRef getExtension(Phase phase) {
  switch (phase) {
  case Phase::Model:
    return ".model.mlir";
  case Phase::Onnx:
    return ".onnx";
  case Phase::Step:
    return ".step.mlir";
  case Phase::Fused:
    return ".fused.mlir";
  case Phase::Planned:
    return ".planned.mlir";
  case Phase::Kernels:
    return ".kernels.mlir";
  case Phase::Ptx:
    return ".ptx";
  case Phase::Cubin:
    return ".cubin";
  case Phase::LLVM:
    return ".ll";
  case Phase::Asm:
    return ".s";
  case Phase::Obj:
    return ".o";
  case Phase::Shared:
    return ".so";
  case Phase::Exe:
    return "";
  }
  llvm_unreachable("unknown phase");
}

/// The width in columns of the terminal on stdout or stderr; 80 if that is not
/// a terminal.
static unsigned getWidth(bool isStdout) {
  unsigned columns = isStdout ? llvm::sys::Process::StandardOutColumns()
                              : llvm::sys::Process::StandardErrColumns();
  return columns ? columns : 80;
}

std::string Output::getStem() const {
  if (flags.input == "-")
    return settings.modelName.empty() ? "model" : settings.modelName;
  StringRef name = llvm::sys::path::filename(flags.input);
  // toynet.step.mlir is the file of a phase of the model toynet.
  return name.take_until([](char c) { return c == '.'; }).str();
}

std::string Output::getPath() const {
  if (!flags.output.empty())
    return flags.output;
  switch (flags.emit) {
  case Phase::Exe:
    return getStem();
  case Phase::Onnx:
    return getStem() + ".onnx";
  case Phase::Obj:
    return getStem() + ".o";
  case Phase::Shared:
    return getStem() + ".so";
  case Phase::Cubin:
    return getStem() + ".cubin";
  default:
    return "-";
  }
}

int Output::check() const {
  bool isSame = false;
  if (!flags.output.empty() || flags.emit == Phase::Onnx ||
      flags.emit >= Phase::Obj)
    if (!llvm::sys::fs::equivalent(flags.input, getPath(), isSame) && isSame)
      return fail("the output " + getPath() +
                  " is the input; name another with -o");
  if (!flags.weights.empty() &&
      !llvm::sys::fs::equivalent(flags.weights, getPath(), isSame) && isSame)
    return fail("the output " + getPath() +
                " is the file of --weights; name another with -o");
  if (llvm::sys::fs::is_directory(getPath()))
    return fail("cannot write " + getPath() +
                ": it is a directory; name a file with -o");
  return 0;
}

int Output::saveTemp(Phase at, StringRef contents) const {
  if (flags.saveTemps.empty())
    return 0;
  SmallString<128> path(flags.saveTemps);
  if (std::error_code error = llvm::sys::fs::create_directories(path))
    return fail("--save-temps: cannot make the directory " + path + ": " +
                error.message());
  llvm::sys::path::append(path, getStem() + getExtension(at));
  if (llvm::Error error = writeOutput(path, contents))
    return fail("--save-temps: " + toString(std::move(error)));
  return 0;
}

int Output::writeEnd(StringRef contents) const {
  if (llvm::Error error = writeOutput(getPath(), contents))
    return fail(toString(std::move(error)));
  return 0;
}

int Output::emit(Phase at, StringRef contents, bool &done) const {
  done = at == flags.emit;
  if (int code = saveTemp(at, contents))
    return code;
  return done ? writeEnd(contents) : 0;
}

int Output::emit(Phase at, ModuleOp module, bool &done) const {
  done = false;
  if (at != flags.emit && flags.saveTemps.empty())
    return 0;
  std::string contents;
  llvm::raw_string_ostream os(contents);
  // Print values with the names that the compiler gave them.
  module->print(os, OpPrintingFlags().printNameLocAsPrefix());
  os << "\n";
  if (at != flags.emit || !flags.outline)
    return emit(at, contents, done);
  if (int code = saveTemp(at, contents))
    return code;
  contents.clear();
  printOutline(module, getWidth(/*isStdout=*/true), os);
  done = true;
  return writeEnd(contents);
}

static int failToRead(std::error_code error) {
  if (error != std::errc::not_enough_memory)
    return fail("cannot read what the linker wrote: " + error.message());
  char reason[256];
  describeMemoryShortage(reason, sizeof reason);
  return fail("cannot read what the linker wrote: " + Twine(reason));
}

int Output::link(StringRef object, StringRef toolPath) const {
  SmallString<128> objectPath, linkedPath;
  if (llvm::Error error = createTemporaryFile("vibc", "o", objectPath))
    return fail(toString(std::move(error)));
  llvm::FileRemover objectRemover(objectPath);
  if (llvm::Error error = createTemporaryFile("vibc", "out", linkedPath))
    return fail(toString(std::move(error)));
  llvm::FileRemover linkedRemover(linkedPath);
  if (llvm::Error error = writeOutput(objectPath, object))
    return fail(toString(std::move(error)));
  bool isShared = flags.emit == Phase::Shared;
  if (llvm::Error error = vib::link(objectPath, linkedPath, isShared, toolPath))
    return fail(toString(std::move(error)));
  auto linked = llvm::MemoryBuffer::getFile(linkedPath);
  if (!linked)
    return failToRead(linked.getError());

  std::string path = getPath();
  if (llvm::Error error = writeOutput(path, (*linked)->getBuffer(), true))
    return fail(toString(std::move(error)));
  if (!isShared || path == "-" || !llvm::sys::fs::is_regular_file(path))
    return 0;
  SmallString<128> header(path);
  llvm::sys::path::replace_extension(header, "h");
  if (llvm::Error error =
          writeOutput(header, makeHeader(settings.modelName,
                                         llvm::sys::path::filename(path))))
    return fail(toString(std::move(error)));
  return 0;
}

void Output::print(ExplainReport report) const {
  bool isStdout = getPath() != "-";
  raw_ostream &os = isStdout ? llvm::outs() : llvm::errs();
  printReport(std::move(report), *flags.explain, getWidth(isStdout), os);
  os.flush();
}
