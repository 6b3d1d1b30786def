//===- Program.cpp - A compiled program, run by a test --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/runtime/Program.h"
#include "runtime/Npy.h"
#include "runtime/Philox.h"
#include "test/runtime/Samples.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

namespace vib::runtime::test {

static void redirect(const std::string &path, int descriptor) {
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (file < 0 || dup2(file, descriptor) < 0)
    _exit(126);
  close(file);
}

pid_t startMock(const std::vector<std::string> &arguments,
                const std::string &directory, const Start &start) {
  std::vector<char *> words = {const_cast<char *>("mock")};
  for (const std::string &argument : arguments)
    words.push_back(const_cast<char *>(argument.c_str()));
  words.push_back(nullptr);
  std::string out = start.out.empty() ? directory + "/out" : start.out;
  std::string err = start.err.empty() ? directory + "/err" : start.err;

  pid_t process = fork();
  if (process != 0)
    return process;
  redirect(out, STDOUT_FILENO);
  redirect(err, STDERR_FILENO);
  if (start.outDescriptor >= 0)
    dup2(start.outDescriptor, STDOUT_FILENO);
  for (int descriptor : start.closed)
    close(descriptor);
  // A shell starts what runs in its background with SIGINT ignored.
  for (int usual : {SIGINT, SIGTERM, SIGHUP, SIGXCPU})
    signal(usual, SIG_DFL);
  for (int ignored : start.ignored)
    signal(ignored, SIG_IGN);
  for (const std::string &variable : start.environment)
    putenv(const_cast<char *>(variable.c_str()));
  auto limit = [](decltype(RLIMIT_AS) resource, long most) {
    rlimit value = {rlim_t(most), rlim_t(most)};
    if (most >= 0)
      setrlimit(resource, &value);
  };
  limit(RLIMIT_FSIZE, start.fileLimit);
  limit(RLIMIT_AS, start.addressLimit);
  // At the hard limit the kernel kills the process.
  rlimit seconds = {rlim_t(start.secondsLimit), 60};
  if (start.secondsLimit >= 0)
    setrlimit(RLIMIT_CPU, &seconds);
  execv(VIB_MOCK, words.data());
  _exit(127);
}

Outcome waitForMock(pid_t process, const std::string &directory) {
  int status = 0;
  rusage usage = {};
  wait4(process, &status, 0, &usage);
  Outcome outcome;
  auto secondsOf = [](timeval time) {
    return double(time.tv_sec) + double(time.tv_usec) * 1e-6;
  };
  outcome.seconds = secondsOf(usage.ru_utime) + secondsOf(usage.ru_stime);
  outcome.resident = usage.ru_maxrss * 1024;
  outcome.exitCode =
      WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  outcome.out = readText(directory + "/out");
  outcome.err = readText(directory + "/err");
  return outcome;
}

Outcome runMock(const std::vector<std::string> &arguments, const Start &start) {
  TemporaryDirectory directory;
  pid_t process = startMock(arguments, directory.path(), start);
  return waitForMock(process, directory.path());
}

/// Random bytes that every call gives again.
static uint32_t randomByte(uint32_t index, uint32_t row) {
  return randomWords(99, Purpose::SyntheticData, index, row, 0)[0] >> 24;
}

void writeImages(const std::string &directory, int train, int test) {
  mkdir(directory.c_str(), 0755);
  for (auto [name, rows, seed] :
       {std::tuple{"train", train, 0}, std::tuple{"test", test, 1 << 20}}) {
    std::vector<uint8_t> images;
    std::vector<int64_t> labels;
    for (int row = 0; row < rows; ++row) {
      uint8_t pixels[4];
      for (int i = 0; i < 4; ++i)
        pixels[i] = uint8_t(randomByte(uint32_t(i), uint32_t(row + seed)));
      images.insert(images.end(), pixels, pixels + 4);
      labels.push_back(std::max_element(pixels, pixels + 3) - pixels);
    }
    std::string prefix = directory + "/" + name;
    writeNpy(prefix + "_x.npy", ElementType::U8, {rows, 2, 2}, images.data());
    writeNpy(prefix + "_y.npy", ElementType::I64, {rows}, labels.data());
  }
}

void writeNumbers(const std::string &directory, int train, int test) {
  mkdir(directory.c_str(), 0755);
  for (auto [name, rows, seed] :
       {std::tuple{"train", train, 0}, std::tuple{"test", test, 1 << 20}}) {
    std::vector<float> inputs, targets;
    for (int row = 0; row < rows; ++row) {
      float sum = 0;
      for (int i = 0; i < 4; ++i) {
        inputs.push_back(
            float(randomByte(uint32_t(i), uint32_t(row + seed))) / 255 - 0.5f);
        sum += inputs.back();
      }
      targets.push_back(sum);
    }
    std::string prefix = directory + "/" + name;
    writeNpy(prefix + "_x.npy", ElementType::F32, {rows, 4}, inputs.data());
    writeNpy(prefix + "_y.npy", ElementType::F32, {rows, 1}, targets.data());
  }
}

void expectIn(const std::string &text, const std::string &part) {
  EXPECT_NE(text.find(part), std::string::npos)
      << "no '" << part << "' in: " << text;
}

std::string readText(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> readLines(const std::string &path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line);
  return lines;
}

std::vector<std::string> readMetrics(const std::string &directory) {
  std::vector<std::string> lines = readLines(directory + "/metrics.jsonl");
  for (std::string &line : lines)
    line.resize(line.find(",\"seconds\":"));
  return lines;
}

} // namespace vib::runtime::test
