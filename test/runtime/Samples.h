//===- Samples.h - Files and models for the tests of the runtime *- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_SAMPLES_H
#define VIB_TEST_RUNTIME_SAMPLES_H

#include "runtime/Abi.h"
#include "runtime/Array.h"
#include "runtime/Checkpoint.h"
#include "runtime/Error.h"
#include "runtime/Memory.h"
#include "test/runtime/TestLists.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

/// Checks that `statement` throws an Error whose message has `text` in it.
#define EXPECT_ERROR(statement, text)                                          \
  try {                                                                        \
    statement;                                                                 \
    ADD_FAILURE() << "no error, expected: " << (text);                         \
  } catch (const vib::runtime::Error &error) {                                 \
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos)         \
        << "the error is: " << error.what();                                   \
  }

namespace vib::runtime::test {

/// Whether a sanitizer watches, which needs all of the address space.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool sanitized = true;
#elif defined(__has_feature)
constexpr bool sanitized =
    __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
constexpr bool sanitized = false;
#endif

/// A directory that is gone after the test.
class TemporaryDirectory {
public:
  TemporaryDirectory();
  ~TemporaryDirectory();
  std::string path(const std::string &name = "") const;
  std::string write(const std::string &name, const Bytes &bytes) const;
  /// Writes a text, and makes the directories that `name` is in.
  void put(const std::string &name, const std::string &text) const;

private:
  std::string directory;
};

inline void append(Bytes &bytes, const Bytes &more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

/// The bytes of values in the machine's order.
template <typename T> Bytes toBytes(const std::vector<T> &values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!values.empty())
    memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

template <typename T> std::vector<T> valuesOf(const Array &array) {
  std::vector<T> values(array.data.size() / sizeof(T));
  if (!values.empty())
    memcpy(values.data(), array.data.data(), values.size() * sizeof(T));
  return values;
}

/// An IDX file; multi-byte payloads are given with the high byte first.
Bytes makeIdx(uint8_t type, const std::vector<uint32_t> &shape,
              const Bytes &payload);
Bytes gzip(const Bytes &bytes);

Bytes makeNpy(const std::string &description, const std::string &shape,
              const Bytes &payload, const char *fortran = "False",
              int version = 1);

/// An NPY file from the disk.
Array readNpy(const std::string &path);

struct ZipMember {
  std::string name;
  Bytes bytes;
  bool deflate = false;
  bool zip64 = false;
};
Bytes makeZip(const std::vector<ZipMember> &members);

/// Written by NumPy 2: arr = [[1, -2], [3, 4], [5, 6]] as '>i2' in Fortran
/// order; archives with x = float32 [[0, 1, 2], [3, 4, 5]], y = int64 [1, 0].
extern const Bytes numpyFortran, numpySavez, numpySavezCompressed;

/// Writes and reads the files of a run.
void saveCheckpoint(const std::string &path, const VibModel &model,
                    const State &state, const Checkpoint &checkpoint);
void saveWeights(const std::string &path, const VibModel &model,
                 const void *block, bool average, const Checkpoint &checkpoint);
Metadata loadWeights(const std::string &path, const VibModel &model, Use use,
                     void *block);

/// A model descriptor with storage of its own. The parameters are
/// encode.0.weight [out 2, in 3], encode.0.bias [2] and decode.noise, a scalar.
struct TestModel {
  /// `bytes`: an image [4, height, width] of uint8 that it scales; otherwise x
  /// [4, height * width] of `type`.
  TestModel(bool bytes, Target kind, int64_t outputs, VibType type = VIB_F32,
            int64_t height = 2, int64_t width = 3);

  std::vector<VibTensor> tensors;
  std::vector<VibParameter> parameters;
  TestLists lists;
  VibModel model = {};
  Memory arena;
};

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_SAMPLES_H
