//===- Library.h - What the handles of the library are ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The functions of Vib.h call what the commands of a program call. Each runs in
// guard(), which turns exceptions into a status and a message, and, if it
// computes, within a LibraryCall, which is the host of the thread meanwhile.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_LIBRARY_H
#define VIB_RUNTIME_LIBRARY_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"
#include "runtime/Error.h"
#include "runtime/Host.h"
#include "runtime/ObjectFile.h"
#include "runtime/Progress.h"
#include "runtime/Safetensors.h"
#include "runtime/ThreadPool.h"
#include "runtime/Vib.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct VibProgram {
  const VibModel *model = nullptr;
  void *library = nullptr;                          ///< Of dlopen(), or null.
  std::unique_ptr<vib::runtime::ObjectFile> object; ///< Or null.

  VibProgram() = default;
  VibProgram(const VibProgram &) = delete;
  VibProgram &operator=(const VibProgram &) = delete;
  ~VibProgram();
};

struct VibWeights {
  vib::runtime::SafetensorsReader reader;
};

struct VibRun {
  uint64_t steps = 0;
  uint64_t bestStep = 0;
  std::string divergence;
  std::map<std::string, vib::runtime::Bytes> files;
};

struct VibResult {
  vib::runtime::ElementType type;
  std::vector<int64_t> shape;
  vib::runtime::Bytes data;
};

struct VibData {
  std::vector<vib::runtime::Inputs> inputs; ///< All of the model's.
  /// The targets that are no inputs, in the order of the model: all or none.
  std::vector<vib::runtime::NamedArray> labels;
  std::string what; ///< For messages.

  /// The data as a split of this name, with labels as --first-label says. The
  /// inputs stay borrowed.
  vib::runtime::Split split(const std::string &name, const VibModel &model,
                            uint64_t firstLabel) const;
};

namespace vib::runtime {

/// An array of the caller does not fit the model.
class WrongData : public Error {
public:
  using Error::Error;
};

/// Runs `body`, and returns what became of it.
VibStatus guard(const std::function<void()> &body) noexcept;

/// Throws what `check` throws as WrongData.
template <typename Check> auto checkData(Check check) {
  try {
    return check();
  } catch (const Error &error) {
    throw WrongData(error.what());
  }
}

/// An array of the caller, with its elements borrowed. `what` begins its name
/// in messages. Throws WrongData.
NamedArray borrow(const VibArray &array, const std::string &what);

/// Text that vib_free() frees.
char *copyText(const std::string &text);

/// The calling thread in a call that computes: its callback, to which
/// everything is reported, and IEEE arithmetic. The callback finds the thread
/// as the caller left it: with its modes of arithmetic, and on its processors,
/// though a pool binds the thread to one.
class LibraryCall final : public Display, public Host {
public:
  /// Throws an Error if the CPU lacks what the model was compiled for.
  LibraryCall(const VibModel &model, VibCallback callback, void *user);

  bool isLive() const override { return false; }
  void keep(const std::string &line) override { report(VIB_SAYS, line); }
  void warn(const std::string &text) override { report(VIB_WARNING, text); }
  bool due() override;
  void training(const LiveFigures &live) override;
  void working(const std::string &what, int64_t rows, int64_t of) override;
  void logged(const std::string &line) override { report(VIB_LINE, line); }
  bool endsRun() const override { return ends; }

  void say(const char *kind, std::string_view text) noexcept override;
  bool isStopped() const noexcept override { return stops; }

private:
  void report(VibEvent event, const std::string &text);

  const VibCallback callback;
  void *const user;
  bool ends = false, stops = false;
  std::chrono::steady_clock::time_point last;
  const std::vector<int> processors;
  std::optional<IeeeArithmetic> arithmetic{std::in_place};
  HostScope scope;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_LIBRARY_H
