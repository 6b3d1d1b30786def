//===- ProgramScaling.cpp - What commands cost by the size of the data ----===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each command runs on some rows and on four times as many. What is linear
// takes four times as long, what is quadratic sixteen times; the margin is
// wide, and the time is that of processors, which other programs do not change.
//
//===----------------------------------------------------------------------===//

#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <algorithm>

using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

class ProgramScaling : public testing::Test {
protected:
  static constexpr int rows = 50000;

  std::string data(int times) const {
    return root.path("data" + std::to_string(times));
  }

  /// The best of two runs.
  Outcome run(Words words) const {
    words.insert(words.end(), {"--threads", "1", "--quiet"});
    Outcome best;
    for (int i = 0; i < 2; ++i) {
      for (std::string &word : words)
        if (word.rfind(root.path("out"), 0) == 0)
          word += "+";
      Outcome outcome = runMock(words);
      EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
      if (i == 0 || outcome.seconds < best.seconds)
        best = outcome;
    }
    return best;
  }

  /// `make` gives the command for data of so many times `rows`. A row takes
  /// `bytesOfRow` bytes of memory at most.
  template <typename Make> void expectLinear(Make make, double bytesOfRow) {
    Outcome one = run(make(1)), four = run(make(4));
    EXPECT_LE(four.seconds, 10 * std::max(one.seconds, 0.02));
    if (!vib::runtime::test::sanitized) {
      EXPECT_LE(double(four.resident - one.resident),
                3 * rows * bytesOfRow + 2e6);
    }
  }

  void SetUp() override {
    for (int times : {1, 4})
      writeImages(data(times), times * rows, times * rows);
  }

  TemporaryDirectory root;
};

TEST_F(ProgramScaling, timeAndMemoryAreLinearInTheRows) {
  // An image of 4 bytes, its label as it is read (8) and as it stays (4), and
  // its place in the order (4).
  auto train = [&](int times) -> Words {
    return {"train",
            "--data",
            data(times),
            "--out",
            root.path("out" + std::to_string(times)),
            "--epochs",
            "1",
            "--eval",
            "none"};
  };
  expectLinear(train, 20);
  Words weights = train(1);
  weights[4] = root.path("run");
  ASSERT_EQ(runMock(weights).exitCode, 0);
  std::string model = root.path("run/model.safetensors");
  auto eval = [&](int times) -> Words {
    return {"eval", "--data",    data(times), "--weights",
            model,  "--samples", "1"};
  };
  expectLinear(eval, 16);
  auto predict = [&](int times) -> Words {
    return {"predict", "--input",  data(times) + "/test_x.npy", "--weights",
            model,     "--output", root.path("out.npy"),        "--what",
            "z"};
  };
  expectLinear(predict, 4);
  auto decode = [&](int times) -> Words {
    std::string z = root.path("z" + std::to_string(times) + ".npy");
    Words words = predict(times);
    words[6] = z;
    EXPECT_EQ(runMock(words).exitCode, 0);
    return {"decode",   "--input",           z, "--weights", model,
            "--output", root.path("out.npy")};
  };
  // Two latents of float64, as they are read and as they stay.
  expectLinear(decode, 32);
}

} // namespace
