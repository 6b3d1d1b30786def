//===- FlagBuilder.cpp - Defines the flags of a command -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/FlagBuilder.h"

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace vib::runtime {

/// std::strtod would also accept hexadecimal numbers, spaces and signs.
double parseReal(const std::string &flag, const std::string &text,
                 double most) {
  const char *begin = text.data(), *end = begin + text.size();
  double value = 0;
  auto [rest, error] = std::from_chars(begin, end, value);
  bool isDecimal =
      !text.empty() && (*begin == '.' || ('0' <= *begin && *begin <= '9'));
  if (isDecimal && error == std::errc() && rest == end && value <= most)
    return value;
  throw CLI::ValidationError(
      fmt::format("{}: expected a decimal number from 0 to {}, such as "
                  "0.001 or 1e-3, got '{}'",
                  flag, most > 1e300 ? "1.7e308" : "3.4e38", text));
}

uint64_t parseWhole(const std::string &flag, const std::string &text,
                    uint64_t low, uint64_t high) {
  bool digits = !text.empty() &&
                text.find_first_not_of("0123456789") == std::string::npos;
  errno = 0;
  uint64_t value = digits ? std::strtoull(text.c_str(), nullptr, 10) : 0;
  if (digits && errno == 0 && value >= low && value <= high)
    return value;
  throw CLI::ValidationError(
      fmt::format("{}: expected a whole number from {} to {}, got '{}'", flag,
                  low, high, text));
}

CLI::Option *FlagBuilder::path(const std::string &flag, std::string &target,
                               const std::string &type,
                               const std::string &help) {
  return app
      ->add_option_function<std::string>(
          flag,
          [=, &target](const std::string &text) {
            if (text.empty())
              throw CLI::ValidationError(
                  fmt::format("{}: the name is empty", flag));
            target = text;
          },
          help)
      ->type_name(type);
}

void FlagBuilder::real(const std::string &flag, std::optional<double> &target,
                       double most, const std::string &help) {
  app->add_option_function<std::string>(
         flag,
         [=, &target](const std::string &text) {
           target = parseReal(flag, text, most);
         },
         help)
      ->type_name("X");
}

void FlagBuilder::text(const std::string &flag, const std::string &type,
                       std::function<void(const std::string &)> take,
                       const std::string &help) {
  app->add_option_function<std::string>(flag, std::move(take), help)
      ->type_name(type);
}

void FlagBuilder::each(const std::string &flag, const std::string &type,
                       std::function<void(const std::string &)> take,
                       const std::string &help) {
  app->add_option_function<std::vector<std::string>>(
         flag,
         [=](const std::vector<std::string> &texts) {
           for (const std::string &text : texts)
             take(text);
         },
         help)
      ->type_name(type)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option *FlagBuilder::flag(const std::string &name, bool &target,
                               const std::string &help, bool value) {
  return app->add_flag_callback(
      name, [&target, value] { target = value; }, help);
}

void FlagBuilder::note(const std::string &text) { app->footer(text); }

void FlagBuilder::reject(const std::string &flag, const std::string &reason) {
  app->add_option_function<std::string>(flag,
                                        [=](const std::string &) {
                                          throw CLI::ValidationError(
                                              flag + ": " + reason);
                                        })
      ->expected(0, 1)
      ->group("");
}

} // namespace vib::runtime
