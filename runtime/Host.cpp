//===- Host.cpp - Who runs the runtime ------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Host.h"

namespace vib::runtime {

static thread_local Host *ofThread = nullptr;

Host *Host::current() noexcept { return ofThread; }

HostScope::HostScope(Host &host) : outer(ofThread) { ofThread = &host; }

HostScope::~HostScope() { ofThread = outer; }

} // namespace vib::runtime
