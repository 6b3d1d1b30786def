//===- DataFiles.cpp - The arrays of a data set ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/DataFiles.h"
#include "runtime/DataFolder.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Gzip.h"
#include "runtime/Idx.h"
#include "runtime/Npy.h"
#include "runtime/Npz.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

namespace vib::runtime {

namespace {

bool startsWith(const Bytes &bytes, std::string_view text) {
  return bytes.size() >= text.size() &&
         std::equal(text.begin(), text.end(), bytes.begin(),
                    [](char a, uint8_t b) { return uint8_t(a) == b; });
}

bool isZip(const Bytes &bytes) { return startsWith(bytes, "PK"); }

bool isFolder(const std::string &path) {
  struct stat info;
  if (::stat(path.c_str(), &info) != 0)
    fail("cannot read {}: {}", path, strerror(errno));
  return S_ISDIR(info.st_mode);
}

Array parseArray(Bytes bytes, const std::string &path,
                 const CheckHeader &check) {
  if (startsWith(bytes, "\x93NUMPY"))
    return parseNpy(std::move(bytes), path, check);
  if (isGzip(bytes.data(), bytes.size()) ||
      startsWith(bytes, std::string_view("\0\0", 2)))
    return parseIdx(std::move(bytes), path, check);
  // A file that was saved as text, such as CSV.
  auto isText = [](uint8_t byte) {
    return (byte >= ' ' && byte < 0x7f) || byte == '\n' || byte == '\r' ||
           byte == '\t';
  };
  auto end = bytes.begin() + ptrdiff_t(std::min<size_t>(bytes.size(), 64));
  fail("{}: {}, expected an NPY, NPZ or IDX file", path,
       bytes.empty() ? "the file is empty"
       : std::all_of(bytes.begin(), end, isText)
           ? "it is text, which numpy.loadtxt reads and numpy.save converts"
           : "it begins with " + describeBytes(bytes));
}

NamedArray readKey(const Npz &archive, const ArrayPlace &place,
                   const CheckHeader &check) {
  auto found =
      std::find_if(place.keys.begin(), place.keys.end(),
                   [&](const std::string &key) { return archive.has(key); });
  const std::string &key = found == place.keys.end() ? place.expected : *found;
  return {archive.read(key, check), archive.nameOf(key), archive.fileName()};
}

/// Checks an array, and that it has the rows of the first one, before it is
/// read.
CheckHeader likeFirst(const CheckHeader &check, const NamedArray &first) {
  return [&check, &first](const ArrayHeader &header) {
    if (check)
      check(header);
    if (header.shape.empty() || header.shape.front() != first.array.rows())
      fail("{} has {}, {} has {}: expected the same number", first.source,
           counted(first.array.rows(), "row"), header.source,
           header.shape.empty() ? 1 : header.shape.front());
  };
}

/// Reads arrays of the same number of rows. An archive is read once.
class ArrayReader {
public:
  explicit ArrayReader(std::unique_ptr<Npz> archive = nullptr)
      : archive(std::move(archive)) {}

  std::vector<NamedArray> read(const std::vector<ArrayPlace> &places,
                               const std::vector<CheckHeader> &checks) {
    std::vector<NamedArray> arrays(places.size());
    for (size_t i = 0; i < places.size(); ++i)
      arrays[i] =
          read(places[i], i == 0 ? checks[i] : likeFirst(checks[i], arrays[0]));
    return arrays;
  }

  NamedArray read(const ArrayPlace &place, const CheckHeader &check) {
    if (place.keys.empty())
      return {readArray(place.file, check), place.file, place.file};
    if (!archive)
      archive = std::make_unique<Npz>(place.file);
    return readKey(*archive, place, check);
  }

private:
  std::unique_ptr<Npz> archive;
};

void requireFiles(const SplitPlace &place, bool needsLabels) {
  for (const ArrayPlace &input : place.inputs)
    if (input.file.empty())
      fail("{} is not complete: there is no {}",
           std::find_if(
               place.inputs.begin(), place.inputs.end(),
               [](const ArrayPlace &other) { return !other.file.empty(); })
               ->file,
           input.expected);
  for (const ArrayPlace &labels : place.labels)
    if (needsLabels && labels.file.empty())
      fail("{} has no labels: there is no {}", place.file(), labels.expected);
}

} // namespace

Array readArray(const std::string &path, const CheckHeader &check) {
  return parseArray(readFile(path), path, check);
}

RawSplit readSplit(const std::string &data, const std::string &split,
                   const WantedArrays &wanted) {
  SplitPlace place;
  ArrayReader reader;
  if (isFolder(data)) {
    place = findSplit(data, split, wanted.names);
    requireFiles(place, true);
  } else {
    Bytes bytes = readFile(data);
    if (!isZip(bytes))
      fail("{} is neither a folder nor an .npz file", data);
    place = placeInArchive(data, wanted.names, "_" + split);
    reader = ArrayReader(std::make_unique<Npz>(std::move(bytes), data));
  }
  RawSplit raw;
  raw.inputs = reader.read(place.inputs, wanted.checkInputs);
  for (size_t i = 0; i < place.labels.size(); ++i)
    raw.labels.push_back(reader.read(
        place.labels[i], likeFirst(wanted.checkLabels[i], raw.inputs.front())));
  return raw;
}

std::vector<NamedArray> readInputs(const std::string &path,
                                   const WantedArrays &wanted) {
  const ArrayNames &names = wanted.names;
  if (isFolder(path)) {
    SplitPlace place = findSplit(path, "test", names);
    requireFiles(place, false);
    return ArrayReader().read(place.inputs, wanted.checkInputs);
  }
  Bytes bytes = readFile(path);
  if (!isZip(bytes)) {
    if (names.inputs.size() > 1)
      fail("{} holds one array, and the model has {} inputs: expected an .npz "
           "file with the arrays {}, or a data folder",
           path, names.inputs.size(), listNames(names.inputs));
    return {{parseArray(std::move(bytes), path, wanted.checkInputs.front()),
             path, path}};
  }
  auto archive = std::make_unique<Npz>(std::move(bytes), path);
  std::vector<ArrayPlace> places;
  for (size_t i = 0; i < names.inputs.size(); ++i) {
    ArrayPlace place = {path, keysOfInput(names, i), names.inputs[i]};
    for (const std::string &key : keysOfInput(names, i, "_test"))
      place.keys.push_back(key);
    std::vector<std::string> keys = archive->keys();
    if (names.inputs.size() == 1 && keys.size() == 1)
      place.keys.push_back(keys.front());
    places.push_back(std::move(place));
  }
  return ArrayReader(std::move(archive)).read(places, wanted.checkInputs);
}

std::vector<NamedArray> readNamed(const std::string &path,
                                  const std::vector<std::string> &names,
                                  const std::vector<CheckHeader> &checks) {
  Bytes bytes = readFile(path);
  if (!isZip(bytes))
    fail("{}: expected an .npz file with the arrays {}", path,
         listNames(names));
  std::vector<ArrayPlace> places;
  for (const std::string &name : names)
    places.push_back({path, {name}, name});
  return ArrayReader(std::make_unique<Npz>(std::move(bytes), path))
      .read(places, checks);
}

} // namespace vib::runtime
