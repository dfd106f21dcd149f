//===- RuntimeInterfaceTest.cpp - The functions of Runtime.h --------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

#include <thread>

using namespace sparsegpu::cuda;

static std::string describe(int device) {
  char *text = sparsegpuRuntimeDeviceJSON(device);
  std::string copy = text ? text : "";
  sparsegpuRuntimeFreeString(text);
  return copy;
}

TEST_F(CUDARuntimeTest, DeviceJSON) {
  EXPECT_EQ(describe(0),
            "{\"runtime\": \"cuda\", \"name\": \"Fake GPU\", \"chip\": "
            "\"sm_90\", \"driver\": \"13.0\", \"memory_bytes\": 151397597184, "
            "\"multiprocessors\": 132, \"l2_bytes\": 52428800, \"clock_khz\": "
            "1980000, \"memory_clock_khz\": null, \"max_shared_bytes\": "
            "232448}");
  fake().setCapability(121);
  EXPECT_NE(describe(0).find("\"sm_121\""), std::string::npos);
  // Asking makes no context.
  EXPECT_EQ(fake().calls("cuCtxSetCurrent"), 0u);
}

TEST_F(CUDARuntimeTest, DeviceJSONFails) {
  EXPECT_EQ(describe(4), "");
  EXPECT_STREQ(sparsegpuRuntimeLastError(),
               "device 4 does not exist; there is 1 device");
  for (const char *function :
       {"cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName",
        "cuDriverGetVersion", "cuDeviceTotalMem_v2", "cuDeviceGetAttribute"}) {
    fake().failCall(function, 1, CUDA_ERROR_UNKNOWN);
    EXPECT_EQ(describe(0), "") << function;
    std::string name = function;
    EXPECT_EQ(sparsegpuRuntimeLastError(),
              name.substr(0, name.find("_v")) +
                  " failed with CUDA_ERROR_UNKNOWN (unknown error)");
  }
}

TEST_F(CUDARuntimeTest, DeviceCount) {
  fake().setDevices(3);
  EXPECT_EQ(sparsegpuRuntimeDeviceCount(), 3);
  fake().setDevices(0);
  EXPECT_EQ(sparsegpuRuntimeDeviceCount(), 0);
  EXPECT_STREQ(sparsegpuRuntimeLastError(), "the CUDA driver has no device");
  fake().failCall("cuDeviceGetCount", 1, CUDA_ERROR_UNKNOWN);
  EXPECT_EQ(sparsegpuRuntimeDeviceCount(), 0);
  EXPECT_STREQ(
      sparsegpuRuntimeLastError(),
      "cuDeviceGetCount failed with CUDA_ERROR_UNKNOWN (unknown error)");
  // Of this thread only.
  std::thread([] { EXPECT_STREQ(sparsegpuRuntimeLastError(), ""); }).join();
}

TEST_F(CUDARuntimeTest, TimedEventsFail) {
  mgpuSetDefaultDevice(0);
  fake().failCall("cuEventCreate", 1, CUDA_ERROR_OUT_OF_MEMORY);
  EXPECT_EQ(sparsegpuRuntimeTimedEventCreate(), nullptr);
  EXPECT_STREQ(
      sparsegpuRuntimeLastError(),
      "cuEventCreate failed with CUDA_ERROR_OUT_OF_MEMORY (out of memory)");
}
