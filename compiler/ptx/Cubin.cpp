//===- Cubin.cpp - Assemble PTX to machine code ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/Cubin.h"
#include "compiler/support/UniqueFile.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace vib;

/// The folder of the CUDA Toolkit, for when its programs are not in PATH.
static std::string getToolkit() {
  return sys::Process::GetEnv("CUDA_HOME").value_or("/usr/local/cuda");
}

static std::string findPtxas() {
  if (ErrorOr<std::string> path = sys::findProgramByName("ptxas"))
    return *path;
  SmallString<128> path(getToolkit());
  sys::path::append(path, "bin", "ptxas");
  return sys::fs::can_execute(path) ? path.str().str() : std::string();
}

/// Writes the PTX to a temporary file that is kept for the user.
static Expected<std::string> keep(StringRef ptx) {
  SmallString<128> path;
  int descriptor;
  if (Error error = createTemporaryFile("vibc", "ptx", path, &descriptor))
    return error;
  if (Error error = writeFile(descriptor, path, ptx))
    return error;
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// ptxas
//===----------------------------------------------------------------------===//

/// Parses "Compiling entry function 'f' …", "… 8 bytes spill stores …" and
/// "Used 40 registers …".
static StringMap<KernelResources> parseResources(StringRef log) {
  StringMap<KernelResources> resources;
  KernelResources *current = nullptr;
  auto readBefore = [](StringRef line, StringRef word) {
    unsigned value = 0;
    StringRef head = line.take_front(line.find(word)).rtrim();
    head.take_back(head.size() - (head.find_last_not_of("0123456789") + 1))
        .getAsInteger(10, value);
    return value;
  };
  for (StringRef line : split(log, '\n')) {
    if (line.contains("Compiling entry function"))
      current = &resources[line.split('\'').second.split('\'').first];
    else if (current && line.contains(" bytes spill stores"))
      current->spills = readBefore(line, " bytes spill stores");
    else if (current && line.contains(" registers"))
      current->registers = readBefore(line, " registers");
  }
  return resources;
}

static Expected<Cubin> runPtxas(StringRef ptxas, StringRef ptx,
                                const GpuArch &arch) {
  Expected<std::string> input = keep(ptx);
  if (!input)
    return input.takeError();
  FileRemover inputRemover(*input);
  SmallString<128> output, log;
  if (Error error = createTemporaryFile("vibc", "cubin", output))
    return error;
  FileRemover outputRemover(output);
  if (Error error = createTemporaryFile("vibc", "log", log))
    return error;
  FileRemover logRemover(log);
  std::string archFlag = ("-arch=" + arch.name).str();
  StringRef arguments[] = {ptxas, archFlag, "-v", *input, "-o", output};
  std::string message;
  int status = sys::ExecuteAndWait(
      ptxas, arguments, std::nullopt,
      {std::nullopt, StringRef(log), StringRef(log)}, 0, 0, &message);
  if (ErrorOr<std::unique_ptr<MemoryBuffer>> file = MemoryBuffer::getFile(log))
    message += (*file)->getBuffer();
  if (status != 0) {
    inputRemover.releaseFile();
    return createStringError(
        "ptxas rejected the PTX:\n" + StringRef(message).rtrim() +
        "\nTo reproduce it:\n  " + ptxas + " " + archFlag + " " + *input);
  }
  auto file = MemoryBuffer::getFile(output);
  if (!file)
    return createStringError("ptxas wrote nothing");
  return Cubin{(*file)->getBuffer().str(), parseResources(message)};
}

//===----------------------------------------------------------------------===//
// nvJitLink
//===----------------------------------------------------------------------===//

namespace {
/// The functions of nvJitLink.h that we use. All return 0 on success.
struct JitLink {
  using Handle = void *;
  int (*create)(Handle *, uint32_t numOptions, const char **options);
  int (*destroy)(Handle *);
  int (*addData)(Handle, int kind, const void *data, size_t bytes,
                 const char *name);
  int (*complete)(Handle);
  int (*getCubinSize)(Handle, size_t *bytes);
  int (*getCubin)(Handle, void *cubin);
  int (*getErrorLogSize)(Handle, size_t *bytes);
  int (*getErrorLog)(Handle, char *log);

  static constexpr int kPtx = 2;
  static std::optional<JitLink> load();
};
} // namespace

std::optional<JitLink> JitLink::load() {
  SmallVector<std::string> paths;
  for (StringRef version : {"13", "12"}) {
    std::string file = ("libnvJitLink.so." + version).str();
    paths.push_back(file);
    paths.push_back(getToolkit() + "/lib64/" + file);
  }
  for (const std::string &path : paths) {
    std::string error;
    auto library =
        sys::DynamicLibrary::getPermanentLibrary(path.c_str(), &error);
    if (!library.isValid())
      continue;
    JitLink functions;
    bool isWhole = true;
    auto find = [&](auto &function, const char *name) {
      void *address = library.getAddressOfSymbol(name);
      isWhole &= address != nullptr;
      function = reinterpret_cast<std::decay_t<decltype(function)>>(address);
    };
    find(functions.create, "nvJitLinkCreate");
    find(functions.destroy, "nvJitLinkDestroy");
    find(functions.addData, "nvJitLinkAddData");
    find(functions.complete, "nvJitLinkComplete");
    find(functions.getCubinSize, "nvJitLinkGetLinkedCubinSize");
    find(functions.getCubin, "nvJitLinkGetLinkedCubin");
    find(functions.getErrorLogSize, "nvJitLinkGetErrorLogSize");
    find(functions.getErrorLog, "nvJitLinkGetErrorLog");
    if (isWhole)
      return functions;
  }
  return std::nullopt;
}

static Expected<Cubin> runJitLink(const JitLink &link, StringRef ptx,
                                  const GpuArch &arch) {
  JitLink::Handle handle = nullptr;
  std::string archFlag = ("-arch=" + arch.name).str();
  const char *options[] = {archFlag.c_str()};
  // nvJitLink expects the text with its terminating zero.
  std::string text = ptx.str();
  Cubin cubin;
  size_t bytes = 0;
  bool done = link.create(&handle, 1, options) == 0 &&
              link.addData(handle, JitLink::kPtx, text.c_str(), text.size() + 1,
                           "kernels") == 0 &&
              link.complete(handle) == 0 &&
              link.getCubinSize(handle, &bytes) == 0;
  if (done) {
    cubin.contents.resize(bytes);
    done = link.getCubin(handle, cubin.contents.data()) == 0;
  }
  std::string log;
  if (!done && handle && link.getErrorLogSize(handle, &bytes) == 0) {
    log.resize(bytes);
    link.getErrorLog(handle, log.data());
  }
  if (handle)
    link.destroy(&handle);
  if (done)
    return cubin;
  Expected<std::string> path = keep(ptx);
  if (!path)
    return path.takeError();
  return createStringError("nvJitLink rejected the PTX:\n" +
                           StringRef(log.c_str()).rtrim() +
                           "\nTo reproduce it, with the CUDA Toolkit:\n  "
                           "ptxas " +
                           archFlag + " " + *path);
}

bool vib::hasAssembler() { return !findPtxas().empty() || JitLink::load(); }

Expected<Cubin> vib::assemblePtx(StringRef ptx, const GpuArch &arch) {
  if (std::string ptxas = findPtxas(); !ptxas.empty())
    return runPtxas(ptxas, ptx, arch);
  if (std::optional<JitLink> link = JitLink::load())
    return runJitLink(*link, ptx, arch);
  return createStringError(
      "a cubin needs the CUDA Toolkit, which was not found: ptxas is neither "
      "in PATH nor in " +
      getToolkit() +
      "/bin, and there is no libnvJitLink.so. Set CUDA_HOME if the toolkit is "
      "elsewhere; PTX does not need it");
}
