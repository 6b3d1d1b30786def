//===- UsageErrors.cpp - Wrong command lines of vibc ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/UsageErrors.h"
#include "dialect/VibReference.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace vib;

/// Whether a flag of the compiled program has this name. LLVM has some of these
/// names, too, such as --threads.
static bool isFlagOfProgram(StringRef name) {
  return is_contained({"beta", "data", "device", "epochs", "first-label",
                       "init", "lr", "resume", "samples", "seed", "steps",
                       "threads"},
                      name);
}

/// The flag of vibc that `name` is probably a misspelling of, with its dashes,
/// or "". For the options of MLIR and LLVM, these are suggested, too.
static std::string suggestFlag(StringRef name, cl::OptionCategory &category) {
  // Other compilers have a long form of -o.
  if (StringRef("output").starts_with(name) ||
      getSpellingDistance(name, "output") <= 2)
    return "-o";
  bool isMlir = name.starts_with("mlir-");
  // A third of the letters may differ; beyond that a suggestion is a guess.
  unsigned least = name.size() / 3 + 1;
  StringRef nearest;
  for (auto &[candidate, option] : cl::getRegisteredOptions()) {
    bool isOwn = is_contained(option->Categories, &category) ||
                 is_contained({"help", "help-hidden", "version"}, candidate);
    unsigned distance = getSpellingDistance(name, candidate);
    if (candidate.size() < 3 || (!isOwn && !isMlir) || distance >= least)
      continue;
    nearest = candidate;
    least = distance;
  }
  return nearest.empty() ? "" : ("--" + nearest).str();
}

static std::string describeUnknown(StringRef flag, StringRef name,
                                   cl::OptionCategory &category) {
  if (flag.starts_with("-O"))
    return ("expected -O0, -O1, -O2 or -O3, got " + flag).str();
  std::string nearest = suggestFlag(name, category);
  return ("unknown flag " + flag +
          (nearest.empty() ? "" : "; did you mean " + nearest + "?"))
      .str();
}

std::string vib::findUsageError(ArrayRef<char *> words,
                                cl::OptionCategory &category) {
  auto &options = cl::getRegisteredOptions();
  StringMap<StringRef> given;
  for (size_t i = 0, e = words.size(); i != e; ++i) {
    StringRef word = words[i];
    if (word == "--")
      break;
    if (word == "-" || !word.starts_with("-"))
      continue;
    auto [flag, value] = word.split('=');
    StringRef name = flag.drop_while([](char c) { return c == '-'; });
    if (isFlagOfProgram(name))
      return (flag + " is a flag of the program, which takes it when it runs")
          .str();
    auto found = options.find(name);
    if (found == options.end())
      return describeUnknown(flag, name, category);
    const cl::Option &option = *found->second;
    bool hasValue = word.contains('=');
    bool isOwn = is_contained(option.Categories, &category);
    if (option.getValueExpectedFlag() == cl::ValueRequired && !hasValue) {
      if (i + 1 == e)
        return (flag + ": expected one value, got none").str();
      value = words[++i];
      hasValue = true;
    }
    if (!isOwn)
      continue;
    if (hasValue && value.empty())
      return (flag + ": expected a value, got an empty one").str();
    // The four levels are one flag.
    StringRef key = flag.starts_with("-O") ? "O" : name;
    auto [first, isFirst] = given.try_emplace(key, word);
    if (!isFirst && (hasValue || first->second != word))
      return (key == "O" ? first->second + " and " + word +
                               " contradict each "
                               "other: give one"
                         : flag + " is given twice: give it once")
          .str();
  }
  return "";
}
