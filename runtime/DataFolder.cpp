//===- DataFolder.cpp - Finding a split in a data folder ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/DataFolder.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Npz.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>
#include <vector>

namespace vib::runtime {

namespace {

bool takeSuffix(std::string_view &text, std::string_view suffix) {
  if (text.size() < suffix.size() ||
      text.substr(text.size() - suffix.size()) != suffix)
    return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// The name of an IDX file without its suffixes: "emnist-letters-train-images"
/// for "emnist-letters-train-images.idx3-ubyte.gz". Empty for other names.
std::string_view idxStem(std::string_view name) {
  takeSuffix(name, ".gz");
  constexpr size_t digit = 4; // The index of the digit in "-idx3".
  if (!takeSuffix(name, "-ubyte") || name.size() <= digit + 1)
    return {};
  std::string_view kind = name.substr(name.size() - digit - 1);
  if ((kind[0] != '-' && kind[0] != '.') || kind.substr(1, 3) != "idx" ||
      kind[digit] < '1' || kind[digit] > '9')
    return {};
  name.remove_suffix(kind.size());
  return name;
}

class Folder {
public:
  Folder(const std::string &path, const ArrayNames &names);

  /// All places of the split, in any of the forms.
  std::vector<SplitPlace> find(const std::string &split) const;
  /// The same, but only those that are data by their names.
  std::vector<SplitPlace> findNamed(const std::string &split) const;
  /// Throws an Error if the other split is present, but only under names that
  /// do not match those of `place`.
  void requireAlike(const SplitPlace &place, const std::string &split) const;
  /// Throws an Error that lists the folder's contents and the names that were
  /// tried.
  [[noreturn]] void failWithout(const std::string &split) const;

private:
  /// The folders below this one, two levels down at most, that hold the split,
  /// as torchvision's MNIST/raw does.
  std::vector<std::string> findBelow(const std::string &split,
                                     int levels) const;
  bool has(const std::string &name) const {
    return std::binary_search(files.begin(), files.end(), name);
  }
  std::string in(std::string_view name) const { return joinPath(path, name); }
  /// In an archive. If it holds both splits, its keys end with `suffix`.
  SplitPlace placeIn(const std::string &archive, const std::string &pattern,
                     const std::string &suffix = "") const;
  void addIdx(std::string_view split, std::vector<SplitPlace> &places) const;
  /// The names of the files that an array may have.
  using Alternatives = std::vector<std::string>;
  /// Adds files of single arrays if there is one with inputs.
  void addNpy(const std::vector<Alternatives> &inputs,
              const std::vector<Alternatives> &labels,
              const std::string &pattern,
              std::vector<SplitPlace> &places) const;
  ArrayPlace findFile(const Alternatives &names) const;

  std::string path;
  const ArrayNames &arrays;
  std::vector<std::string> files;   ///< Sorted, without folders.
  std::vector<std::string> entries; ///< Sorted; folders end with a slash.
};

Folder::Folder(const std::string &directory, const ArrayNames &arrays)
    : path(directory), arrays(arrays) {
  std::optional<std::vector<std::string>> names = listDirectory(path);
  if (!names)
    fail("cannot read the data folder {}: {}", path, strerror(errno));
  for (std::string &name : *names) {
    if (isDirectory(in(name))) {
      entries.push_back(name + '/');
      continue;
    }
    entries.push_back(name);
    files.push_back(std::move(name));
  }
  std::sort(files.begin(), files.end());
  std::sort(entries.begin(), entries.end());
}

/// Adds the IDX files of `split`, with any prefix. If a file is present both
/// plain and compressed, the plain one is used.
void Folder::addIdx(std::string_view split,
                    std::vector<SplitPlace> &places) const {
  constexpr std::string_view images = "-images", labels = "-labels";
  std::map<std::string, std::string, std::less<>> byStem;
  // A plain file sorts before its compressed form.
  for (const std::string &name : files) {
    std::string_view stem = idxStem(name);
    if (!stem.empty())
      byStem.emplace(stem, name);
  }
  for (const auto &[stem, name] : byStem) {
    std::string_view base = stem;
    if (!takeSuffix(base, images))
      continue;
    std::string_view prefix = base;
    if (!takeSuffix(prefix, split) || (!prefix.empty() && prefix.back() != '-'))
      continue;
    SplitPlace place;
    place.inputs = {{in(name), {}, ""}};
    auto found = byStem.find(fmt::format("{}{}", base, labels));
    if (!arrays.labels.empty())
      place.labels = {{found == byStem.end() ? "" : in(found->second),
                       {},
                       fmt::format("{}{}-idx1-ubyte[.gz]", base, labels)}};
    place.pattern = fmt::format("{}*{}", prefix, images);
    places.push_back(std::move(place));
  }
}

ArrayPlace Folder::findFile(const Alternatives &names) const {
  for (const std::string &name : names)
    if (has(name))
      return {in(name), {}, ""};
  return {"", {}, names.front()};
}

void Folder::addNpy(const std::vector<Alternatives> &inputs,
                    const std::vector<Alternatives> &labels,
                    const std::string &pattern,
                    std::vector<SplitPlace> &places) const {
  SplitPlace place;
  bool isPresent = false;
  for (const Alternatives &names : inputs) {
    place.inputs.push_back(findFile(names));
    isPresent |= !place.inputs.back().file.empty();
  }
  if (!isPresent)
    return;
  for (const Alternatives &names : labels)
    place.labels.push_back(findFile(names));
  place.pattern = pattern;
  places.push_back(std::move(place));
}

SplitPlace Folder::placeIn(const std::string &archive,
                           const std::string &pattern,
                           const std::string &suffix) const {
  SplitPlace place = placeInArchive(in(archive), arrays, suffix);
  place.pattern = pattern;
  return place;
}

std::vector<SplitPlace> Folder::findNamed(const std::string &split) const {
  std::vector<SplitPlace> places;
  if (arrays.areShort()) {
    addIdx(split, places);
    if (split == "test")
      addIdx("t10k", places);
  }
  if (has(split + ".npz"))
    places.push_back(placeIn(split + ".npz", "*.npz"));
  if (arrays.areShort()) {
    // Where the model's own name is x, that of the labels may be the model's,
    // too.
    auto add = [&](const std::string &inputs, const Alternatives &labels,
                   const std::string &pattern) {
      std::vector<Alternatives> all;
      if (!arrays.labels.empty())
        all.push_back(labels);
      addNpy({{inputs}}, all, pattern, places);
    };
    Alternatives labels = {split + "_y.npy"};
    if (arrays.inputs.front() == "x" && !arrays.labels.empty())
      labels.push_back(fmt::format("{}_{}.npy", split, arrays.labels.front()));
    add(split + "_x.npy", labels, "*_x.npy");
    add("x_" + split + ".npy", {"y_" + split + ".npy"}, "x_*.npy");
    add("X_" + split + ".npy", {"y_" + split + ".npy", "Y_" + split + ".npy"},
        "X_*.npy");
  }
  // Files with the short names of both are in the list already.
  auto nameFiles = [&](std::vector<std::string> keys) {
    if (arrays.areShort())
      keys.erase(keys.begin(), keys.end() - 1);
    // A message about a missing file has the model's name for it.
    std::reverse(keys.begin(), keys.end());
    for (std::string &key : keys)
      key = fmt::format("{}_{}.npy", split, key);
    return keys;
  };
  std::vector<Alternatives> inputs, labels;
  for (size_t i = 0; i < arrays.inputs.size(); ++i)
    inputs.push_back(nameFiles(keysOfInput(arrays, i)));
  for (size_t i = 0; i < arrays.labels.size(); ++i)
    labels.push_back(nameFiles(keysOfLabels(arrays, i)));
  if (!arrays.areShort() || arrays.inputs.front() != "x")
    addNpy(inputs, labels, fmt::format("*_{}.npy", arrays.inputs.front()),
           places);
  if (has("mnist.npz"))
    places.push_back(placeIn("mnist.npz", "mnist.npz", "_" + split));
  return places;
}

std::vector<SplitPlace> Folder::find(const std::string &split) const {
  std::vector<SplitPlace> places = findNamed(split);
  if (!places.empty())
    return places;
  // A folder of results may contain .npz files too. Among several files it is
  // unknown which one is the data.
  std::vector<std::string> archives;
  for (const std::string &name : files) {
    std::string_view stem = name;
    if (takeSuffix(stem, ".npz") && stem != "train" && stem != "test")
      archives.push_back(name);
  }
  if (archives.size() != 1)
    return places;
  SplitPlace place = placeIn(archives.front(), archives.front(), "_" + split);
  Npz archive(place.file());
  const std::vector<std::string> &keys = place.inputs.front().keys;
  if (std::any_of(keys.begin(), keys.end(),
                  [&](const std::string &key) { return archive.has(key); }))
    places.push_back(place);
  return places;
}

void Folder::requireAlike(const SplitPlace &place,
                          const std::string &split) const {
  std::vector<SplitPlace> others =
      findNamed(split == "test" ? "train" : "test");
  if (others.empty())
    return;
  for (const SplitPlace &other : others)
    if (other.pattern == place.pattern)
      return;
  fail("{} and {} may be of different data sets, expected both by the name "
       "{}: move one of them to a folder of its own, or rename it",
       place.file(), others.front().file(), place.pattern);
}

std::vector<std::string> Folder::findBelow(const std::string &split,
                                           int levels) const {
  // In a folder with very many others nobody waits for all of them.
  constexpr size_t most = 100;
  std::vector<std::string> found;
  for (size_t i = 0; i < entries.size() && i < most && levels > 0; ++i) {
    if (entries[i].back() != '/')
      continue;
    std::string below = in(entries[i]);
    below.pop_back();
    if (!listDirectory(below))
      continue;
    Folder folder(below, arrays);
    if (!folder.findNamed(split).empty())
      found.push_back(below);
    std::vector<std::string> more = folder.findBelow(split, levels - 1);
    found.insert(found.end(), more.begin(), more.end());
  }
  return found;
}

void Folder::failWithout(const std::string &split) const {
  std::vector<std::string> below = findBelow(split, 2);
  std::string advice;
  bool hasTable =
      std::any_of(entries.begin(), entries.end(), [](const std::string &name) {
        std::string suffix =
            name.substr(std::min(name.rfind('.'), name.size()));
        return suffix == ".csv" || suffix == ".tsv" || suffix == ".txt";
      });
  if (!below.empty())
    advice = fmt::format("; there is such data in {}: name that folder",
                         listNames(below));
  else if (hasTable)
    advice = "; a table of text must be converted: numpy.loadtxt reads it, and "
             "numpy.save writes an NPY file";
  std::vector<std::string> all = arrays.inputs;
  all.insert(all.end(), arrays.labels.begin(), arrays.labels.end());
  std::string names =
      arrays.areShort()
          ? fmt::format("{1}-images-idx3-ubyte[.gz], {0}.npz, {0}_x.npy, "
                        "x_{0}.npy or mnist.npz",
                        split, split == "test" ? "t10k" : split)
          : fmt::format("{0}.npz with the arrays {1}, or {0}_{2}.npy, …", split,
                        listNames(all), arrays.inputs.front());
  fail("no {} data in {}: {}; looked for {}{}", split, path,
       entries.empty() ? "it is empty" : "it contains " + listNames(entries),
       names, advice);
}

} // namespace

/// The name, and before it the short one if there is one.
static std::vector<std::string> listKeys(bool isShort, const char *shortName,
                                         const std::string &name,
                                         const std::string &suffix) {
  std::vector<std::string> keys;
  if (isShort)
    keys.push_back(shortName + suffix);
  if (!isShort || name != shortName)
    keys.push_back(name + suffix);
  return keys;
}

std::vector<std::string> keysOfInput(const ArrayNames &names, size_t input,
                                     const std::string &suffix) {
  return listKeys(names.isX(), "x", names.inputs[input], suffix);
}

std::vector<std::string> keysOfLabels(const ArrayNames &names, size_t target,
                                      const std::string &suffix) {
  return listKeys(names.isY(), "y", names.labels[target], suffix);
}

SplitPlace placeInArchive(const std::string &file, const ArrayNames &names,
                          const std::string &suffix) {
  SplitPlace place;
  for (size_t i = 0; i < names.inputs.size(); ++i)
    place.inputs.push_back(
        {file, keysOfInput(names, i, suffix), names.inputs[i] + suffix});
  for (size_t i = 0; i < names.labels.size(); ++i)
    place.labels.push_back(
        {file, keysOfLabels(names, i, suffix), names.labels[i] + suffix});
  return place;
}

SplitPlace findSplit(const std::string &data, const std::string &split,
                     const ArrayNames &arrays) {
  Folder folder(data, arrays);
  std::vector<SplitPlace> places = folder.find(split);
  if (places.empty())
    folder.failWithout(split);
  if (places.size() == 1) {
    folder.requireAlike(places.front(), split);
    return places.front();
  }
  std::vector<std::string> names;
  for (const SplitPlace &place : places)
    names.push_back(place.file());
  fail("the {} data was found {} times: {}; keep only one of them in {}, or "
       "move it to its own folder",
       split, places.size(), listNames(names), data);
}

} // namespace vib::runtime
