//===- Library.cpp - Programs and errors of the library -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Library.h"
#include "runtime/AvailableMemory.h"
#include "runtime/CpuFeatures.h"
#include "runtime/Info.h"
#include "runtime/ModelLists.h"
#include "runtime/Options.h"
#include "runtime/Processors.h"
#include "runtime/Signals.h"
#include "runtime/TrainingRun.h"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

namespace vib::runtime {

static thread_local std::string lastMessage;

static VibStatus fail(VibStatus status, const char *message) noexcept {
  try {
    lastMessage = message;
  } catch (const std::bad_alloc &) {
    lastMessage.clear();
  }
  return status;
}

VibStatus guard(const std::function<void()> &body) noexcept {
  try {
    body();
    return VIB_DONE;
  } catch (const Interrupted &) {
    return fail(VIB_STOPPED, "the callback has stopped the call");
  } catch (const Diverged &error) {
    return fail(VIB_DIVERGED, error.what());
  } catch (const RunExists &error) {
    return fail(VIB_RUN_EXISTS, error.what());
  } catch (const WrongUsage &error) {
    return fail(VIB_WRONG_USAGE, error.what());
  } catch (const WrongData &error) {
    return fail(VIB_WRONG_DATA, error.what());
  } catch (const std::bad_alloc &) {
    return fail(VIB_FAILED, describeBadAlloc());
  } catch (const std::exception &error) {
    return fail(VIB_FAILED, error.what());
  }
}

char *copyText(const std::string &text) {
  char *copy = strdup(text.c_str());
  if (!copy)
    throw std::bad_alloc();
  return copy;
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LibraryCall::LibraryCall(const VibModel &model, VibCallback callback,
                         void *user)
    : callback(callback), user(user), processors(allowedProcessors()),
      scope(*this) {
  checkCpu(model);
}

void LibraryCall::report(VibEvent event, const std::string &text) {
  if (!callback)
    return;
  std::vector<int> bound = allowedProcessors();
  if (bound != processors)
    keepTo(processors);
  arithmetic.reset();
  int answer = callback(user, event, text.c_str());
  arithmetic.emplace();
  if (bound != processors)
    keepTo(bound);
  ends |= answer == VIB_END;
  stops |= answer == VIB_STOP;
}

void LibraryCall::say(const char *kind, std::string_view text) noexcept {
  try {
    bool isNote = std::string_view(kind) == "note";
    report(isNote ? VIB_NOTE : VIB_WARNING, std::string(text));
  } catch (const std::bad_alloc &) {
    // There is no memory for the message.
  }
}

bool LibraryCall::due() {
  auto now = std::chrono::steady_clock::now();
  if (!callback || now - last < std::chrono::milliseconds(100))
    return false;
  last = now;
  return true;
}

void LibraryCall::training(const LiveFigures &live) {
  constexpr int columns = 79;
  report(VIB_PROGRESS, liveLine(live, columns));
}

void LibraryCall::working(const std::string &what, int64_t rows, int64_t of) {
  if (due())
    report(VIB_PROGRESS, fmt::format("{}  {:3.0f} %", what,
                                     100.0 * double(rows) / double(of)));
}

} // namespace vib::runtime

using namespace vib::runtime;

const char *vib_message(void) { return lastMessage.c_str(); }

void vib_free(char *text) { std::free(text); }

//===----------------------------------------------------------------------===//
// Programs
//===----------------------------------------------------------------------===//

VibProgram::~VibProgram() {
  if (library)
    ::dlclose(library);
}

VibStatus vib_open(const char *path, VibProgram **program) {
  *program = nullptr;
  return guard([&] {
    auto opened = std::make_unique<VibProgram>();
    const void *model = nullptr;
    if (ObjectFile::isObject(path)) {
      opened->object = std::make_unique<ObjectFile>(path);
      model = opened->object->find("vib_model");
    } else {
      opened->library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
      if (!opened->library)
        vib::runtime::fail("cannot open a compiled model: {}", ::dlerror());
      model = ::dlsym(opened->library, "vib_model");
    }
    if (!model)
      vib::runtime::fail("{}: it has no model, expected a library or an object "
                         "that vibc --emit=shared or --emit=obj has made",
                         path);
    opened->model = static_cast<const VibModel *>(model);
    checkDescriptor(*opened->model);
    *program = opened.release();
  });
}

VibStatus vib_open_model(const VibModel *model, VibProgram **program) {
  *program = nullptr;
  return guard([&] {
    checkDescriptor(*model);
    auto opened = std::make_unique<VibProgram>();
    opened->model = model;
    *program = opened.release();
  });
}

const VibModel *vib_program_model(const VibProgram *program) {
  return program->model;
}

VibStatus vib_info(const VibProgram *program, char **json) {
  *json = nullptr;
  return guard([&] { *json = copyText(infoJson(*program->model)); });
}

void vib_close(VibProgram *program) { delete program; }

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

VibStatus vib_weights_open(const char *path, VibWeights **weights) {
  *weights = nullptr;
  return guard([&] { *weights = new VibWeights{SafetensorsReader(path)}; });
}

VibStatus vib_weights_parse(const void *data, size_t size,
                            VibWeights **weights) {
  *weights = nullptr;
  return guard([&] {
    auto *bytes = static_cast<const uint8_t *>(data);
    *weights = new VibWeights{
        SafetensorsReader(Bytes(bytes, bytes + size), "the weights")};
  });
}

size_t vib_weights_count(const VibWeights *weights) {
  return weights->reader.tensors().size();
}

VibArray vib_weights_tensor(const VibWeights *weights, size_t index) {
  const SafetensorsReader::Tensor &tensor = weights->reader.tensors()[index];
  const char *type = tensor.type == "F32"   ? nameOf(ElementType::F32)
                     : tensor.type == "F64" ? nameOf(ElementType::F64)
                                            : tensor.type.c_str();
  return {tensor.name.c_str(), type, tensor.data, tensor.shape.data(),
          tensor.shape.size()};
}

const char *vib_weights_metadata(const VibWeights *weights, const char *key) {
  // Without a std::string, which could throw into the caller's C.
  for (const auto &[its, value] : weights->reader.metadata())
    if (its == key)
      return value.c_str();
  return nullptr;
}

void vib_weights_free(VibWeights *weights) { delete weights; }
