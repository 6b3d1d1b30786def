//===- Files.cpp - Atomic writes and their failures -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/OutputDirectory.h"
#include "test/runtime/Samples.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <climits>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace vib::runtime;
using namespace vib::runtime::test;
namespace fs = std::filesystem;

namespace {

std::string textOf(const std::string &path) {
  Bytes bytes = readFile(path);
  return {bytes.begin(), bytes.end()};
}

size_t filesIn(const TemporaryDirectory &directory) {
  return size_t(std::distance(fs::directory_iterator(directory.path()), {}));
}

/// Makes writes beyond `bytes` fail for the life of the object, as a full disk
/// does, whoever runs the test.
class SizeLimit {
public:
  explicit SizeLimit(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    rlimit limit = {bytes, old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SizeLimit() { setrlimit(RLIMIT_FSIZE, &old); }

private:
  rlimit old;
};

TEST(Files, AtomicFileIsThereOnlyAfterCommit) {
  TemporaryDirectory directory;
  std::string path = directory.path("a");
  writeFile(path, "old");
  {
    AtomicFile file(path);
    file.write("new");
    EXPECT_EQ(textOf(path), "old");
  }
  EXPECT_EQ(textOf(path), "old");
  EXPECT_EQ(filesIn(directory), 1u);
  {
    AtomicFile file(path);
    file.write("new");
    file.commit();
  }
  EXPECT_EQ(textOf(path), "new");
  EXPECT_EQ(filesIn(directory), 1u);
}

TEST(Files, FullDiskLeavesTheOldFile) {
  TemporaryDirectory directory;
  std::string path = directory.path("a");
  writeFile(path, "old");
  {
    SizeLimit limit(1000);
    EXPECT_ERROR(writeFile(path, std::string(5000, 'x')), "cannot write");
  }
  EXPECT_EQ(textOf(path), "old");
  EXPECT_EQ(filesIn(directory), 1u);
}

TEST(Files, FullDiskIsNamed) {
  if (!fileExists("/dev/full"))
    GTEST_SKIP() << "there is no /dev/full; it needs one";
  EXPECT_ERROR(writeFile("/dev/full", "x"),
               "cannot write /dev/full: No space left on device");
}

TEST(Files, AFileWithoutEndIsNotRead) {
  if (!fileExists("/dev/zero"))
    GTEST_SKIP() << "there is no /dev/zero; it needs one";
  EXPECT_ERROR(readFile("/dev/zero"), "cannot read /dev/zero: it is a device");
}

TEST(Files, MissingDirectoryIsNamed) {
  TemporaryDirectory directory;
  EXPECT_ERROR(writeFile(directory.path("no/a"), "x"),
               "no/a: No such file or directory");
}

TEST(Files, DirectoryInTheWayIsNamed) {
  TemporaryDirectory directory;
  EXPECT_ERROR(writeFile(directory.path(), "x"), "it is a directory");
  EXPECT_ERROR(readFile(directory.path()), " is a folder, expected a file");
}

TEST(Files, DeviceIsWrittenNotReplaced) {
  writeFile("/dev/null", "x");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(Files, PipeIsReadAndWritten) {
  TemporaryDirectory directory;
  std::string path = directory.path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0666), 0);
  std::string big(300000, 'b');
  std::thread writer([&] { writeFile(path, big); });
  EXPECT_EQ(textOf(path), big);
  writer.join();
  EXPECT_TRUE(fs::is_fifo(path));
}

TEST(Files, LinkIsFollowed) {
  TemporaryDirectory directory;
  writeFile(directory.path("target"), "old");
  fs::create_symlink("target", directory.path("link"));
  writeFile(directory.path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(directory.path("link")));
  EXPECT_EQ(textOf(directory.path("target")), "new");
}

TEST(Files, ModeOfTheOldFileIsKept) {
  TemporaryDirectory directory;
  std::string path = directory.path("a");
  writeFile(path, "old");
  fs::permissions(path, fs::perms(0640));
  writeFile(path, "new");
  EXPECT_EQ(fs::status(path).permissions(), fs::perms(0640));
}

TEST(Files, StaleTemporariesAreRemovedAndNothingElse) {
  TemporaryDirectory directory;
  std::string out = directory.path("deep/out");
  fs::create_directories(out);
  for (const char *name :
       {".a.vib-tmp", ".a.123-0.vib-tmp", ".b.123-0.vib-tmp", "a"})
    writeFile(out + "/" + name, "text");
  OutputDirectory opened(out, {"a"});
  EXPECT_FALSE(fileExists(out + "/.a.vib-tmp"));
  EXPECT_FALSE(fileExists(out + "/.a.123-0.vib-tmp"));
  EXPECT_TRUE(fileExists(out + "/.b.123-0.vib-tmp"));
  EXPECT_EQ(textOf(out + "/a"), "text");
}

TEST(Files, ALockedDirectoryIsRefusedAndItsHolderNamed) {
  TemporaryDirectory directory;
  {
    OutputDirectory first(directory.path("out"), {});
    // Also within one process, as two trainings in two threads are.
    EXPECT_ERROR(OutputDirectory(directory.path("out"), {}),
                 fmt::format("(process {} on ", getpid()));
    // Being refused takes nothing away from the holder.
    EXPECT_ERROR(OutputDirectory(directory.path("out"), {}),
                 "another run is writing in");
  }
  EXPECT_FALSE(fileExists(directory.path("out")));
  // What a killed run left does not lock anything.
  fs::create_directory(directory.path("out"));
  writeFile(directory.path("out/.vib-lock"), "process 1 on elsewhere\n");
  OutputDirectory second(directory.path("out"), {});
}

TEST(Files, LocksExcludeEachOtherWhileTheyComeAndGo) {
  TemporaryDirectory directory;
  fs::create_directory(directory.path("out"));
  std::atomic<int> inside{0}, entered{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread)
    threads.emplace_back([&] {
      for (int attempt = 0; attempt < 300; ++attempt)
        try {
          OutputDirectory held(directory.path("out"), {});
          EXPECT_EQ(++inside, 1);
          ++entered;
          --inside;
        } catch (const Error &) {
          // Another one has it.
        }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_GT(entered, 0);
}

TEST(Files, PathsThatCannotBeLookedUpAreNamed) {
  TemporaryDirectory directory;
  fs::create_symlink("loop", directory.path("loop"));
  EXPECT_ERROR(fileExists(directory.path("loop")), "loop: Too many levels");
  EXPECT_ERROR(OutputDirectory(directory.path("loop/a"), {}), "cannot");
  EXPECT_ERROR(fileExists(directory.path(std::string(300, 'n'))), "too long");
  EXPECT_ERROR(OutputDirectory(directory.path(std::string(300, 'n')), {}),
               "too long");
  EXPECT_FALSE(fileExists(directory.path("nothing/below")));
}

TEST(Files, DirectoriesThatWereMadeForNothingAreRemoved) {
  TemporaryDirectory directory;
  for (const char *name : {"a/b", "a/b/", "c"})
    OutputDirectory(directory.path(name), {});
  EXPECT_FALSE(fileExists(directory.path("a")));
  EXPECT_FALSE(fileExists(directory.path("c")));
  // Nor those that were there, nor those that hold something.
  fs::create_directory(directory.path("there"));
  OutputDirectory(directory.path("there"), {});
  EXPECT_TRUE(fileExists(directory.path("there")));
  {
    OutputDirectory output(directory.path("there/x/y"), {});
    writeFile(directory.path("there/x/file"), "");
  }
  EXPECT_FALSE(fileExists(directory.path("there/x/y")));
  EXPECT_TRUE(fileExists(directory.path("there/x/file")));
}

TEST(Files, DirectoriesThatWereMadeInVainAreRemoved) {
  // So long a path that a file's name no longer fits behind it: not even root
  // can write there.
  TemporaryDirectory directory;
  std::string path = directory.path("deep");
  while (path.size() < PATH_MAX - 100)
    path += "/" + std::string(80, 'd');
  path += "/" + std::string(PATH_MAX - path.size() - 5, 'd');
  EXPECT_ERROR(OutputDirectory(path, {}), "cannot write in");
  EXPECT_FALSE(fileExists(directory.path("deep")));
}

TEST(Files, DirectoryThatIsAFileIsNamed) {
  TemporaryDirectory directory;
  writeFile(directory.path("a"), "x");
  EXPECT_ERROR(OutputDirectory(directory.path("a"), {}),
               "is a file, expected a folder");
  EXPECT_ERROR(OutputDirectory(directory.path("a/b"), {}), "cannot make");
}

TEST(Files, UnwritableDirectoryIsNamed) {
  if (geteuid() == 0) {
    // Root may write everywhere but in the kernel's own trees.
    EXPECT_ERROR(OutputDirectory("/proc/self", {}), "cannot write in");
    return;
  }
  TemporaryDirectory directory;
  fs::permissions(directory.path(), fs::perms(0500));
  EXPECT_ERROR(OutputDirectory(directory.path(), {}), "Permission denied");
  EXPECT_ERROR(writeFile(directory.path("a"), "x"), "Permission denied");
  fs::permissions(directory.path(), fs::perms(0700));
}

TEST(Files, LineFileGoesOnAfterTheKeptBytes) {
  TemporaryDirectory directory;
  std::string path = directory.path("metrics.jsonl");
  {
    LineFile file(path, 0);
    file.append("one");
    file.append("two");
    file.append("three");
    file.sync();
  }
  std::ofstream(path, std::ios::app) << "half";
  LineFile(path, 8).append("3");
  EXPECT_EQ(textOf(path), "one\ntwo\n3\n");
  EXPECT_ERROR(LineFile(path, 11), "10 bytes, expected at least 11");
  EXPECT_EQ(textOf(path), "one\ntwo\n3\n");
  LineFile(path, 0);
  EXPECT_TRUE(fileExists(path));
  EXPECT_EQ(textOf(path), "");
  LineFile(directory.path("unused.jsonl"), 0);
  directory.write("left.jsonl", {});
  LineFile(directory.path("left.jsonl"), 0);
  EXPECT_FALSE(fileExists(directory.path("unused.jsonl")));
  EXPECT_FALSE(fileExists(directory.path("left.jsonl")));
}

TEST(Files, LineFileOnAFullDiskKeepsWholeLines) {
  TemporaryDirectory directory;
  std::string path = directory.path("metrics.jsonl");
  LineFile file(path, 0);
  file.append("whole");
  {
    SizeLimit limit(10);
    EXPECT_ERROR(file.append("does not fit"), "cannot write");
  }
  EXPECT_EQ(textOf(path), "whole\n");
}

} // namespace
