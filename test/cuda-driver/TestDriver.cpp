//===- TestDriver.cpp - What the tests share ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <fstream>
#include <sstream>

using namespace vib::cuda;

std::string vib::cuda::readFile(const std::string &name) {
  std::string folder = VIB_SOURCE_DIR "/test/cuda-driver/";
  std::ifstream file(name[0] == '/' ? name : folder + name);
  EXPECT_TRUE(file.good()) << name;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string vib::cuda::replaced(const std::string &text,
                                const std::string &from,
                                const std::string &to) {
  size_t place = text.find(from);
  EXPECT_NE(place, text.npos) << from;
  EXPECT_EQ(text.find(from, place + 1), text.npos) << from;
  if (place == text.npos)
    return text;
  std::string result = text;
  return result.replace(place, from.size(), to);
}

std::string vib::cuda::replacedAfter(const std::string &text,
                                     const std::string &anchor,
                                     const std::string &from,
                                     const std::string &to) {
  size_t begin = text.find(anchor);
  EXPECT_NE(begin, text.npos) << anchor;
  size_t place = begin == text.npos ? begin : text.find(from, begin);
  EXPECT_NE(place, text.npos) << from;
  if (place == text.npos)
    return text;
  std::string result = text;
  return result.replace(place, from.size(), to);
}

std::string vib::cuda::makeKernel(const std::string &body,
                                  const std::string &declarations) {
  return R"(
.version 7.0
.target sm_80
.address_size 64
)" + declarations +
         R"(
.visible .entry test(.param .u64 input, .param .u64 output) {
  .reg .pred %p<10>;
  .reg .b16 %rs<20>;
  .reg .b32 %r<40>, %f<40>, %tid;
  .reg .b64 %rd<20>, %fd<20>, %in, %out;
  ld.param.u64 %in, [input];
  ld.param.u64 %out, [output];
  mov.u32 %tid, %tid.x;
)" + body +
         "\n  ret;\n}\n";
}

CudaTest::~CudaTest() {
  if (isStarted)
    cuDevicePrimaryCtxRelease_v2(0);
  for (const std::string &option : options)
    unsetenv(option.c_str());
}

void CudaTest::setOption(const std::string &name, const std::string &value) {
  options.push_back("VIB_CUDA_" + name);
  setenv(options.back().c_str(), value.c_str(), 1);
}

void CudaTest::start() {
  if (isStarted)
    cuDevicePrimaryCtxRelease_v2(0);
  isStarted = true;
  check(cuInit(0));
  CUcontext context;
  check(cuDevicePrimaryCtxRetain(&context, 0));
  check(cuCtxSetCurrent(context));
}

CUresult CudaTest::tryLoad(const std::string &ptx, std::string &log) {
  if (!isStarted)
    start();
  char buffer[1000] = "";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER,
                            CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {buffer, reinterpret_cast<void *>(sizeof(buffer))};
  CUmodule module;
  testing::internal::CaptureStderr();
  CUresult result =
      cuModuleLoadDataEx(&module, ptx.c_str(), 2, options, values);
  testing::internal::GetCapturedStderr();
  log = buffer;
  EXPECT_EQ(reinterpret_cast<size_t>(values[1]), log.size());
  return result;
}

CUmodule CudaTest::load(const std::string &ptx) {
  if (!isStarted)
    start();
  CUmodule module = nullptr;
  check(cuModuleLoadDataEx(&module, ptx.c_str(), 0, nullptr, nullptr));
  return module;
}

CUfunction CudaTest::getFunction(CUmodule module, const std::string &name) {
  CUfunction function = nullptr;
  check(cuModuleGetFunction(&function, module, name.c_str()));
  return function;
}

CUdeviceptr CudaTest::allocate(size_t bytes) {
  if (!isStarted)
    start();
  CUdeviceptr address = 0;
  check(cuMemAlloc_v2(&address, bytes));
  return address;
}
