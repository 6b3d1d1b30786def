//===- Device.h - A GPU, or a stand-in for one ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_GPU_DEVICE_H
#define VIB_TEST_GPU_DEVICE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <memory>
#include <string>

namespace vib {

/// The first device of a CUDA driver: the library that VIB_CUDA names,
/// otherwise the stand-in if the tests have one, otherwise libcuda.so.1.
class Device {
public:
  /// Returns null if there is none.
  static std::unique_ptr<Device> open();
  ~Device();

  /// Memory that a kernel reads and writes.
  struct Buffer {
    void *data;
    size_t bytes;
  };
  struct Launch {
    unsigned blocks, threads, sharedBytes;
  };
  /// Runs `@kernel` of a PTX text on copies of the buffers, and copies them
  /// back. Returns an error message, or an empty string.
  std::string run(llvm::StringRef ptx, const Launch &launch,
                  llvm::ArrayRef<Buffer> buffers);

private:
  struct Functions;
  Device();
  std::unique_ptr<Functions> functions;
};

} // namespace vib

#endif // VIB_TEST_GPU_DEVICE_H
