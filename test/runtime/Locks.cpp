//===- Locks.cpp - Directories on file systems without locks --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/DirectoryLock.h"
#include "runtime/File.h"
#include "test/runtime/Samples.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>

using namespace vib::runtime;
using namespace vib::runtime::test;

/// What F_OFD_SETLK fails with in this process, or 0.
static int lockError = 0;

/// Takes the place of the C library's.
extern "C" int fcntl(int descriptor, int command, ...) {
  va_list arguments;
  va_start(arguments, command);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  if (command == F_OFD_SETLK && lockError) {
    errno = lockError;
    return -1;
  }
  return int(syscall(SYS_fcntl, descriptor, command, argument));
}

namespace {

class NoLocks : public testing::Test {
protected:
  void SetUp() override { lockError = ENOLCK; }
  void TearDown() override { lockError = 0; }
  std::string lockName() const { return root.path(".vib-lock"); }

  TemporaryDirectory root;
};

TEST_F(NoLocks, nothingStaysBehind) {
  {
    DirectoryLock lock(root.path());
    EXPECT_FALSE(fileExists(lockName()));
  }
  EXPECT_FALSE(fileExists(lockName()));
}

TEST_F(NoLocks, theFileOfAnotherRunStays) {
  writeFile(lockName(), "process 1 on another machine\n");
  {
    DirectoryLock lock(root.path());
  }
  EXPECT_TRUE(fileExists(lockName()));
}

TEST_F(NoLocks, whereThereAreLocksTheyHold) {
  lockError = 0;
  DirectoryLock lock(root.path());
  EXPECT_ERROR(DirectoryLock{root.path()}, "another run is writing in");
}

} // namespace
