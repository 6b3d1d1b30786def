//===- DriverModule.cpp - Entry points: modules and functions -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Entry.h"
#include "test/cuda-driver/Parser.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

/// The buffers for messages that the caller of cuModuleLoadDataEx provides.
struct Logs {
  char *info = nullptr, *error = nullptr;
  size_t infoSize = 0, errorSize = 0;
  void **infoWritten = nullptr, **errorWritten = nullptr;

  Logs(unsigned count, const CUjit_option *options, void **values) {
    for (unsigned i = 0; i != count; ++i) {
      switch (options[i]) {
      case CU_JIT_INFO_LOG_BUFFER:
        info = static_cast<char *>(values[i]);
        break;
      case CU_JIT_INFO_LOG_BUFFER_SIZE_BYTES:
        infoSize = reinterpret_cast<uintptr_t>(values[i]);
        infoWritten = &values[i];
        break;
      case CU_JIT_ERROR_LOG_BUFFER:
        error = static_cast<char *>(values[i]);
        break;
      case CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES:
        errorSize = reinterpret_cast<uintptr_t>(values[i]);
        errorWritten = &values[i];
        break;
      default:
        // The other options do not change the behaviour of a program.
        require(options[i] >= 0 && options[i] < CU_JIT_LAST);
      }
    }
    write({}, {});
  }

  void write(const std::string &infoText, const std::string &errorText) {
    writeTo(info, infoSize, infoWritten, infoText);
    writeTo(error, errorSize, errorWritten, errorText);
  }

private:
  static void writeTo(char *buffer, size_t size, void **written,
                      const std::string &text) {
    size_t length = 0;
    if (buffer && size) {
      length = std::min(text.size(), size - 1);
      std::memcpy(buffer, text.data(), length);
      buffer[length] = 0;
    }
    if (written)
      *written = reinterpret_cast<void *>(length);
  }
};

std::string lineOf(std::string_view text, uint32_t line) {
  std::shared_ptr<const Lines> lines = linesOf(text);
  if (line == 0 || line > lines->size())
    return {};
  std::string found = (*lines)[line - 1];
  found.erase(0, found.find_first_not_of(" \t"));
  return found;
}

[[noreturn]] void refuse(Logs &logs, const std::string &message,
                         CUresult result) {
  logs.write({}, message);
  fmt::print(stderr, "cuda stand-in: {}\n", message);
  throw DriverError{result};
}

/// Checks what can be decided from the beginning of the image.
void checkImage(const char *image, Logs &logs) {
  if (std::memcmp(image,
                  "\x7F"
                  "ELF",
                  4) == 0)
    refuse(logs, "a cubin cannot be interpreted; it needs PTX",
           CUDA_ERROR_NO_BINARY_FOR_GPU);
  for (const char *c = image; *c; ++c)
    if (static_cast<unsigned char>(*c) < ' ' && !std::strchr("\t\r\n", *c))
      refuse(logs, "the image is no PTX", CUDA_ERROR_INVALID_IMAGE);
  if (!*image)
    refuse(logs, "the image is empty", CUDA_ERROR_INVALID_IMAGE);
}

void placeGlobal(Device &device, GlobalVariable &variable) {
  Allocation *allocation =
      device.memory.allocate(variable.size, std::max(variable.align, 1u));
  if (!allocation)
    throw DriverError{CUDA_ERROR_OUT_OF_MEMORY};
  std::memset(allocation->data.data(), 0, variable.size);
  std::memset(allocation->initialized.data(), 1, variable.size);
  std::copy(variable.initial.begin(), variable.initial.end(),
            allocation->data.data());
  variable.address = allocation->address;
}

} // namespace

VIB_CUDA_ENTRY cuModuleLoadDataEx(CUmodule *module, const void *image,
                                  unsigned numOptions, CUjit_option *options,
                                  void **values) {
  return enter("cuModuleLoadDataEx", Need::Context, [&](Device *device) {
    require(module && image && (!numOptions || (options && values)));
    device->refuseDuringCapture();
    Logs logs(numOptions, options, values);
    auto text = static_cast<const char *>(image);
    checkImage(text, logs);
    auto loaded = std::make_unique<Module>();
    std::vector<uint64_t> placed;
    auto release = [&] {
      for (uint64_t address : placed)
        device->memory.release(address);
    };
    try {
      loaded->program = std::make_shared<Program>(
          parsePtx(text, [&](GlobalVariable &variable) {
            placeGlobal(*device, variable);
            placed.push_back(variable.address);
          }));
    } catch (const PtxError &error) {
      release();
      refuse(logs,
             fmt::format("ptxas application ptx input, line {}; error   : {}: "
                         "{}\nptxas fatal   : Ptx assembly aborted due to "
                         "errors",
                         error.line, error.what(), lineOf(text, error.line)),
             CUDA_ERROR_INVALID_PTX);
    }
    const Program &program = *loaded->program;
    if (program.version > newestPtx(device->options.driverVersion)) {
      release();
      refuse(logs,
             fmt::format("ptxas application ptx input, line 1; fatal   : "
                         "Unsupported .version {}.{}",
                         program.version / 10, program.version % 10),
             CUDA_ERROR_UNSUPPORTED_PTX_VERSION);
    }
    if (int(program.target) > device->options.capability) {
      release();
      refuse(logs,
             "ptxas fatal   : SM version specified by .target is higher than "
             "default SM version assumed",
             CUDA_ERROR_INVALID_PTX);
    }
    *module = reinterpret_cast<CUmodule>(loaded.get());
    device->modules[loaded.get()] = std::move(loaded);
  });
}

VIB_CUDA_ENTRY cuModuleGetFunction(CUfunction *function, CUmodule handle,
                                   const char *name) {
  return enter("cuModuleGetFunction", Need::Context, [&](Device *device) {
    require(function && name);
    Module &module = *find(device->modules, handle);
    for (auto &kernel : module.program->kernels) {
      if (kernel->name != name)
        continue;
      auto entry = std::make_unique<Function>();
      entry->module = &module;
      entry->kernel =
          std::shared_ptr<const Kernel>(module.program, kernel.get());
      entry->maxDynamicShared =
          std::max(0, int(48 << 10) - int(kernel->staticSharedBytes));
      *function = reinterpret_cast<CUfunction>(entry.get());
      device->functions[entry.get()] = std::move(entry);
      return;
    }
    throw DriverError{CUDA_ERROR_NOT_FOUND};
  });
}

VIB_CUDA_ENTRY cuModuleGetGlobal_v2(CUdeviceptr *address, size_t *bytes,
                                    CUmodule handle, const char *name) {
  return enter("cuModuleGetGlobal_v2", Need::Context, [&](Device *device) {
    require(name);
    for (const GlobalVariable &variable :
         find(device->modules, handle)->program->globals) {
      if (variable.name != name)
        continue;
      if (address)
        *address = variable.address;
      if (bytes)
        *bytes = variable.size;
      return;
    }
    throw DriverError{CUDA_ERROR_NOT_FOUND};
  });
}

VIB_CUDA_ENTRY cuModuleUnload(CUmodule handle) {
  return enter("cuModuleUnload", Need::Context, [&](Device *device) {
    device->refuseDuringCapture();
    Module &module = *find(device->modules, handle);
    device->drainAll();
    for (const GlobalVariable &variable : module.program->globals)
      device->memory.release(variable.address);
    auto &functions = device->functions;
    for (auto function = functions.begin(); function != functions.end();)
      function = function->second->module == &module ? functions.erase(function)
                                                     : std::next(function);
    device->modules.erase(handle);
  });
}

VIB_CUDA_ENTRY cuFuncSetAttribute(CUfunction handle,
                                  CUfunction_attribute attribute, int value) {
  return enter("cuFuncSetAttribute", Need::Context, [&](Device *device) {
    Function &function = *find(device->functions, handle);
    if (attribute == CU_FUNC_ATTRIBUTE_PREFERRED_SHARED_MEMORY_CARVEOUT) {
      require(value >= -1 && value <= 100);
      return;
    }
    require(attribute == CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
    int64_t most = maxSharedBytes(device->options.capability);
    require(value >= 0 &&
            value + int64_t(function.kernel->staticSharedBytes) <= most);
    function.maxDynamicShared = value;
  });
}
