//===- UniqueFile.cpp - Files with a name of their own --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/UniqueFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errc.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

static char *fileNote;
static size_t fileNoteSize;

void vib::setTemporaryFileNote(char *note, size_t size) {
  fileNote = note;
  fileNoteSize = size;
}

std::error_code vib::createUniqueFile(StringRef prefix, StringRef suffix,
                                      unsigned mode, int &descriptor,
                                      SmallVectorImpl<char> &path) {
  std::error_code error;
  do {
    path.clear();
    (prefix + utohexstr(sys::Process::GetRandomNumber()) + suffix)
        .toVector(path);
    StringRef name(path.data(), path.size());
    if (name.size() < fileNoteSize) {
      memcpy(fileNote, name.data(), name.size());
      fileNote[name.size()] = 0;
    }
    // Before the file exists, because this allocates.
    sys::RemoveFileOnSignal(name);
    error = sys::fs::openFile(name, descriptor, sys::fs::CD_CreateNew,
                              sys::fs::FA_Write, sys::fs::OF_None, mode);
    if (error)
      sys::DontRemoveFileOnSignal(name);
  } while (error == errc::file_exists);
  return error;
}

Error vib::createTemporaryFile(StringRef stem, StringRef extension,
                               SmallVectorImpl<char> &path, int *descriptor) {
  SmallString<128> directory;
  sys::path::system_temp_directory(/*erasedOnReboot=*/true, directory);
  SmallString<128> prefix(directory);
  sys::path::append(prefix, stem + "-");
  int opened;
  if (std::error_code error = createUniqueFile(
          prefix, ("." + extension).str(),
          sys::fs::owner_read | sys::fs::owner_write, opened, path))
    return createStringError("cannot create a temporary file in " + directory +
                             ": " + error.message());
  if (descriptor)
    *descriptor = opened;
  else
    sys::Process::SafelyCloseFileDescriptor(opened);
  return Error::success();
}

Error vib::writeFile(int descriptor, StringRef path, StringRef contents) {
  raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  os << contents;
  os.close();
  std::error_code error = os.error();
  os.clear_error();
  return error ? createStringError("cannot write " + path + ": " +
                                   error.message())
               : Error::success();
}
