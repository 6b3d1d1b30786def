//===- Program.h - A compiled program, run by a test ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_PROGRAM_H
#define VIB_TEST_RUNTIME_PROGRAM_H

#include <sys/types.h>

#include <string>
#include <vector>

namespace vib::runtime::test {

struct Outcome {
  int exitCode = -1; ///< Minus the signal if one ended it.
  std::string out;
  std::string err;
  double seconds = 0; ///< Of processors.
  long resident = 0;  ///< The most bytes of memory.
};

struct Start {
  std::vector<std::string> environment; ///< "NAME=value", added.
  long fileLimit = -1;                  ///< RLIMIT_FSIZE in bytes.
  long addressLimit = -1;               ///< RLIMIT_AS in bytes.
  long secondsLimit = -1;               ///< RLIMIT_CPU, the soft one.
  std::string out;                      ///< Where stdout goes, if not caught.
  std::string err;                      ///< Where stderr goes, if not caught.
  std::vector<int> closed;              ///< Descriptors that are not open.
  std::vector<int> ignored;             ///< Signals that are ignored.
  int outDescriptor = -1;               ///< Becomes stdout.
};

/// Starts vib-mock; `directory` gets its output. Returns its process.
pid_t startMock(const std::vector<std::string> &arguments,
                const std::string &directory, const Start &start = {});
/// Waits for it.
Outcome waitForMock(pid_t process, const std::string &directory);
/// Both.
Outcome runMock(const std::vector<std::string> &arguments,
                const Start &start = {});

/// Writes `train` and `test` rows of data for the classifier: images of 2 x 2
/// whose brightest pixel tells the class.
void writeImages(const std::string &directory, int train, int test);
/// The same for the regression: the target is a sum of the inputs.
void writeNumbers(const std::string &directory, int train, int test);

/// Checks that `text` has `part` in it.
void expectIn(const std::string &text, const std::string &part);

std::string readText(const std::string &path);
std::vector<std::string> readLines(const std::string &path);
/// The lines of metrics.jsonl without their seconds.
std::vector<std::string> readMetrics(const std::string &directory);

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_PROGRAM_H
