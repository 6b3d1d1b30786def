//===- Runs.h - Runs of a compiled program ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_RUNS_H
#define VIB_TEST_RUNTIME_RUNS_H

#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace vib::runtime::test {

/// Data, and a folder for runs on them. 50 rows are 7 batches of 8, the last
/// one of 2; with 10 rows for validation they are 5 batches.
class Runs : public testing::Test {
protected:
  using Words = std::vector<std::string>;

  void SetUp() override { writeImages(path("data"), 50, 21); }

  std::string path(const std::string &name) const { return root.path(name); }
  /// A file of a run; "" if there is none.
  std::string file(const std::string &out, const std::string &name) const {
    return readText(path(out) + "/" + name);
  }

  Words words(const char *command, const std::string &out, Words flags) const {
    Words words = {command, "--data", path("data"), "--out", path(out)};
    words.insert(words.end(), flags.begin(), flags.end());
    return words;
  }
  Outcome train(const std::string &out, Words flags = {},
                const Start &start = {}) const {
    return runMock(words("train", out, std::move(flags)), start);
  }

  /// The lines of metrics.jsonl, or those of a split.
  std::vector<nlohmann::json> lines(const std::string &out,
                                    const std::string &split = "") const {
    std::vector<nlohmann::json> lines;
    for (const std::string &text : readLines(path(out) + "/metrics.jsonl")) {
      nlohmann::json line = nlohmann::json::parse(text);
      if (split.empty() || line["split"] == split)
        lines.push_back(line);
    }
    return lines;
  }

  /// Bit for bit but for the clock.
  void expectSameRun(const std::string &a, const std::string &b) const {
    bool isValidated = !lines(a, "validation").empty();
    for (const char *name :
         {"checkpoint.safetensors", "model.safetensors", "best.safetensors"}) {
      bool isThere = isValidated || name != std::string("best.safetensors");
      EXPECT_EQ(!file(a, name).empty(), isThere) << a << "/" << name;
      EXPECT_TRUE(file(a, name) == file(b, name))
          << a << " and " << b << " differ in " << name;
    }
    EXPECT_EQ(readMetrics(path(a)), readMetrics(path(b)));
  }

  TemporaryDirectory root;
};

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_RUNS_H
