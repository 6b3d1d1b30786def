//===- TestErrors.cpp - Errors and their messages -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <fstream>

using namespace vib::cuda;

namespace {

class Errors : public CudaTest {
protected:
  /// Loads a module with an error in some line.
  void expectRefused(const std::string &ptx, CUresult expected,
                     const std::string &text) {
    std::string log;
    EXPECT_EQ(tryLoad(ptx, log), expected);
    EXPECT_NE(log.find(text), std::string::npos) << log;
  }

  const std::string empty = makeKernel("");
  CUdeviceptr none = 0;
};

TEST_F(Errors, UnknownOpcode) {
  expectRefused(makeKernel("frob.b32 %r1, %r2;"), CUDA_ERROR_INVALID_PTX,
                "line 14; error   : unknown opcode 'frob': frob.b32 %r1, %r2;");
}

TEST_F(Errors, CallsAreUnknown) {
  expectRefused(makeKernel("call.uni (%r1), f, (%r2);"), CUDA_ERROR_INVALID_PTX,
                "unknown opcode 'call'");
}

TEST_F(Errors, UnknownModifier) {
  expectRefused(makeKernel("add.wrong.u32 %r1, %r2, %r3;"),
                CUDA_ERROR_INVALID_PTX,
                "unknown modifier '.wrong' of 'add': add.wrong.u32");
  expectRefused(makeKernel("add.ftz.u32 %r1, %r2, %r3;"),
                CUDA_ERROR_INVALID_PTX, "unknown modifier '.ftz'");
}

TEST_F(Errors, WrongOperands) {
  expectRefused(makeKernel("add.u32 %r1, %r2;"), CUDA_ERROR_INVALID_PTX,
                "'add' with 2 operands");
  expectRefused(makeKernel("add.u32 %r1, %rd1, %r2;"), CUDA_ERROR_INVALID_PTX,
                "a register of 8 bytes where the type has 4");
  expectRefused(makeKernel("add.u32 %r1, %nothing, %r2;"),
                CUDA_ERROR_INVALID_PTX, "unknown name '%nothing'");
  expectRefused(makeKernel("bra $nowhere;"), CUDA_ERROR_INVALID_PTX,
                "unknown label '$nowhere'");
  expectRefused(makeKernel("mov.u32 %r1, %clock;"), CUDA_ERROR_INVALID_PTX,
                "unknown name '%clock'");
}

TEST_F(Errors, ConversionWithoutRounding) {
  expectRefused(makeKernel("cvt.f32.u32 %r1, %r2;"), CUDA_ERROR_INVALID_PTX,
                "without its rounding");
}

TEST_F(Errors, TextThatIsCutShort) {
  // Wherever the text is cut off and whatever is missing, it must be rejected
  // or understood.
  std::string ptx = readFile("Inputs/mlir.ptx"), log;
  size_t refused = 0;
  for (size_t i = 0; i < ptx.size(); i += 13) {
    refused += tryLoad(ptx.substr(0, i), log) != CUDA_SUCCESS;
    std::string without = ptx;
    refused += tryLoad(without.erase(i, 1 + i % 7), log) != CUDA_SUCCESS;
  }
  EXPECT_GT(refused, ptx.size() / 13);
}

TEST_F(Errors, TooMuchSharedMemory) {
  std::string body = "mov.u32 %r1, shared;";
  load(makeKernel(body, ".shared .align 4 .b8 shared[49152];"));
  expectRefused(makeKernel(body, ".shared .align 4 .b8 shared[49153];"),
                CUDA_ERROR_INVALID_PTX, "uses too much shared data");
}

TEST_F(Errors, NewerTarget) {
  expectRefused(replaced(empty, "sm_80", "sm_90"), CUDA_ERROR_INVALID_PTX,
                "SM version specified by .target is higher");
  setOption("CAPABILITY", "90");
  start();
  load(replaced(empty, "sm_80", "sm_90"));
  load(empty);
}

TEST_F(Errors, NewerPtx) {
  setOption("DRIVER_VERSION", "12000");
  start();
  load(replaced(empty, "7.0", "8.0"));
  expectRefused(replaced(empty, "7.0", "8.1"),
                CUDA_ERROR_UNSUPPORTED_PTX_VERSION, "Unsupported .version 8.1");
}

TEST_F(Errors, NoPtx) {
  expectRefused("\x7F"
                "ELF\x02\x01\x01",
                CUDA_ERROR_NO_BINARY_FOR_GPU, "a cubin");
  expectRefused("\x01\x02\x03\x04", CUDA_ERROR_INVALID_IMAGE, "no PTX");
  expectRefused("text", CUDA_ERROR_INVALID_PTX, "unexpected 'text'");
}

TEST_F(Errors, Launches) {
  CUfunction function = getFunction(load(empty), "test");
  void *parameters[] = {&none, &none};
  auto launchWith = [&](unsigned blocks, unsigned threads, unsigned shared) {
    return cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, shared,
                          nullptr, parameters, nullptr);
  };
  EXPECT_EQ(launchWith(1, 1024, 0), CUDA_SUCCESS);
  EXPECT_EQ(launchWith(1, 1025, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launchWith(0, 32, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launchWith(1, 0, 0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launchWith(1, 32, 48 << 10), CUDA_SUCCESS);
  EXPECT_EQ(launchWith(1, 32, (48 << 10) + 1), CUDA_ERROR_INVALID_VALUE);
  auto attribute = CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
  EXPECT_EQ(cuFuncSetAttribute(function, attribute, (163 << 10) + 1),
            CUDA_ERROR_INVALID_VALUE);
  check(cuFuncSetAttribute(function, attribute, 163 << 10));
  EXPECT_EQ(launchWith(1, 32, 163 << 10), CUDA_SUCCESS);
  void *extra[] = {nullptr};
  EXPECT_EQ(
      cuLaunchKernel(function, 1, 1, 1, 32, 1, 1, 0, nullptr, nullptr, extra),
      CUDA_ERROR_NOT_SUPPORTED);
  check(cuCtxSynchronize());
}

TEST_F(Errors, ThreadsThatTheKernelDoesNotAllow) {
  CUfunction most = getFunction(
      load(replaced(empty, "output) {", "output) .maxntid 64 {")), "test");
  EXPECT_EQ(launch(most, 1, 65, 0, none, none), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(most, 1, 64, 0, none, none), CUDA_SUCCESS);
  CUfunction exactly = getFunction(
      load(replaced(empty, "output) {", "output) .reqntid 64, 1, 1 {")),
      "test");
  EXPECT_EQ(launch(exactly, 1, 32, 0, none, none), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(launch(exactly, 1, 64, 0, none, none), CUDA_SUCCESS);
}

TEST_F(Errors, Names) {
  CUmodule module = load(makeKernel("", ".global .align 4 .u32 table[3] = "
                                        "{1, 2, 0xFF};"));
  CUfunction function;
  EXPECT_EQ(cuModuleGetFunction(&function, module, "other"),
            CUDA_ERROR_NOT_FOUND);
  CUdeviceptr address;
  size_t bytes;
  EXPECT_EQ(cuModuleGetGlobal_v2(&address, &bytes, module, "other"),
            CUDA_ERROR_NOT_FOUND);
  check(cuModuleGetGlobal_v2(&address, &bytes, module, "table"));
  EXPECT_EQ(bytes, 12u);
  EXPECT_EQ(download<uint32_t>(address, 3),
            (std::vector<uint32_t>{1, 2, 0xFF}));
}

TEST_F(Errors, HandlesThatAreGone) {
  CUmodule module = load(empty);
  CUfunction function = getFunction(module, "test");
  check(cuModuleUnload(module));
  EXPECT_EQ(launch(function, 1, 32, 0, none, none), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuModuleUnload(module), CUDA_ERROR_INVALID_HANDLE);
  CUstream stream;
  check(cuStreamCreate(&stream, 0));
  check(cuStreamDestroy_v2(stream));
  EXPECT_EQ(cuStreamSynchronize(stream), CUDA_ERROR_INVALID_HANDLE);
  CUevent event;
  check(cuEventCreate(&event, 0));
  check(cuEventDestroy_v2(event));
  EXPECT_EQ(cuEventQuery(event), CUDA_ERROR_INVALID_HANDLE);
  EXPECT_EQ(cuMemFree_v2(12345), CUDA_ERROR_INVALID_VALUE);
  EXPECT_EQ(cuMemFreeHost(&event), CUDA_ERROR_INVALID_VALUE);
}

TEST_F(Errors, BeforeThereIsAContext) {
  start();
  check(cuCtxSetCurrent(nullptr));
  CUdeviceptr address;
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_INVALID_CONTEXT);
  EXPECT_EQ(cuDevicePrimaryCtxRelease_v2(1), CUDA_ERROR_INVALID_DEVICE);
}

TEST_F(Errors, Devices) {
  setOption("DEVICES", "2");
  setOption("CAPABILITY", "120");
  start();
  int count, value;
  check(cuDeviceGetCount(&count));
  EXPECT_EQ(count, 2);
  CUdevice device;
  check(cuDeviceGet(&device, 1));
  EXPECT_EQ(cuDeviceGet(&device, 2), CUDA_ERROR_INVALID_DEVICE);
  check(cuDeviceGetAttribute(
      &value, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, device));
  EXPECT_EQ(value, 12);
  check(cuDeviceGetAttribute(
      &value, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device));
  EXPECT_EQ(value, 99 << 10);
  char name[4];
  check(cuDeviceGetName(name, 4, device));
  EXPECT_STREQ(name, "PTX");
}

TEST_F(Errors, NoDevice) {
  setOption("DEVICES", "0");
  EXPECT_EQ(cuInit(0), CUDA_ERROR_NO_DEVICE);
}

TEST_F(Errors, OutOfMemory) {
  setOption("MEMORY", "1000");
  start();
  size_t free, total;
  CUdeviceptr first, second;
  check(cuMemAlloc_v2(&first, 600));
  EXPECT_EQ(cuMemAlloc_v2(&second, 401), CUDA_ERROR_OUT_OF_MEMORY);
  check(cuMemGetInfo_v2(&free, &total));
  EXPECT_EQ(free, 400u);
  EXPECT_EQ(total, 1000u);
  check(cuMemFree_v2(first));
  check(cuMemAlloc_v2(&second, 1000));
}

TEST_F(Errors, OfAKernelStay) {
  CUfunction trap = getFunction(load(makeKernel("trap;")), "test");
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "kernel 'test', line 14: trap;", trap,
              1, 32, 0, none, none);
  CUdeviceptr address;
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
  start();
  check(cuMemAlloc_v2(&address, 4));
}

TEST_F(Errors, CallsThatHaveToFail) {
  setOption("FAIL", "cuMemAlloc_v2:2:CUDA_ERROR_OUT_OF_MEMORY");
  start();
  CUdeviceptr address;
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_SUCCESS);
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(cuMemAlloc_v2(&address, 4), CUDA_SUCCESS);
}

TEST_F(Errors, LostDevice) {
  setOption("FAIL", "cuStreamSynchronize:1:719");
  start();
  EXPECT_EQ(cuStreamSynchronize(nullptr), CUDA_ERROR_LAUNCH_FAILED);
  EXPECT_EQ(cuCtxSynchronize(), CUDA_ERROR_LAUNCH_FAILED);
}

TEST_F(Errors, OptionThatIsNone) {
  setOption("SEED", "many");
  testing::internal::CaptureStderr();
  EXPECT_EQ(cuInit(0), CUDA_ERROR_INVALID_VALUE);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("VIB_CUDA_SEED"),
            std::string::npos);
}

TEST_F(Errors, AreNamed) {
  const char *text;
  check(cuGetErrorName(CUDA_ERROR_ILLEGAL_ADDRESS, &text));
  EXPECT_STREQ(text, "CUDA_ERROR_ILLEGAL_ADDRESS");
  check(cuGetErrorString(CUDA_ERROR_OUT_OF_MEMORY, &text));
  EXPECT_STREQ(text, "out of memory");
  EXPECT_EQ(cuGetErrorName(static_cast<CUresult>(12345), &text),
            CUDA_ERROR_INVALID_VALUE);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

TEST_F(Errors, FreedMemory) {
  CUfunction read =
      getFunction(load(makeKernel("ld.global.b32 %r1, [%in];")), "test");
  CUdeviceptr in = upload(std::vector<int>{1, 2});
  check(cuMemFree_v2(in));
  expectFault(CUDA_ERROR_ILLEGAL_ADDRESS, "in memory that was freed", read, 1,
              32, 0, in, none);
}

TEST_F(Errors, AddressOfTheHost) {
  CUfunction read =
      getFunction(load(makeKernel("ld.global.b32 %r1, [%in];")), "test");
  int value = 1;
  expectFault(CUDA_ERROR_ILLEGAL_ADDRESS, "in no allocation", read, 1, 32, 0,
              reinterpret_cast<CUdeviceptr>(&value), none);
}

TEST_F(Errors, MisalignedArguments) {
  auto aligned = [&](const std::string &align) {
    return replaced(empty, "u64 input",
                    "u64 .ptr .global .align " + align + " input");
  };
  expectRefused(aligned("48"), CUDA_ERROR_INVALID_PTX, "an alignment of 48");
  CUdeviceptr in = upload(std::vector<int>(64));
  CUfunction function = getFunction(load(aligned("64")), "test");
  EXPECT_EQ(launch(function, 1, 32, 0, in, none), CUDA_SUCCESS);
  EXPECT_EQ(launch(function, 1, 32, 0, in + 64, none), CUDA_SUCCESS);
  EXPECT_EQ(launch(function, 1, 32, 0, none, in + 1), CUDA_SUCCESS);
  expectFault(CUDA_ERROR_MISALIGNED_ADDRESS,
              "kernel 'test': argument 'input' is 0x", function, 1, 32, 0,
              in + 80, none);
}

TEST_F(Errors, SharedMemoryOfABlockBefore) {
  // The second block reads what the first block has written.
  CUfunction read =
      getFunction(load(makeKernel("mov.u32 %r1, %ctaid.x;"
                                  "setp.eq.u32 %p1, %r1, 0;"
                                  "@%p1 st.shared.b32 [shared], 1;"
                                  "bar.sync 0;"
                                  "ld.shared.b32 %r2, [shared];",
                                  ".shared .align 4 .b8 shared[4];")),
                  "test");
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "which the block has not written", read,
              2, 1, 0, none, none);
}

TEST_F(Errors, SynchronizedLanesOfAWarpDoNotRace) {
  auto body = [](const std::string &between) {
    return makeKernel("mov.u32 %r1, shared; mad.lo.u32 %r1, %tid, 4, %r1;"
                      "st.shared.b32 [%r1], %tid;" +
                          between +
                          "xor.b32 %r2, %r1, 64; ld.shared.b32 %r3, [%r2];" +
                          between + "st.shared.b32 [%r1], %r3;",
                      ".shared .align 128 .b8 shared[128];");
  };
  CUfunction synchronized =
      getFunction(load(body("bar.warp.sync 0xFFFFFFFF;")), "test");
  EXPECT_EQ(launch(synchronized, 1, 32, 0, none, none), CUDA_SUCCESS);
  CUfunction racing = getFunction(load(body("")), "test");
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "race: ", racing, 1, 32, 0, none, none);
}

TEST_F(Errors, RaceInGlobalMemoryOfABlock) {
  auto body = [](const std::string &between) {
    return makeKernel("mad.wide.u32 %rd1, %tid, 4, %out;"
                      "st.global.b32 [%rd1], %tid;" +
                      between +
                      "xor.b32 %r2, %tid, 32; mad.wide.u32 %rd2, %r2, 4, %out;"
                      "ld.global.b32 %r3, [%rd2];");
  };
  CUdeviceptr out = allocate(256);
  CUfunction synchronized = getFunction(load(body("bar.sync 0;")), "test");
  EXPECT_EQ(launch(synchronized, 1, 64, 0, none, out), CUDA_SUCCESS);
  CUfunction racing = getFunction(load(body("")), "test");
  CUdeviceptr full = upload(std::vector<int>(64));
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "race: ", racing, 1, 64, 0, none, full);
}

TEST_F(Errors, RaceBetweenBlocks) {
  // One block writes what another reads. A barrier does not order blocks.
  for (const char *seed : {"0", "1", "2", "3"}) {
    setOption("SEED", seed);
    start();
    CUfunction racing =
        getFunction(load(makeKernel("mov.u32 %r1, %ctaid.x;"
                                    "setp.eq.u32 %p1, %r1, 0; bar.sync 0;"
                                    "@%p1 st.global.b32 [%out], %r1;"
                                    "@!%p1 ld.global.b32 %r2, [%out];")),
                    "test");
    CUdeviceptr out = upload(std::vector<int>(1));
    expectFault(CUDA_ERROR_LAUNCH_FAILED, "race: ", racing, 2, 1, 0, none, out);
  }
}

TEST_F(Errors, SoManyBarriersThatTheirCountOverflows) {
  // Two threads pass a number back and forth, in shared and in device memory.
  // Then one of them writes without a barrier, which must still be detected.
  auto body = [](const std::string &end) {
    return makeKernel("shl.b32 %r1, %tid, 2; mov.u32 %r2, shared;"
                      "add.u32 %r1, %r1, %r2; xor.b32 %r2, %r1, 128;"
                      "mad.wide.u32 %rd1, %tid, 4, %out; xor.b32 %r3, %tid, 32;"
                      "mad.wide.u32 %rd2, %r3, 4, %out; mov.u32 %r4, 0;"
                      "$again: st.shared.b32 [%r1], %r4;"
                      "st.global.b32 [%rd1], %r4; bar.sync 0;"
                      "ld.shared.b32 %r5, [%r2]; ld.global.b32 %r6, [%rd2];"
                      "bar.sync 0; add.u32 %r4, %r4, 1;"
                      "setp.lt.u32 %p1, %r4, 40000; @%p1 bra $again;" +
                          end,
                      ".shared .align 256 .b8 shared[256];");
  };
  CUdeviceptr out = allocate(256);
  EXPECT_EQ(launch(getFunction(load(body("")), "test"), 1, 64, 0, none, out),
            CUDA_SUCCESS);
  CUfunction racing = getFunction(load(body("ld.shared.b32 %r5, [%r2];"
                                            "st.shared.b32 [%r1], %r4;")),
                                  "test");
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "race: ", racing, 1, 64, 0, none, out);
}

TEST_F(Errors, Statistics) {
  std::string file = testing::TempDir() + "vib-cuda-statistics";
  setOption("STATS", file);
  start();
  CUfunction function = getFunction(load(empty), "test");
  check(launch(function, 3, 64, 0, none, none));
  // The statistics are written when the library is unloaded, and by cuInit.
  check(cuDevicePrimaryCtxRelease_v2(0));
  check(cuInit(0));
  CUcontext context;
  check(cuDevicePrimaryCtxRetain(&context, 0));
  std::ifstream statistics(file);
  std::string line, text;
  while (std::getline(statistics, line))
    text += line + "\n";
  EXPECT_NE(text.find("kernel test launches 1 blocks 3 instructions 24 "
                      "thread-instructions 768"),
            std::string::npos)
      << text;
}

} // namespace
