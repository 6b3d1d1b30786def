//===- Mutations.cpp - Damaged files never crash a reader -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Thousands of damaged copies of valid files, always the same ones: bytes
// changed, runs of bytes removed, repeated or inserted, ends cut off. A reader
// may take a copy or throw an Error; anything else (another exception, a crash,
// a sanitizer's report) fails, and so does an Error that does not begin with
// the name of the file or does not say what was expected.
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/File.h"
#include "runtime/Idx.h"
#include "runtime/Npy.h"
#include "runtime/Npz.h"
#include "runtime/Philox.h"
#include "test/runtime/Samples.h"

#include <fstream>
#include <functional>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

/// A stream of numbers below a bound, from the runtime's own generator.
class Dice {
public:
  explicit Dice(uint32_t stream) : stream(stream) {}
  uint32_t roll(size_t sides) {
    uint32_t word = philox4x32({count++, stream, 0, 0}, {1, 2})[0];
    return uint32_t(uint64_t(word) * sides >> 32);
  }

private:
  uint32_t stream;
  uint32_t count = 0;
};

Bytes mutate(Bytes bytes, Dice &dice) {
  for (uint32_t left = 1 + dice.roll(4); left > 0 && !bytes.empty(); --left) {
    size_t at = dice.roll(bytes.size());
    size_t length = std::min<size_t>(1 + dice.roll(8), bytes.size() - at);
    auto begin = bytes.begin() + ptrdiff_t(at);
    switch (dice.roll(7)) {
    case 0:
      bytes[at] ^= uint8_t(1u << dice.roll(8));
      break;
    case 1:
      bytes[at] = uint8_t(dice.roll(256));
      break;
    case 2: // The ends of a number's range.
      std::fill(begin, begin + ptrdiff_t(length), dice.roll(2) ? 0xff : 0);
      break;
    case 3: // A digit, for headers of text.
      bytes[at] = uint8_t("0123456789-.,[]{}()'\""[dice.roll(21)]);
      break;
    case 4:
      bytes.erase(begin, begin + ptrdiff_t(length));
      break;
    case 5: {
      Bytes piece(begin, begin + ptrdiff_t(length));
      bytes.insert(begin, piece.begin(), piece.end());
      break;
    }
    case 6:
      bytes.resize(at);
      break;
    }
  }
  return bytes;
}

void expectErrorsOnly(const std::vector<Bytes> &samples,
                      const std::function<void(const Bytes &)> &read,
                      const std::string &name = "f", int mutations = 4000) {
  int taken = 0, refused = 0;
  for (size_t sample = 0; sample < samples.size(); ++sample) {
    ASSERT_NO_THROW(read(samples[sample])) << "sample " << sample;
    Dice dice{uint32_t(sample)};
    for (int i = 0; i < mutations; ++i) {
      Bytes bytes = mutate(samples[sample], dice);
      try {
        read(bytes);
        ++taken;
      } catch (const Error &error) {
        ++refused;
        // Place, what was found, and what was expected.
        std::string message = error.what();
        ASSERT_EQ(message.rfind(name, 0), 0u) << message;
        ASSERT_NE(message.find("expected"), std::string::npos)
            << "it does not say what was expected: " << message;
      } catch (const std::exception &error) {
        FAIL() << "sample " << sample << ", mutation " << i << ": "
               << error.what();
      }
    }
  }
  // The damage is real, and not all of it in the first bytes.
  EXPECT_GT(refused, taken / 10);
}

const Bytes payload = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

TEST(Mutations, Idx) {
  Bytes plain = makeIdx(8, {2, 2, 3}, payload);
  expectErrorsOnly({plain, gzip(plain), makeIdx(0x0D, {3}, payload)},
                   [](const Bytes &bytes) { parseIdx(bytes, "f"); });
}

TEST(Mutations, Npy) {
  expectErrorsOnly({makeNpy("|u1", "(2, 2, 3)", payload),
                    makeNpy("<f4", "(3,)", payload),
                    makeNpy(">i2", "(2, 3)", payload, "True", 2), numpyFortran},
                   [](const Bytes &bytes) { parseNpy(bytes, "f"); });
}

TEST(Mutations, Npz) {
  Bytes x = makeNpy("|u1", "(2, 2, 3)", payload);
  expectErrorsOnly({numpySavez, numpySavezCompressed,
                    makeZip({{"x.npy", x, true, true}, {"y.npy", x}})},
                   [](const Bytes &bytes) {
                     Npz npz(bytes, "f");
                     for (const std::string &key : npz.keys())
                       npz.read(key);
                   });
}

TEST(Mutations, Safetensors) {
  SafetensorsWriter writer;
  writer.metadata = {{"a", "b"}};
  writer.add("x", "U8", {3, 4}, payload.data());
  writer.add("y", "F32", {3}, payload.data());
  expectErrorsOnly({writer.serialize()}, [](const Bytes &bytes) {
    SafetensorsReader reader(bytes, "f");
    // What it names is there to be read.
    uint32_t sum = 0;
    for (const SafetensorsReader::Tensor &tensor : reader.tensors())
      for (uint64_t i = 0; i < tensor.size; ++i)
        sum += tensor.data[i];
    EXPECT_LT(sum, 1u << 20);
  });
}

TEST(Mutations, Checkpoints) {
  TestModel test(false, Target::Classes, 3);
  TemporaryDirectory directory;
  State state(test.model);
  Checkpoint checkpoint;
  checkpoint.model = test.model.name;
  checkpoint.coefficients = {{"beta", 1e-3}};
  checkpoint.sums = {{"nll", {1, 2}}};
  std::string whole = directory.path("whole");
  std::string damaged = directory.path("damaged");
  saveCheckpoint(whole, test.model, state, checkpoint);
  // Without checksums, as earlier versions wrote it, more of what is damaged is
  // read.
  SafetensorsReader reader(whole);
  SafetensorsWriter earlier;
  earlier.metadata = reader.metadata();
  earlier.metadata.erase("checksums");
  earlier.metadata.erase("checksum");
  for (const SafetensorsReader::Tensor &tensor : reader.tensors())
    earlier.add(tensor.name, tensor.type, tensor.shape, tensor.data);
  expectErrorsOnly(
      {readFile(whole), earlier.serialize()},
      [&](const Bytes &bytes) {
        std::ofstream(damaged, std::ios::binary)
            .write(reinterpret_cast<const char *>(bytes.data()),
                   std::streamsize(bytes.size()));
        loadWeights(damaged, test.model, Use::Any, state.weights.data());
        loadCheckpoint(damaged, test.model, state);
      },
      damaged, /*mutations=*/1000);
}

} // namespace
