//===- UsageErrors.cpp - Messages for wrong command lines -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/UsageErrors.h"

#include "runtime/ModelLists.h"

#include <fmt/format.h>

#include <algorithm>

namespace vib::runtime {

namespace {

/// The number of letters to insert, remove, replace, or swap with their
/// neighbor to make `b` of `a`.
size_t editDistance(const std::string &a, const std::string &b) {
  std::vector<std::vector<size_t>> distance(a.size() + 1,
                                            std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        distance[i][j] = i + j;
        continue;
      }
      size_t &least = distance[i][j];
      least = distance[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
      least = std::min({least, distance[i - 1][j] + 1, distance[i][j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        least = std::min(least, distance[i - 2][j - 2] + 1);
    }
  return distance[a.size()][b.size()];
}

/// "; did you mean X?" if a word is near enough, or "".
std::string suggest(const std::string &word,
                    const std::vector<std::string> &known) {
  std::string nearest = nearestWord(word, known);
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

/// The flags of a command that its help lists.
std::vector<std::string> listFlags(const CLI::App &command) {
  std::vector<std::string> flags;
  for (const CLI::Option *option : command.get_options())
    if (!option->get_group().empty())
      for (const std::string &name : option->get_lnames())
        flags.push_back("--" + name);
  return flags;
}

/// Whether CLI11 found an argument that is a flag but not one of the command.
bool isFlag(const std::string &word) {
  return word.size() > 1 && word[0] == '-';
}

/// Says which arguments a command does not accept.
std::string describeExtra(const std::vector<std::string> &extras,
                          const VibModel &model, const CLI::App &app,
                          const CLI::App &command) {
  // A flag before what may be its value.
  auto found = std::find_if(extras.begin(), extras.end(), isFlag);
  if (found == extras.end())
    return fmt::format("expected only flags, got '{}'{}", extras.front(),
                       extras.front().find_first_of("0123456789") == 0
                           ? ": values of one flag are separated by commas"
                           : "");
  std::string flag = found->substr(0, found->find('='));
  for (const char *compiled : {"--target", "--arch", "--cpu", "--cubin",
                               "--precision", "--batch", "--emit"})
    if (flag == compiled)
      return fmt::format("{} is a flag of vibc: its value is compiled into the "
                         "program",
                         flag);
  if (command.get_option_no_throw(flag))
    return fmt::format("write {} after {}", flag, command.get_name());
  std::vector<std::string> others;
  for (const CLI::App *other : app.get_subcommands({})) {
    const CLI::Option *option = other->get_option_no_throw(flag);
    if (option && !option->get_group().empty())
      others.push_back(other->get_name());
  }
  if (!others.empty())
    return fmt::format("{} is a flag of {}, not of {}{}", flag,
                       fmt::join(others, " and "), command.get_name(),
                       suggest(flag, listFlags(command)));
  if (command.get_option_no_throw("--coefficient"))
    for (const VibCoefficient &coefficient : coefficientsOf(model))
      if (flag == fmt::format("--{}", coefficient.name))
        return fmt::format("unknown flag {}; write --coefficient {}=X", flag,
                           coefficient.name);
  return fmt::format("unknown flag {}{}", flag,
                     suggest(flag, listFlags(command)));
}

/// Names all required flags that are missing.
std::string describeMissing(const CLI::App &command) {
  std::vector<std::string> missing;
  for (const CLI::Option *option : command.get_options())
    if (option->get_required() && option->count() == 0)
      missing.push_back(option->get_name());
  std::string last = missing.back();
  missing.pop_back();
  if (missing.empty())
    return last + " is required";
  return fmt::format("{} and {} are required", fmt::join(missing, ", "), last);
}

/// Replaces those messages of CLI11 that name neither what was found nor what
/// was expected.
std::string describe(const CLI::ParseError &error, const VibModel &model,
                     const CLI::App &app, const CLI::App &command) {
  std::vector<std::string> extras = app.remaining(/*recurse=*/true);
  if (dynamic_cast<const CLI::ExtrasError *>(&error) ||
      std::any_of(extras.begin(), extras.end(), isFlag))
    return describeExtra(extras, model, app, command);
  std::string text = error.what();
  // Only one pair of flags excludes each other.
  if (dynamic_cast<const CLI::ExcludesError *>(&error))
    return "--init and --resume contradict each other: a run starts from "
           "weights or continues from its checkpoint";
  if (dynamic_cast<const CLI::RequiredError *>(&error))
    return describeMissing(command);
  if (!dynamic_cast<const CLI::ArgumentMismatch *>(&error))
    return text;
  bool isMissing = text.find(" missing") != std::string::npos;
  return fmt::format("{}: expected one value, got {}",
                     text.substr(0, text.find(':')),
                     isMissing ? "none" : "several");
}

} // namespace

std::string nearestWord(const std::string &word,
                        const std::vector<std::string> &known) {
  for (const std::string &candidate : known)
    if (word.size() > 3 && candidate.compare(0, word.size(), word) == 0)
      return candidate;
  std::string nearest;
  // A third of the letters may differ; beyond that a suggestion is a guess.
  size_t least = word.size() / 3 + 1;
  for (const std::string &candidate : known) {
    size_t distance = editDistance(word, candidate);
    if (distance >= least)
      continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

UsageError describeUsageError(const CLI::ParseError &error,
                              const VibModel &model, const CLI::App &app,
                              int argc, const char *const *argv) {
  auto given = app.get_subcommands();
  if (!given.empty())
    return {given.front()->get_name(),
            describe(error, model, app, *given.front())};
  const std::string expected =
      "expected train, sweep, eval, predict, decode, info or bench";
  if (argc < 2)
    return {"", expected + ", got nothing"};
  std::vector<std::string> commands;
  for (const CLI::App *command : app.get_subcommands({}))
    commands.push_back(command->get_name());
  std::string word = argv[1];
  return {"", fmt::format("{}, got '{}'{}", expected, word,
                          suggest(word, commands))};
}

} // namespace vib::runtime
