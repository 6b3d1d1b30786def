//===- Program.cpp - A compiled program, but for its main -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Program.h"
#include "runtime/Bench.h"
#include "runtime/CpuFeatures.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/Info.h"
#include "runtime/Options.h"
#include "runtime/Predict.h"
#include "runtime/Signals.h"
#include "runtime/ThreadPool.h"
#include "runtime/Train.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>

namespace vib::runtime {

static void checkDescriptor(const VibModel &model) {
  if (model.magic != VIB_ABI_MAGIC || model.version != VIB_ABI_VERSION ||
      model.size != sizeof(VibModel))
    fail("the model's object has interface {}, the runtime's library {}: "
         "compile the model again with the vibc of this library",
         model.version, VIB_ABI_VERSION);
}

static int runCommand(const VibModel &model, const Options &options) {
  if (options.command == Command::Info)
    return runInfo(model, options);

  checkCpu(model);
  useIeeeArithmetic();
  catchInterrupts();
  switch (options.command) {
  case Command::Train:
    return runTrain(model, options);
  case Command::Eval:
    return runEval(model, options);
  case Command::Predict:
    return runPredict(model, options);
  default:
    return runBench(model, options);
  }
}

int runProgram(const VibModel &model, int argc, const char *const *argv) {
  auto complain = [&](const char *what) {
    fmt::print(stderr, "{}: error: {}\n", model.name, what);
    return 1;
  };
  try {
    checkDescriptor(model);
    int exitCode = 0;
    std::optional<Options> options = parseOptions(model, argc, argv, exitCode);
    if (options)
      exitCode = runCommand(model, *options);
    if (exitCode == 0 && (std::fflush(stdout) != 0 || std::ferror(stdout)))
      fail("cannot write to the standard output: {}", std::strerror(errno));
    return exitCode;
  } catch (const Interrupted &) {
    fmt::print(stderr, "{}: interrupted\n", model.name);
    return 130;
  } catch (const std::bad_alloc &) {
    return complain("out of memory");
  } catch (const std::exception &error) {
    return complain(error.what());
  }
}

} // namespace vib::runtime
