//===- Streams.cpp - The standard streams of a tool -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/Streams.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>

using namespace llvm;

static const char *toolName;

/// LLVM's streams end the process if they have an error when they are
/// destroyed, which is after this.
static void checkStreams() {
  raw_fd_ostream &out = outs();
  out.flush();
  std::error_code error = out.error();
  out.clear_error();
  if (error)
    errs() << toolName << ": error: cannot write to stdout: " << error.message()
           << "\n";
  errs().clear_error();
  if (error)
    _exit(1);
}

void vib::prepareStreams(StringLiteral tool) {
  toolName = tool.data();
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // The lowest free descriptor is the one that is closed.
      (void)!open("/dev/null",
                  descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
  // Both are constructed before checkStreams() is registered, so that it runs
  // before they are destroyed.
  outs();
  errs();
  std::atexit(checkStreams);
}
