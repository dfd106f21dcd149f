//===- CUDARuntimeTest.h - The CUDA runtime on a fake driver ----*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_CUDARUNTIME_CUDARUNTIMETEST_H
#define SPARSEGPU_UNITTESTS_CUDARUNTIME_CUDARUNTIMETEST_H

#include "FakeDriver/FakeCuda.h"
#include "SparseGPU/Runtime/Runtime.h"

#include "gtest/gtest.h"

#include <mutex>
#include <random>
#include <string>
#include <utility>
#include <vector>

// As the host code that gpu-to-llvm makes calls them (CudaRuntimeWrappers.cpp).
extern "C" {
void *mgpuModuleLoad(void *data, size_t size);
void *mgpuModuleLoadJIT(void *data, int level);
void mgpuModuleUnload(void *module);
void *mgpuModuleGetFunction(void *module, const char *name);
void mgpuLaunchKernel(void *function, intptr_t gridX, intptr_t gridY,
                      intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                      intptr_t blockZ, int32_t smem, void *stream,
                      void **params, void **extra, size_t paramsCount);
void mgpuLaunchClusterKernel(void *function, intptr_t clusterX,
                             intptr_t clusterY, intptr_t clusterZ,
                             intptr_t gridX, intptr_t gridY, intptr_t gridZ,
                             intptr_t blockX, intptr_t blockY, intptr_t blockZ,
                             int32_t smem, void *stream, void **params,
                             void **extra);
void *mgpuStreamCreate();
void mgpuStreamDestroy(void *stream);
void mgpuStreamSynchronize(void *stream);
void mgpuStreamWaitEvent(void *stream, void *event);
void *mgpuEventCreate();
void mgpuEventDestroy(void *event);
void mgpuEventSynchronize(void *event);
void mgpuEventRecord(void *event, void *stream);
void *mgpuMemAlloc(uint64_t bytes, void *stream, bool isHostShared);
void mgpuMemFree(void *pointer, void *stream);
void mgpuMemcpy(void *dst, void *src, size_t bytes, void *stream);
void mgpuMemset32(void *dst, unsigned value, size_t count, void *stream);
void mgpuMemset16(void *dst, unsigned short value, size_t count, void *stream);
void mgpuMemHostRegister(void *pointer, uint64_t bytes);
void mgpuMemHostUnregister(void *pointer);
void mgpuMemHostRegisterMemRef(int64_t rank, void *descriptor, int64_t bytes);
void mgpuMemHostUnregisterMemRef(int64_t rank, void *descriptor, int64_t bytes);
void mgpuSetDefaultDevice(int32_t device);
void mgpuTensorMapEncodeTiled(void *map, int type, uint32_t rank, void *address,
                              const uint64_t *sizes, const uint64_t *strides,
                              const uint32_t *box,
                              const uint32_t *elementStrides, int interleave,
                              int swizzle, int promotion, int fill);
void *mgpuTensorMapEncodeTiledMemref(int64_t rank, void *descriptor, int type,
                                     int interleave, int swizzle, int promotion,
                                     int fill, int64_t *box);
}

namespace sparsegpu::cuda {

/// The fake driver, which is loaded by path before the library looks for one.
FakeCuda &fake();

/// Kernels `scale` (pointer, u32, f32) and `other` (24 bytes).
inline constexpr char kPtx[] = R"(//
// Written by hand
//
.version 8.0
.target sm_80
.address_size 64

.visible .entry scale(
	.param .u64 .ptr .align 1 scale_param_0,
	.param .u32 scale_param_1,
	.param .f32 scale_param_2
)
{
	ret;
}
.visible .entry other(
	.param .align 8 .b8 other_param_0[24]
)
{
	ret;
}
)";

/// Each test begins and ends with nothing alive and no current context. Errors
/// are collected.
class CUDARuntimeTest : public ::testing::Test {
protected:
  void SetUp() override;
  void TearDown() override;

  /// The errors since the last call.
  std::vector<std::string> takeErrors() {
    std::lock_guard<std::mutex> lock(mutex);
    return std::exchange(errors, {});
  }
  /// The only error since the last call.
  std::string takeError() {
    std::vector<std::string> taken = takeErrors();
    EXPECT_EQ(taken.size(), 1u);
    return taken.empty() ? "" : taken.front();
  }

  void *loadPtx() {
    return mgpuModuleLoadJIT(const_cast<char *>(kPtx), /*level=*/2);
  }
  /// Launches `scale` or `other` on one block of 32.
  void launchScale(void *kernel, int32_t shared = 0, void *stream = nullptr) {
    char first[24] = {};
    uint32_t count = 7;
    float factor = 1.5f;
    void *params[] = {first, &count, &factor};
    mgpuLaunchKernel(kernel, 1, 1, 1, 32, 1, 1, shared, stream, params, nullptr,
                     3);
  }

  std::mt19937 random{::testing::UnitTest::GetInstance()->random_seed() + 1u};

private:
  std::mutex mutex;
  std::vector<std::string> errors;
};

/// Nothing is alive except primary contexts, which are kept.
void expectNothingAlive(const char *where);

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_UNITTESTS_CUDARUNTIME_CUDARUNTIMETEST_H
