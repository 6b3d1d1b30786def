//===- Files.cpp - The files that vibc reads and writes -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Files.h"
#include "compiler/support/UniqueFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace vib;

/// Identifies the file of a phase by its beginning: LLVM IR begins with a
/// comment ";", assembly with a directive, PTX with its version after comments,
/// and objects and bytecode with their magic numbers.
static std::optional<InputKind> identify(StringRef contents) {
  if (contents.starts_with("\x7f"
                           "ELF"))
    return InputKind::Object;
  if (contents.starts_with("ML\xefR"))
    return InputKind::MLIR;
  if (contents.take_front(4096).contains('\0'))
    return std::nullopt;
  // An alias in MLIR begins with "#name", a comment in assembly with "# ".
  while (contents.starts_with("# "))
    contents = contents.drop_until([](char c) { return c == '\n'; }).ltrim();
  contents = contents.ltrim();
  StringRef code = contents;
  while (code.starts_with("//"))
    code = code.drop_until([](char c) { return c == '\n'; }).ltrim();
  if (code.starts_with(".version"))
    return InputKind::PTX;
  if (contents.starts_with(";") || contents.starts_with("source_filename"))
    return InputKind::LLVMIR;
  if (contents.starts_with("."))
    return InputKind::Assembly;
  return InputKind::MLIR;
}

Expected<std::unique_ptr<MemoryBuffer>> vib::readInput(StringRef path,
                                                       InputKind &kind) {
  StringRef name = path == "-" ? "stdin" : path;
  if (sys::fs::is_directory(path))
    return createStringError(name + ": is a directory, expected a model file");
  // Some devices, such as /dev/zero, have no end.
  sys::fs::file_status status;
  if (path != "-" && !sys::fs::status(path, status) &&
      status.type() == sys::fs::file_type::character_file)
    return createStringError(name + ": is a device, expected a model file");
  ErrorOr<std::unique_ptr<MemoryBuffer>> file =
      MemoryBuffer::getFileOrSTDIN(path);
  if (std::error_code error = file.getError())
    return createStringError(name + ": cannot read: " + error.message());
  StringRef contents = (*file)->getBuffer();
  if (contents.trim().empty())
    return createStringError(name + ": is empty, expected a model");
  std::optional<InputKind> found = identify(contents);
  if (!found)
    return createStringError(
        name + ": is neither text, MLIR bytecode nor an object file; expected "
               "a model or what vibc wrote for a phase");
  if (*found == InputKind::PTX)
    return createStringError(
        name + ": is PTX, which does not hold the launches: compile the file "
               "that --emit=kernels wrote");
  kind = *found;
  // Some editors write a byte order mark at the start of UTF-8 text.
  if (contents.consume_front("\xEF\xBB\xBF"))
    return MemoryBuffer::getMemBufferCopy(contents,
                                          (*file)->getBufferIdentifier());
  return std::move(*file);
}

static Error makeWriteError(StringRef path, std::error_code error) {
  return createStringError("cannot write " + path + ": " + error.message());
}

Error vib::writeOutput(StringRef path, StringRef contents, bool isExecutable) {
  if (path == "-") {
    outs() << contents;
    outs().flush();
    std::error_code error = outs().error();
    outs().clear_error();
    return error ? makeWriteError("to stdout", error) : Error::success();
  }
  sys::fs::file_status status;
  if (sys::fs::is_directory(path))
    return createStringError("cannot write " + path + ": it is a directory");
  if (!sys::fs::status(path, status) && !sys::fs::is_regular_file(status)) {
    int descriptor;
    std::error_code error = sys::fs::openFileForWrite(
        path, descriptor, sys::fs::CD_OpenExisting, sys::fs::OF_None);
    return error ? makeWriteError(path, error)
                 : writeFile(descriptor, path, contents);
  }

  // A link stays, and so does the name of a file behind /dev/stdout.
  SmallString<128> target(path);
  if (sys::fs::exists(path) && sys::fs::is_symlink_file(path))
    if (std::error_code error = sys::fs::real_path(path, target))
      return makeWriteError(path, error);
  SmallString<128> temporary;
  int descriptor;
  unsigned mode = sys::fs::all_read | sys::fs::all_write;
  if (isExecutable)
    mode |= sys::fs::all_exe;
  // The name of the file itself may be as long as a name can be.
  SmallString<128> prefix = sys::path::parent_path(target);
  sys::path::append(prefix, ".vibc-");
  if (std::error_code error =
          createUniqueFile(prefix, ".tmp", mode, descriptor, temporary))
    return makeWriteError(path, error);
  FileRemover remover(temporary);
  if (Error error = writeFile(descriptor, path, contents))
    return error;
  if (std::error_code error = sys::fs::rename(temporary, target))
    return makeWriteError(path, error);
  remover.releaseFile();
  sys::DontRemoveFileOnSignal(temporary);
  return Error::success();
}
