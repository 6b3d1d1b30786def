//===- TestLlvm.cpp - One source, two LLVM backends -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// operations.test compiles Inputs/operations.cpp for the host and for NVPTX,
// and passes the paths of the results to this test. Both must compute the same
// bits.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <dlfcn.h>
#include <random>

using namespace vib::cuda;

namespace {

class Llvm : public CudaTest {};

/// Draws numbers of all kinds, including boundary cases.
uint32_t drawWord(std::mt19937 &generator) {
  static const uint32_t special[] = {
      0,          1,          2,          31,         32,         33,
      0x7F,       0x80,       0x7FFF,     0x8000,     0x7FFFFFFF, 0x80000000,
      0xFFFFFFFF, 0x3F800000, 0xBF800000, 0x7F800000, 0xFF800000, 0x7FC00000,
      0x00800000, 0x00000100, 0x3F000000, 0x40200000, 0x4B000001, 0xC0600000};
  uint32_t any = generator();
  switch (generator() % 4) {
  case 0:
    return special[any % std::size(special)];
  case 1: // A number near to 1.
    return bitsOf(float(int32_t(any)) * 0x1p-28f);
  case 2:
    return any >> (generator() % 32);
  default:
    return any;
  }
}

// Disabled where operations.test does not say what to compare.
TEST_F(Llvm, DISABLED_TheBackendsAgree) {
  const char *ptx = std::getenv("VIB_LLVM_PTX");
  const char *library = std::getenv("VIB_LLVM_HOST");
  ASSERT_TRUE(ptx && library) << "operations.test sets these variables";
  setOption("SEED", "1");
  void *host = dlopen(library, RTLD_NOW);
  ASSERT_NE(host, nullptr) << dlerror();
  auto operate = reinterpret_cast<uint32_t (*)(const uint32_t *, uint32_t *)>(
      dlsym(host, "operations"));
  ASSERT_NE(operate, nullptr);

  constexpr unsigned blocks = 40, threads = 128, cases = blocks * threads;
  std::mt19937 generator(11);
  std::vector<uint32_t> input(3 * cases), expected(cases * 100);
  for (uint32_t &word : input)
    word = drawWord(generator);
  uint32_t results = operate(&input[0], &expected[0]);
  CUfunction function = getFunction(load(readFile(ptx)), "operations");
  CUdeviceptr in = upload(input), out = allocate(4 * cases * results);
  check(launch(function, blocks, threads, 0, in, out, results));
  std::vector<uint32_t> output = download<uint32_t>(out, cases * results);
  for (unsigned i = 0; i != cases; ++i) {
    const uint32_t *words = &input[3 * i];
    ASSERT_EQ(operate(words, &expected[0]), results);
    for (uint32_t k = 0; k != results; ++k)
      ASSERT_EQ(output[i * results + k], expected[k])
          << "result " << k << std::hex << " of " << words[0] << ", "
          << words[1] << ", " << words[2];
  }
  dlclose(host);
}

} // namespace
