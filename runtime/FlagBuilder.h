//===- FlagBuilder.h - Defines the flags of a command -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_FLAGBUILDER_H
#define VIB_RUNTIME_FLAGBUILDER_H

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace vib::runtime {

/// Parses a decimal number from 0 to `most`, the largest number of a type.
double parseReal(const std::string &flag, const std::string &text, double most);

/// Parses a whole number in [low, high].
uint64_t parseWhole(const std::string &flag, const std::string &text,
                    uint64_t low, uint64_t high);

/// Adds flags to one command. Their values are checked, and stored in variables
/// that must outlive the parser.
class FlagBuilder {
public:
  explicit FlagBuilder(CLI::App *app) : app(app) {}

  CLI::Option *path(const std::string &flag, std::string &target,
                    const std::string &type, const std::string &help);

  template <typename T>
  void whole(const std::string &flag, T &target, uint64_t low, uint64_t high,
             const std::string &help) {
    app->add_option_function<std::string>(
           flag,
           [=, &target](const std::string &text) {
             target = parseWhole(flag, text, low, high);
           },
           help)
        ->type_name("N");
  }

  /// A decimal number from 0 to `most`, the largest number of a type.
  void real(const std::string &flag, std::optional<double> &target, double most,
            const std::string &help);

  /// A flag whose value `take` gets.
  void text(const std::string &flag, const std::string &type,
            std::function<void(const std::string &)> take,
            const std::string &help);

  /// A flag that may be given several times. `take` gets each value, in order.
  void each(const std::string &flag, const std::string &type,
            std::function<void(const std::string &)> take,
            const std::string &help);

  template <typename T>
  void oneOf(const std::string &flag, T &target,
             const std::map<std::string, T> &values, const std::string &type,
             const std::string &help) {
    app->add_option_function<std::string>(
           flag,
           [=, &target](const std::string &text) {
             auto found = values.find(text);
             if (found == values.end())
               throw CLI::ValidationError(
                   fmt::format("{}: expected {}, got '{}'", flag, type, text));
             target = found->second;
           },
           help)
        ->type_name(type);
  }

  CLI::Option *flag(const std::string &name, bool &target,
                    const std::string &help, bool value = true);

  /// Says something below the flags in the help.
  void note(const std::string &text);

  /// Adds a hidden flag that is refused with a reason, because other programs
  /// or commands have it.
  void reject(const std::string &flag, const std::string &reason);

private:
  CLI::App *app;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_FLAGBUILDER_H
