//===- Host.h - Who runs the runtime ----------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A compiled program is its own host: messages go to the standard error, and
// signals stop the work. A caller of the library (Vib.h) is another host. Its
// process belongs to it, and several of its threads may be at work, so each
// thread has a host of its own.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_HOST_H
#define VIB_RUNTIME_HOST_H

#include <string_view>

namespace vib::runtime {

class Host {
public:
  virtual ~Host() = default;

  /// Takes a message of the kind "warning" or "note".
  virtual void say(const char *kind, std::string_view text) noexcept = 0;
  /// Whether the work on this thread should end as after a signal.
  virtual bool isStopped() const noexcept = 0;

  /// The host of the calling thread. Null: the program.
  static Host *current() noexcept;
};

/// Makes `host` the host of the calling thread for its own lifetime.
class HostScope {
public:
  explicit HostScope(Host &host);
  ~HostScope();
  HostScope(const HostScope &) = delete;
  HostScope &operator=(const HostScope &) = delete;

private:
  Host *const outer;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_HOST_H
