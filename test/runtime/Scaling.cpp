//===- Scaling.cpp - What readers cost by the size of their input ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each reader reads an input and one four times as large. The allocations,
// their bytes and the most bytes held at once are counted, which gives the same
// numbers on every machine; the time of the processor is measured with a wide
// margin. What is linear costs four times as much, what is quadratic sixteen
// times.
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/Idx.h"
#include "runtime/Npy.h"
#include "runtime/Npz.h"
#include "runtime/Safetensors.h"
#include "test/runtime/Samples.h"

#include <malloc.h>

#include <algorithm>
#include <ctime>
#include <functional>
#include <new>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

struct Counts {
  size_t allocations = 0;
  size_t bytes = 0; ///< Of all of them.
  size_t live = 0;
  size_t peak = 0;
};
Counts counts;

} // namespace

void *operator new(size_t size) {
  void *place = malloc(std::max<size_t>(size, 1));
  if (!place)
    throw std::bad_alloc();
  size_t bytes = malloc_usable_size(place);
  ++counts.allocations;
  counts.bytes += bytes;
  counts.live += bytes;
  counts.peak = std::max(counts.peak, counts.live);
  return place;
}
void operator delete(void *place) noexcept {
  counts.live -= place ? malloc_usable_size(place) : 0;
  free(place);
}
void operator delete(void *place, size_t) noexcept { operator delete(place); }

namespace {

struct Cost {
  size_t allocations, bytes, peak;
  double seconds;
};

/// `make` makes an input of a size and returns what reads it, which owns it.
/// The input itself does not count.
using Make = std::function<std::function<void()>(size_t)>;

Cost costOf(const Make &make, size_t size) {
  Cost cost = {};
  for (int i = 0; i < 3; ++i) {
    std::function<void()> read = make(size);
    counts.allocations = counts.bytes = 0;
    size_t before = counts.peak = counts.live;
    clock_t begin = clock();
    read();
    double seconds = double(clock() - begin) / CLOCKS_PER_SEC;
    cost = {counts.allocations, counts.bytes, counts.peak - before,
            i == 0 ? seconds : std::min(seconds, cost.seconds)};
  }
  return cost;
}

/// `copies`: how often the bytes of the input, `size`, are held at most beside
/// it.
void expectLinear(const Make &make, size_t size, double copies) {
  Cost one = costOf(make, size), four = costOf(make, 4 * size);
  EXPECT_LE(double(four.allocations), 4.5 * double(one.allocations) + 20);
  EXPECT_LE(double(four.bytes), 4.5 * double(one.bytes) + 1e5);
  EXPECT_LE(double(four.peak), 4 * copies * double(size) + 1e5);
  // What takes less than that is not measured well.
  constexpr double least = 0.005;
  EXPECT_LE(four.seconds, 11 * std::max(one.seconds, least));
}

/// Numbers that compress a little.
Bytes numbers(size_t size) {
  Bytes bytes(size);
  uint32_t state = 1;
  for (uint8_t &byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = state >> 28;
  }
  return bytes;
}

constexpr size_t million = 1000000;

TEST(Scaling, Idx) {
  for (bool compressed : {false, true}) {
    auto make = [&](size_t size) {
      Bytes bytes = makeIdx(8, {uint32_t(size)}, numbers(size));
      if (compressed)
        bytes = gzip(bytes);
      return [bytes] { parseIdx(bytes, "f"); };
    };
    // The copy that is handed over, and what is inflated from it.
    expectLinear(make, million, compressed ? 2.1 : 1.1);
  }
}

TEST(Scaling, Npy) {
  for (const char *fortran : {"False", "True"}) {
    auto make = [&](size_t size) {
      std::string shape = "(" + std::to_string(size / 10) + ", 10)";
      Bytes bytes = makeNpy("|u1", shape, numbers(size), fortran);
      return [bytes] { parseNpy(bytes, "f"); };
    };
    expectLinear(make, million, fortran[0] == 'T' ? 2.1 : 1.1);
  }
}

TEST(Scaling, NpzByBytes) {
  for (bool compressed : {false, true}) {
    auto make = [&](size_t size) {
      Bytes x =
          makeNpy("|u1", "(" + std::to_string(size) + ",)", numbers(size));
      Bytes bytes = makeZip({{"x.npy", x, compressed}});
      return [bytes] { Npz(bytes, "f").read("x"); };
    };
    expectLinear(make, million, 2.1);
  }
}

TEST(Scaling, NpzByMembers) {
  auto make = [&](size_t members) {
    Bytes x = makeNpy("|u1", "(1,)", {1});
    std::vector<ZipMember> all;
    for (size_t i = 0; i < members; ++i)
      all.push_back({std::to_string(i) + ".npy", x});
    all.front().zip64 = true; // Else an archive has up to 65,535.
    Bytes bytes = makeZip(all);
    return [bytes] {
      Npz npz(bytes, "f");
      for (const std::string &key : npz.keys())
        npz.read(key);
    };
  };
  // A member takes some 270 bytes in the file, and 200 as an entry.
  expectLinear(make, 5000, 2000);
}

TEST(Scaling, SafetensorsByBytes) {
  auto make = [&](size_t size) {
    SafetensorsWriter writer;
    writer.add("x", "U8", {int64_t(size)}, numbers(size).data());
    Bytes bytes = writer.serialize();
    return [bytes] { SafetensorsReader(bytes, "f"); };
  };
  expectLinear(make, million, 1.1);
}

TEST(Scaling, SafetensorsByTensors) {
  // Writes, reads, and looks up as many tensors.
  auto make = [&](size_t tensors) {
    return [tensors] {
      SafetensorsWriter writer;
      float value = 1;
      for (size_t i = 0; i < tensors; ++i)
        writer.add("tensor" + std::to_string(i), "F32", {1}, &value);
      double sum = 1;
      writer.add("sum", "F64", {1}, &sum);
      SafetensorsReader reader(writer.serialize(), "f");
      for (size_t i = 0; i < tensors; ++i)
        EXPECT_NE(reader.find("tensor" + std::to_string(i)), nullptr);
    };
  };
  expectLinear(make, 4000, 4000);
}

TEST(Scaling, CheckpointsByParameters) {
  auto make = [&](size_t layers) {
    auto test = std::make_shared<TestModel>(false, Target::Classes, 3);
    auto names = std::make_shared<std::vector<std::string>>();
    VibParameter bias = test->parameters[1];
    uint64_t bytes = 64;
    test->parameters.clear();
    names->reserve(layers);
    for (size_t i = 0; i < layers; ++i) {
      names->push_back("encode." + std::to_string(i) + ".bias");
      bias.name = names->back().c_str();
      bias.offset = i * bytes;
      test->parameters.push_back(bias);
    }
    test->model.parameters = test->parameters.data();
    test->model.num_parameters = uint32_t(layers);
    test->model.block_bytes = layers * bytes;
    return [test, names] {
      TemporaryDirectory directory;
      State state(test->model);
      Checkpoint checkpoint;
      checkpoint.model = test->model.name;
      checkpoint.coefficients = {{"beta", 1e-3}};
      std::string path = directory.path("checkpoint");
      saveCheckpoint(path, test->model, state, checkpoint);
      loadCheckpoint(path, test->model, state);
      loadWeights(path, test->model, Use::Any, state.weights.data());
    };
  };
  expectLinear(make, 1000, 20000);
}

} // namespace
