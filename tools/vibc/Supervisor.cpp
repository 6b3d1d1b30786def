//===- Supervisor.cpp - Runs the compiler in a child process --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Supervisor.h"
#include "compiler/support/MemoryLimit.h"
#include "compiler/support/SourceMessage.h"
#include "compiler/support/UniqueFile.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/PrettyStackTrace.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

using namespace llvm;
using namespace vib;

namespace {
/// What the child tells its supervisor; memory of both.
struct Report {
  std::atomic<Stage> stage = Stage::Reading;
  std::atomic<bool> lacksMemory = false;
  /// Why LLVM gave up, if it said so.
  char reason[1024] = "";
  /// The last temporary file of the child.
  char file[PATH_MAX] = "";
};
} // namespace

static Report *report;
static std::string toolName;
static volatile sig_atomic_t child;

static constexpr int kForwarded[] = {SIGINT, SIGTERM, SIGHUP};

void vib::enterStage(Stage stage) {
  if (report)
    report->stage = stage;
  if (stage != Stage::CompilingModel)
    return;
  setBugReportMsg("vibc crashed, which is a bug in vibc. Please report it with "
                  "the model file, this\ncommand, and what --save-temps=DIR "
                  "writes.\n");
  EnablePrettyStackTrace();
  sys::PrintStackTraceOnErrorSignal(toolName);
}

//===----------------------------------------------------------------------===//
// The child
//===----------------------------------------------------------------------===//

static void keepReason(void *, const char *reason, bool) {
  strncpy(report->reason, reason, sizeof report->reason - 1);
}

/// Nothing may be allocated here.
static void endWithoutMemory(void *, const char *, bool) {
  report->lacksMemory = true;
  describeMemoryShortage(report->reason, sizeof report->reason);
  sys::RunInterruptHandlers();
  _exit(1);
}

/// LLVM calls this before its own handlers of a crash.
static void checkMemory(void *) {
  if (isMemoryShort())
    endWithoutMemory(nullptr, nullptr, false);
}

/// Removes temporary files. All signals are blocked meanwhile: the terminal
/// sends a signal to both processes, and the supervisor passes its own on.
static void endBySignal(int signal) {
  sys::RunInterruptHandlers();
  _exit(128 + signal);
}

static bool isIgnored(int signal) {
  struct sigaction action;
  return !sigaction(signal, nullptr, &action) && action.sa_handler == SIG_IGN;
}

static void setHandlers(ArrayRef<int> signals, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  sigfillset(&action.sa_mask);
  for (int signal : signals)
    sigaction(signal, &action, nullptr);
}

/// Prepares this process for compiling; `signals` are to end it.
static void startCompiler(ArrayRef<int> signals) {
  // This also installs the handlers of crashes, which remove temporary files.
  sys::SetOneShotPipeSignalFunction(sys::DefaultOneShotPipeSignalHandler);
  setHandlers(kForwarded, SIG_IGN);
  setHandlers(signals, endBySignal);
  // A file that is too large is then an error of the write, and a limit of time
  // is no crash.
  setHandlers(SIGXFSZ, SIG_IGN);
  setHandlers(SIGXCPU, SIG_DFL);
}

static int runChild(function_ref<int()> work, pid_t supervisor,
                    ArrayRef<int> signals, const sigset_t &mask) {
  // Temporary files are removed even if the supervisor is killed.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != supervisor)
    return 1;
  setTemporaryFileNote(report->file, sizeof report->file);
  install_fatal_error_handler(keepReason);
  install_bad_alloc_error_handler(endWithoutMemory);
  install_out_of_memory_new_handler();
  sys::AddSignalHandler(checkMemory, nullptr);
  startCompiler(signals);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return work();
}

//===----------------------------------------------------------------------===//
// The supervisor
//===----------------------------------------------------------------------===//

static void forward(int signal) { kill(child, signal); }

static int waitForChild() {
  int status;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR)
    ;
  return status;
}

/// Says how the child came to its end, unless it has done so itself.
static int explainEnd(StringRef input, int status) {
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
  bool hasReason = report->reason[0];
  // What LLVM ends with when a pipe is closed.
  if (code == EX_IOERR)
    return 1;
  if (WIFEXITED(status) && (!hasReason || code > 128))
    return code;
  int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  if (is_contained(kForwarded, signal))
    return 128 + signal;

  // Some ends are no fault of vibc or of the file.
  bool isKilled = !hasReason && signal == SIGKILL;
  Stage stage = report->stage;
  std::string reason = report->reason;
  bool isForTime = !hasReason && signal == SIGXCPU;
  if (isForTime)
    reason = "the limit of processor time (ulimit -t) was reached";
  else if (isKilled)
    reason = "the process was killed, perhaps because memory or processor time "
             "ran out";
  else if (!hasReason)
    reason =
        std::string(stage == Stage::Reading ? "the parser" : "the compiler") +
        " crashed (" + strsignal(signal) + ")";
  errs() << "vibc: error: " << makePrintable(input) << ": cannot be "
         << (stage == Stage::Reading ? "read" : "compiled") << ": "
         << makePrintable(reason);
  bool isFault = !report->lacksMemory && !isKilled && !isForTime;
  if (report->lacksMemory && report->file[0])
    unlink(report->file);
  if (stage == Stage::CompilingPhase && isFault)
    errs() << "; if vibc wrote the file as it is, this is a bug in vibc";
  if (stage == Stage::CompilingModel && isFault)
    errs() << "; this is a bug in vibc";
  errs() << "\n";
  return 1;
}

int vib::runSupervised(StringRef input, StringRef toolPath,
                       function_ref<int()> work) {
  toolName = toolPath.str();
  // LLVM's handlers hide what is ignored from the start, as after nohup, which
  // stays ignored.
  sys::unregisterHandlers();
  SmallVector<int> signals;
  for (int signal : kForwarded)
    if (!isIgnored(signal))
      signals.push_back(signal);
  // Where it is ignored, which a parent can leave behind, the exit code of a
  // child is lost: of the compiler here, and of the linker there.
  std::signal(SIGCHLD, SIG_DFL);
  // A signal that comes before the handlers are there waits for them.
  sigset_t blocked, mask;
  sigemptyset(&blocked);
  for (int signal : kForwarded)
    sigaddset(&blocked, signal);
  sigprocmask(SIG_BLOCK, &blocked, &mask);

  void *shared = mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  pid_t supervisor = getpid();
  child = -1;
  if (shared != MAP_FAILED) {
    report = new (shared) Report;
    child = fork();
  }
  if (child == 0)
    return runChild(work, supervisor, signals, mask);
  if (child < 0) {
    startCompiler(signals);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
    return work();
  }
  setHandlers(signals, forward);
  sigprocmask(SIG_SETMASK, &mask, nullptr);
  return explainEnd(input, waitForChild());
}
