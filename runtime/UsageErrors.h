//===- UsageErrors.h - Messages for wrong command lines ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_USAGEERRORS_H
#define VIB_RUNTIME_USAGEERRORS_H

#include "runtime/Abi.h"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace vib::runtime {

/// The word among `known` that `word` is probably a misspelling of, or "".
std::string nearestWord(const std::string &word,
                        const std::vector<std::string> &known);

struct UsageError {
  std::string command; ///< The subcommand; empty if there is none.
  std::string message;
};

/// Describes an error that CLI11 has found. A flag that does not exist is
/// reported first, because a misspelled flag causes other errors, such as that
/// the flag that was meant is missing.
UsageError describeUsageError(const CLI::ParseError &error,
                              const VibModel &model, const CLI::App &app,
                              int argc, const char *const *argv);

} // namespace vib::runtime

#endif // VIB_RUNTIME_USAGEERRORS_H
