//===- Program.cpp - A compiled program without its main ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Program.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Bench.h"
#include "runtime/Console.h"
#include "runtime/CpuFeatures.h"
#include "runtime/Decode.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/File.h"
#include "runtime/Info.h"
#include "runtime/ModelLists.h"
#include "runtime/Options.h"
#include "runtime/Predict.h"
#include "runtime/Signals.h"
#include "runtime/Sweep.h"
#include "runtime/ThreadPool.h"
#include "runtime/Train.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

namespace vib::runtime {

/// Whether the result is a file, not what is printed.
static bool writesFile(const Options &options) {
  bool predicts =
      options.command == Command::Predict || options.command == Command::Decode;
  return options.command == Command::Train ||
         options.command == Command::Sweep ||
         (predicts && options.output != standardOutput);
}

static int runCommand(const VibModel &model, const Options &options) {
  if (options.command == Command::Info)
    return runInfo(model, options);

  checkCpu(model);
  useIeeeArithmetic();
  catchInterrupts();
  if (writesFile(options))
    surviveClosedPipes();
  switch (options.command) {
  case Command::Train:
    return runTrain(model, options);
  case Command::Sweep:
    return runSweep(model, options);
  case Command::Eval:
    return runEval(model, options);
  case Command::Predict:
    return runPredict(model, options);
  case Command::Decode:
    return runDecode(model, options);
  default:
    return runBench(model, options);
  }
}

static int reportError(const char *what) {
  printMessage("error", what);
  return 1;
}

static std::terminate_handler terminateByDefault;

/// Some libraries allocate memory where they must not throw: nlohmann::json
/// does so in its destructor. A failed allocation is reported there, too.
static void terminate() {
  try {
    if (std::exception_ptr error = std::current_exception())
      std::rethrow_exception(error);
  } catch (const std::bad_alloc &) {
    std::_Exit(reportError(describeBadAlloc()));
  } catch (...) {
  }
  terminateByDefault();
}

int runProgram(const VibModel &model, int argc, const char *const *argv) {
  openStandardDescriptors();
  setProgramName(argc > 0 ? argv[0] : model.name);
  if (!terminateByDefault)
    terminateByDefault = std::set_terminate(terminate);
  try {
    checkDescriptor(model);
    int exitCode = 0;
    std::optional<Options> options = parseOptions(model, argc, argv, exitCode);
    if (options)
      exitCode = runCommand(model, *options);
    int error = flushOutput();
    // Where the result is a file, the output may be closed. A pipe that is
    // closed ends the other commands by SIGPIPE.
    bool isClosed = error == EPIPE || error == EBADF;
    if (exitCode == 0 && error &&
        !(isClosed && options && writesFile(*options)))
      fail("cannot write to the standard output: {}", std::strerror(error));
    return exitCode;
  } catch (const Interrupted &) {
    complain("{}: interrupted\n", programName());
    return interruptionCode();
  } catch (const std::bad_alloc &) {
    return reportError(describeBadAlloc());
  } catch (const std::exception &error) {
    return reportError(error.what());
  }
}

} // namespace vib::runtime
