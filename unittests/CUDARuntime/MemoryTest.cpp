//===- MemoryTest.cpp - Memory, streams, events ---------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

using namespace sparsegpu::cuda;

TEST_F(CUDARuntimeTest, CopiesThereAndBack) {
  std::vector<uint32_t> in(1000 + random() % 1000), out(in.size());
  for (uint32_t &value : in)
    value = random();
  size_t bytes = in.size() * sizeof(uint32_t);
  void *stream = mgpuStreamCreate();
  void *a = mgpuMemAlloc(bytes, stream, /*isHostShared=*/false);
  void *b = mgpuMemAlloc(bytes, stream, /*isHostShared=*/false);
  EXPECT_EQ(fake().books().allocations, 2u);
  EXPECT_EQ(fake().books().bytes, 2 * bytes);
  mgpuMemcpy(a, in.data(), bytes, stream);
  mgpuMemcpy(b, a, bytes, stream);
  mgpuMemcpy(out.data(), b, bytes, stream);
  mgpuStreamSynchronize(stream);
  EXPECT_EQ(in, out);
  mgpuMemFree(a, stream);
  mgpuMemFree(b, stream);
  mgpuStreamDestroy(stream);
  // One wait, where the program asked for it.
  EXPECT_EQ(fake().calls("cuStreamSynchronize"), 1u);
}

TEST_F(CUDARuntimeTest, Fills) {
  std::vector<uint32_t> wide(37, 1), wideExpected(37, 0x89abcdef);
  std::vector<uint16_t> narrow(41, 1), narrowExpected(41, 0xbeef);
  void *memory = mgpuMemAlloc(4 * 37 + 2 * 41, nullptr, false);
  mgpuMemset32(memory, 0x89abcdef, 37, nullptr);
  mgpuMemset16(static_cast<char *>(memory) + 4 * 37, 0xbeef, 41, nullptr);
  mgpuMemcpy(wide.data(), memory, 4 * 37, nullptr);
  mgpuMemcpy(narrow.data(), static_cast<char *>(memory) + 4 * 37, 2 * 41,
             nullptr);
  EXPECT_EQ(wide, wideExpected);
  EXPECT_EQ(narrow, narrowExpected);
  mgpuMemFree(memory, nullptr);
}

TEST_F(CUDARuntimeTest, NothingIsDoneForZeroBytes) {
  unsigned before = fake().calls("");
  EXPECT_EQ(mgpuMemAlloc(0, nullptr, false), nullptr);
  EXPECT_EQ(mgpuMemAlloc(0, nullptr, true), nullptr);
  mgpuMemFree(nullptr, nullptr);
  mgpuMemcpy(nullptr, nullptr, 0, nullptr);
  mgpuMemset32(nullptr, 1, 0, nullptr);
  mgpuMemset16(nullptr, 1, 0, nullptr);
  mgpuMemHostRegister(nullptr, 0);
  mgpuStreamDestroy(nullptr);
  mgpuEventDestroy(nullptr);
  mgpuModuleUnload(nullptr);
  EXPECT_EQ(fake().calls(""), before);
}

TEST_F(CUDARuntimeTest, HostSharedMemoryIsManaged) {
  void *memory = mgpuMemAlloc(64, nullptr, /*isHostShared=*/true);
  EXPECT_EQ(fake().calls("cuMemAllocManaged"), 1u);
  EXPECT_EQ(fake().calls("cuMemAlloc_v2"), 0u);
  mgpuMemFree(memory, nullptr);
}

TEST_F(CUDARuntimeTest, RegistersMemory) {
  std::vector<float> data(100);
  mgpuMemHostRegister(data.data(), 400);
  EXPECT_EQ(fake().books().registered, 1u);
  mgpuMemHostRegister(data.data(), 400);
  EXPECT_NE(
      takeError().find("mgpuMemHostRegister: cuMemHostRegister failed with "
                       "CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED"),
      std::string::npos);
  mgpuMemHostUnregister(data.data());

  // A memref of 3x4 at offset 5 in rows of 10.
  struct {
    float *allocated, *aligned;
    int64_t offset, sizes[2], strides[2];
  } memref = {data.data(), data.data(), 5, {3, 4}, {10, 1}};
  mgpuMemHostRegisterMemRef(2, &memref, sizeof(float));
  EXPECT_EQ(fake().books().registered, 1u);
  mgpuMemHostUnregister(data.data() + 5);
  mgpuMemHostRegisterMemRef(2, &memref, sizeof(float));
  mgpuMemHostUnregisterMemRef(2, &memref, sizeof(float));
  memref.sizes[1] = 0;
  mgpuMemHostRegisterMemRef(2, &memref, sizeof(float));
  mgpuMemHostUnregisterMemRef(2, &memref, sizeof(float));
}

TEST_F(CUDARuntimeTest, StreamsAndEvents) {
  void *first = mgpuStreamCreate(), *second = mgpuStreamCreate();
  EXPECT_NE(first, second);
  void *event = mgpuEventCreate();
  mgpuEventRecord(event, first);
  mgpuStreamWaitEvent(second, event);
  mgpuEventSynchronize(event);
  mgpuStreamSynchronize(second);
  EXPECT_EQ(fake().books().streams, 2u);
  EXPECT_EQ(fake().books().events, 1u);
  // This event was made without time.
  EXPECT_LT(sparsegpuRuntimeElapsedMilliseconds(event, event), 0);
  mgpuEventDestroy(event);
  mgpuStreamDestroy(first);
  mgpuStreamDestroy(second);
}

TEST_F(CUDARuntimeTest, TimedEvents) {
  void *start = sparsegpuRuntimeTimedEventCreate();
  void *end = sparsegpuRuntimeTimedEventCreate();
  EXPECT_LT(sparsegpuRuntimeElapsedMilliseconds(start, end), 0);
  mgpuEventRecord(start, nullptr);
  mgpuEventRecord(end, nullptr);
  mgpuEventSynchronize(end);
  double there = sparsegpuRuntimeElapsedMilliseconds(start, end);
  double back = sparsegpuRuntimeElapsedMilliseconds(end, start);
  EXPECT_GT(there, 0);
  EXPECT_LT(there, 60000);
  EXPECT_LT(back, 0);
  mgpuEventDestroy(start);
  mgpuEventDestroy(end);
  EXPECT_LT(sparsegpuRuntimeElapsedMilliseconds(nullptr, end), 0);
  EXPECT_STREQ(sparsegpuRuntimeLastError(), "a timed event is null");
}

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

TEST_F(CUDARuntimeTest, TheContextOfTheThreadIsUsed) {
  CUcontext own = fake().createContext(0);
  fake().setCurrent(own);
  void *stream = mgpuStreamCreate();
  EXPECT_EQ(fake().getCurrent(), own);
  // A stream of `own` is refused in any other context.
  mgpuStreamSynchronize(stream);
  fake().setCurrent(nullptr);
  mgpuStreamSynchronize(stream);
  EXPECT_NE(takeError().find("CUDA_ERROR_INVALID_HANDLE"), std::string::npos);
  mgpuStreamDestroy(stream);
  fake().destroyContext(own);
}

TEST_F(CUDARuntimeTest, ThePrimaryContextIsRetainedOnce) {
  for (int i = 0; i < 5; ++i) {
    fake().setCurrent(nullptr);
    mgpuMemFree(mgpuMemAlloc(16, nullptr, false), nullptr);
    EXPECT_NE(fake().getCurrent(), nullptr);
  }
  size_t retains = fake().books().primaryRetains;
  fake().setDevices(3);
  for (int i = 0; i < 3; ++i) {
    mgpuSetDefaultDevice(2);
    mgpuMemFree(mgpuMemAlloc(16, nullptr, false), nullptr);
  }
  EXPECT_EQ(fake().books().primaryRetains, retains + 1);
}

TEST_F(CUDARuntimeTest, TheDefaultDeviceIsThatOfTheThread) {
  fake().setDevices(2);
  mgpuSetDefaultDevice(0);
  CUcontext zero = fake().getCurrent();
  mgpuSetDefaultDevice(1);
  EXPECT_NE(fake().getCurrent(), zero);
  mgpuMemFree(mgpuMemAlloc(16, nullptr, false), nullptr);
  EXPECT_NE(fake().getCurrent(), zero);
  mgpuSetDefaultDevice(0);
  EXPECT_EQ(fake().getCurrent(), zero);
}

TEST_F(CUDARuntimeTest, ADeviceThatDoesNotExist) {
  fake().setDevices(2);
  mgpuSetDefaultDevice(7);
  EXPECT_EQ(
      takeError(),
      "mgpuSetDefaultDevice: device 7 does not exist; there are 2 devices");
  fake().setDevices(1);
  mgpuSetDefaultDevice(-1);
  EXPECT_EQ(
      takeError(),
      "mgpuSetDefaultDevice: device -1 does not exist; there is 1 device");
}
