//===- HelpFormatter.h - The layout of --help -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_HELPFORMATTER_H
#define VIB_RUNTIME_HELPFORMATTER_H

#include "runtime/Layout.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <sstream>
#include <string>

namespace vib::runtime {

/// CLI11's layout within 80 columns, with the names of the required flags in
/// the usage line.
class HelpFormatter : public CLI::Formatter {
public:
  HelpFormatter() { column_width(flagColumns); }

  std::string make_usage(const CLI::App *app, std::string name) const override {
    std::string usage = "Usage: " + name;
    if (!app->get_subcommands([](const CLI::App *) { return true; }).empty())
      return usage + " COMMAND [FLAGS]\n";
    for (const CLI::Option *option : app->get_options())
      if (option->get_required())
        usage +=
            fmt::format(" {} {}", option->get_name(), option->get_type_name());
    return wrap(usage + " [FLAGS]", lineColumns,
                std::string("Usage: ").size()) +
           "\n";
  }

  /// CLI11 ends with blank lines, and has two before a footer.
  std::string make_help(const CLI::App *app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string help = CLI::Formatter::make_help(app, name, mode);
    for (size_t at; (at = help.find("\n\n\n")) != std::string::npos;)
      help.erase(at, 1);
    return help.substr(0, help.find_last_not_of('\n') + 1) + "\n";
  }

  std::string make_description(const CLI::App *app) const override {
    return wrap(app->get_description()) + "\n";
  }

  std::string make_subcommand(const CLI::App *command) const override {
    std::string text = command->get_description();
    std::stringstream out;
    CLI::detail::format_help(out, command->get_name(),
                             wrap(text, lineColumns - flagColumns),
                             flagColumns);
    return out.str();
  }

  std::string make_option_opts(const CLI::Option *option) const override {
    return option->get_type_size() ? " " + option->get_type_name() : "";
  }

  std::string make_option_desc(const CLI::Option *option) const override {
    return wrap(option->get_description(), lineColumns - flagColumns);
  }

private:
  static constexpr size_t flagColumns = 24;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_HELPFORMATTER_H
