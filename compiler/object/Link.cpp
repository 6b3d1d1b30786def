//===- Link.cpp - Link programs and shared libraries ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The system's C++ compiler runs the linker, because only it knows where its
// start files and its standard library are. Libraries that not every machine
// has are linked statically if there is an archive, so that a program also runs
// on machines without vib.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Link.h"
#include "compiler/support/MemoryLimit.h"
#include "compiler/support/UniqueFile.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/StringSaver.h"
#include "llvm/Support/raw_ostream.h"

#include <unistd.h>

using namespace llvm;
using namespace vib;

/// The first of `names` that is in the user's PATH.
static std::string findProgram(ArrayRef<StringRef> names) {
  for (StringRef name : names)
    if (ErrorOr<std::string> path = sys::findProgramByName(name))
      return *path;
  return {};
}

/// The archive of the runtime. In a build tree and in an installation it is in
/// ../lib relative to vibc.
static Expected<std::string> findRuntime(StringRef toolPath) {
  SmallString<128> path(sys::path::parent_path(toolPath));
  sys::path::append(path, "..", "lib", "libvib_runtime.a");
  sys::path::remove_dots(path, /*remove_dot_dot=*/true);
  if (sys::fs::exists(path))
    return path.str().str();
  return createStringError(
      "cannot find the runtime of compiled programs, " + path +
      ": build the target vib_runtime, or install vib with 'cmake --install'");
}

/// Adds the linker arguments that were determined when the runtime was built.
/// They are in a file beside the archive, one on each line.
static void addLibraries(StringRef runtime, StringSaver &saver,
                         SmallVectorImpl<StringRef> &arguments) {
  SmallString<128> path(runtime);
  sys::path::replace_extension(path, "link");
  ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(path);
  if (!file)
    return;
  SmallVector<StringRef> lines;
  (*file)->getBuffer().split(lines, '\n', -1, /*KeepEmpty=*/false);
  for (StringRef line : lines)
    arguments.push_back(saver.save(line));
}

Error vib::link(StringRef object, StringRef output, bool isShared,
                StringRef toolPath) {
  std::string driver = findProgram({"c++", "g++", "clang++", "clang++-22"});
  if (driver.empty())
    return createStringError("cannot link without a C++ compiler: none of c++, "
                             "g++, clang++ and clang++-22 is in PATH; install "
                             "g++");
  Expected<std::string> runtime = findRuntime(toolPath);
  if (!runtime)
    return runtime.takeError();

  BumpPtrAllocator allocator;
  StringSaver saver(allocator);
  SmallVector<StringRef> arguments{driver, object, *runtime, "-o", output};
  // lld takes half the time of GNU ld, which works as well. lld cannot write
  // into a directory with a '%', because it replaces that in its own temporary
  // file.
  bool isLimited = getMemoryLimit() != UINT64_MAX;
  if (!output.contains('%') && !findProgram({"ld.lld"}).empty()) {
    arguments.push_back("-fuse-ld=lld");
    // Each thread takes address space.
    if (isLimited)
      arguments.push_back("-Wl,--threads=1");
  }
  addLibraries(*runtime, saver, arguments);
  SmallString<128> exports;
  FileRemover exportsRemover;
  if (isShared) {
    // Export only what the header declares.
    int descriptor;
    if (Error error = createTemporaryFile("vibc", "map", exports, &descriptor))
      return error;
    exportsRemover.setFile(exports);
    if (Error error = writeFile(descriptor, exports,
                                "{ global: vib_model; vib_make_step; "
                                "vib_pool_*; vib_*_parameter; local: *; };\n"))
      return error;
    arguments.append({"-shared", "-Wl,-z,defs", "-Wl,--undefined=vib_make_step",
                      "-Wl,--undefined=vib_pool_create",
                      "-Wl,--undefined=vib_pool_destroy",
                      "-Wl,--undefined=vib_read_parameter",
                      "-Wl,--undefined=vib_write_parameter"});
    // -Wl would split a path with a comma.
    arguments.append({"-Xlinker", saver.save("--version-script=" + exports)});
  }

  SmallString<128> log;
  if (Error error = createTemporaryFile("vibc", "log", log))
    return error;
  FileRemover logRemover(log);
  std::string message;
  // Without memory, lld crashes, and its symbolizer would leave its files.
  SmallVector<StringRef> environment{"LLVM_DISABLE_SYMBOLIZATION=1"};
  for (char **variable = environ; *variable; ++variable)
    environment.push_back(*variable);
  int status = sys::ExecuteAndWait(
      driver, arguments, ArrayRef<StringRef>(environment),
      {std::nullopt, StringRef(log), StringRef(log)}, 0, 0, &message);
  if (status == 0)
    return Error::success();
  // With so little memory, what the linker says is of no use.
  constexpr uint64_t kLittle = 1 << 30;
  if (getMemoryLimit() < kLittle) {
    char reason[256];
    describeMemoryShortage(reason, sizeof reason);
    return createStringError("linking failed, probably because " +
                             StringRef(reason));
  }
  if (ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(log))
    message += (*file)->getBuffer();
  return createStringError("linking failed: " + join(arguments, " ") + "\n" +
                           StringRef(message).rtrim());
}
