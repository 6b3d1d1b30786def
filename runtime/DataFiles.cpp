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

NamedArray readKey(const Npz &archive, const std::string &key,
                   const CheckHeader &check) {
  return {archive.read(key, check), archive.nameOf(key), archive.fileName()};
}

/// Reads both arrays. If they differ in the number of rows, it fails before it
/// reads the labels.
template <typename Read>
RawSplit readBoth(const std::string &inputs, const std::string &labels,
                  const CheckHeader &checkInputs,
                  const CheckHeader &checkLabels, Read read) {
  RawSplit split;
  split.inputs = read(inputs, checkInputs);
  const Array &x = split.inputs.array;
  split.labels = read(labels, [&](const ArrayHeader &header) {
    checkLabels(header);
    if (header.shape.front() != x.rows())
      fail("{} has {}, {} has {}: expected the same number",
           split.inputs.source, counted(x.rows(), "row"), header.source,
           header.shape.front());
  });
  return split;
}

RawSplit readArchive(const Npz &archive, const std::string &inputsKey,
                     const std::string &labelsKey,
                     const CheckHeader &checkInputs,
                     const CheckHeader &checkLabels) {
  return readBoth(inputsKey, labelsKey, checkInputs, checkLabels,
                  [&](const std::string &key, const CheckHeader &check) {
                    return readKey(archive, key, check);
                  });
}

} // namespace

Array readArray(const std::string &path, const CheckHeader &check) {
  return parseArray(readFile(path), path, check);
}

RawSplit readSplit(const std::string &data, const std::string &split,
                   const CheckHeader &checkInputs,
                   const CheckHeader &checkLabels) {
  if (!isFolder(data)) {
    Bytes bytes = readFile(data);
    if (!isZip(bytes))
      fail("{} is neither a folder nor an .npz file", data);
    return readArchive(Npz(std::move(bytes), data), "x_" + split, "y_" + split,
                       checkInputs, checkLabels);
  }
  SplitPlace place = findSplit(data, split);
  if (!place.inputsKey.empty())
    return readArchive(Npz(place.inputs), place.inputsKey, place.labelsKey,
                       checkInputs, checkLabels);
  if (place.labels.empty())
    fail("{} has no labels: there is no {}", place.inputs, place.labelsName);
  return readBoth(place.inputs, place.labels, checkInputs, checkLabels,
                  [](const std::string &path, const CheckHeader &check) {
                    return NamedArray{readArray(path, check), path, path};
                  });
}

NamedArray readInputs(const std::string &path, const CheckHeader &check) {
  if (isFolder(path)) {
    SplitPlace place = findSplit(path, "test");
    if (!place.inputsKey.empty())
      return readKey(Npz(place.inputs), place.inputsKey, check);
    return {readArray(place.inputs, check), place.inputs, place.inputs};
  }
  Bytes bytes = readFile(path);
  if (!isZip(bytes))
    return {parseArray(std::move(bytes), path, check), path, path};
  Npz archive(std::move(bytes), path);
  std::vector<std::string> keys = archive.keys();
  std::string key = "x";
  if (!archive.has(key) && archive.has("x_test"))
    key = "x_test";
  else if (!archive.has(key) && keys.size() == 1)
    key = keys.front();
  return readKey(archive, key, check);
}

} // namespace vib::runtime
