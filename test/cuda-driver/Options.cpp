//===- Options.cpp - Options from the environment -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Options.h"

#include <cstdlib>
#include <fmt/format.h>
#include <stdexcept>

using namespace vib::cuda;

namespace {

uint64_t numberOf(const std::string &variable, const std::string &text) {
  size_t end = 0;
  uint64_t value = 0;
  try {
    value = std::stoull(text, &end);
  } catch (const std::exception &) {
  }
  if (end == 0 || end != text.size())
    throw std::invalid_argument(
        fmt::format("{}: '{}' is no number", variable, text));
  return value;
}

template <typename T> void read(const std::string &variable, T &option) {
  if (const char *text = std::getenv(variable.c_str()))
    option = static_cast<T>(numberOf(variable, text));
}

CUresult resultOf(const std::string &text) {
#define VIB_CUDA_ERROR(name, value, description)                               \
  if (text == #name || text == #value)                                         \
    return name;
  VIB_CUDA_ERRORS(VIB_CUDA_ERROR)
#undef VIB_CUDA_ERROR
  throw std::invalid_argument(
      fmt::format("VIB_CUDA_FAIL: '{}' is no error", text));
}

/// Parses `<entry point>[:<call>[:<error>]]`.
void readFailure(Options &options) {
  const char *variable = std::getenv("VIB_CUDA_FAIL");
  if (!variable)
    return;
  std::string text = variable;
  size_t call = text.find(':');
  options.failing = text.substr(0, call);
  if (call == text.npos)
    return;
  size_t error = text.find(':', call + 1);
  options.failingCall =
      numberOf("VIB_CUDA_FAIL", text.substr(call + 1, error - call - 1));
  if (error != text.npos)
    options.failure = resultOf(text.substr(error + 1));
}

} // namespace

Options Options::fromEnvironment() {
  Options options;
  read("VIB_CUDA_SEED", options.seed);
  read("VIB_CUDA_DEVICES", options.devices);
  read("VIB_CUDA_CAPABILITY", options.capability);
  read("VIB_CUDA_MEMORY", options.memory);
  read("VIB_CUDA_DRIVER_VERSION", options.driverVersion);
  readFailure(options);
  if (const char *file = std::getenv("VIB_CUDA_STATS"))
    options.statistics = file;
  return options;
}

uint32_t vib::cuda::maxSharedBytes(int capability) {
  switch (capability) {
  case 75:
    return 64 << 10;
  case 80:
  case 87:
    return 163 << 10;
  case 86:
  case 89:
  case 120:
  case 121:
    return 99 << 10;
  default:
    return capability < 90 ? 96 << 10 : 227 << 10;
  }
}

unsigned vib::cuda::newestPtx(int driverVersion) {
  // PTX 7.0 came with CUDA 11.0, 8.0 with 12.0, 9.0 with 13.0. Every minor
  // version of CUDA brought a minor version of PTX, except that CUDA 12.6 has
  // that of 12.5.
  unsigned major = driverVersion / 1000, minor = driverVersion / 10 % 100;
  if (major == 12 && minor >= 6)
    --minor;
  return 10 * (major - 4) + minor;
}

const char *vib::cuda::nameOf(CUresult result) {
  switch (result) {
#define VIB_CUDA_ERROR(name, value, description)                               \
  case name:                                                                   \
    return #name;
    VIB_CUDA_ERRORS(VIB_CUDA_ERROR)
#undef VIB_CUDA_ERROR
  }
  return nullptr;
}

const char *vib::cuda::descriptionOf(CUresult result) {
  switch (result) {
#define VIB_CUDA_ERROR(name, value, description)                               \
  case name:                                                                   \
    return description;
    VIB_CUDA_ERRORS(VIB_CUDA_ERROR)
#undef VIB_CUDA_ERROR
  }
  return nullptr;
}
