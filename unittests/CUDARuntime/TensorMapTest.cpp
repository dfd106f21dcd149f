//===- TensorMapTest.cpp - Tensor maps ------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The fake driver writes what it was given: address; type, rank and modes; five
// words of sizes, four of strides, five of the box.
//
//===----------------------------------------------------------------------===//

#include "CUDARuntimeTest.h"

#include <cstring>

using namespace sparsegpu::cuda;

static std::array<uint64_t, 16> readMap(void *map) {
  std::array<uint64_t, 16> words;
  mgpuMemcpy(words.data(), map, sizeof(words), nullptr);
  return words;
}

TEST_F(CUDARuntimeTest, TensorMapOfAMemref) {
  alignas(16) static float data[1];
  // 5 x 6 x 8 of f32 at an offset of 4 in rows of 12: fastest dimension first.
  struct {
    float *allocated, *aligned;
    int64_t offset, sizes[3], strides[3];
  } memref = {data, data, 4, {5, 6, 8}, {96, 12, 1}};
  int64_t box[] = {1, 3, 8};
  void *map = mgpuTensorMapEncodeTiledMemref(3, &memref, /*type: f32*/ 7,
                                             /*interleave=*/0, /*swizzle=*/2,
                                             /*promotion=*/1, /*fill=*/0, box);
  ASSERT_NE(map, nullptr);
  EXPECT_EQ(fake().books().allocations, 1u);
  // The copy is done when the map is handed out: kernels of other streams do
  // not wait for it.
  EXPECT_EQ(fake().calls("cuStreamSynchronize"), 1u);
  std::array<uint64_t, 16> words = readMap(map);
  std::array<uint64_t, 16> expected = {
      reinterpret_cast<uint64_t>(data + 4),
      7 | 3 << 8 | 2 << 20 | 1 << 24,
      8,
      6,
      5,
      0,
      0, // sizes
      48,
      384,
      0,
      0, // strides in bytes, without the fastest
      8,
      3,
      1,
      0,
      0}; // box
  EXPECT_EQ(words, expected);
  mgpuMemFree(map, nullptr);
}

TEST_F(CUDARuntimeTest, StridesFollowTheElementType) {
  // Bytes of each type of CUtensorMapDataType.
  const uint64_t bytes[] = {1, 2, 4, 4, 8, 8, 2, 4, 8, 2, 4, 4, 4};
  alignas(16) static char data[1];
  struct {
    void *allocated, *aligned;
    int64_t offset, sizes[2], strides[2];
  } memref = {data, data, 0, {2, 16}, {16, 1}};
  int64_t box[] = {2, 16};
  for (int type = 0; type < 13; ++type) {
    void *map =
        mgpuTensorMapEncodeTiledMemref(2, &memref, type, 0, 0, 0, 0, box);
    EXPECT_EQ(readMap(map)[7], 16 * bytes[type]) << type;
    mgpuMemFree(map, nullptr);
  }
  EXPECT_EQ(mgpuTensorMapEncodeTiledMemref(2, &memref, 13, 0, 0, 0, 0, box),
            nullptr);
  EXPECT_NE(takeError().find("element type 13"), std::string::npos);
}

TEST_F(CUDARuntimeTest, TensorMapOfAWrongRank) {
  for (int64_t rank : {0, 6}) {
    EXPECT_EQ(
        mgpuTensorMapEncodeTiledMemref(rank, nullptr, 0, 0, 0, 0, 0, nullptr),
        nullptr);
    EXPECT_EQ(takeError(), "mgpuTensorMapEncodeTiledMemref: a tensor map of "
                           "rank " +
                               std::to_string(rank) + "; the ranks are 1 to 5");
  }
}

TEST_F(CUDARuntimeTest, TensorMapAsTheDriverTakesIt) {
  CUtensorMap map = {};
  alignas(16) static char data[1];
  uint64_t sizes[] = {64, 3}, strides[] = {64};
  uint32_t box[] = {32, 2}, steps[] = {1, 1};
  mgpuTensorMapEncodeTiled(&map, 0, 2, data, sizes, strides, box, steps, 0, 1,
                           0, 1);
  EXPECT_EQ(map.opaque[0], reinterpret_cast<uint64_t>(data));
  EXPECT_EQ(map.opaque[1], uint64_t(2 << 8 | 1 << 20 | 1 << 28));
  EXPECT_EQ(map.opaque[7], 64u);
  box[0] = 1000;
  mgpuTensorMapEncodeTiled(&map, 0, 2, data, sizes, strides, box, steps, 0, 1,
                           0, 1);
  EXPECT_EQ(takeError(),
            "mgpuTensorMapEncodeTiled: cuTensorMapEncodeTiled failed with "
            "CUDA_ERROR_INVALID_VALUE (invalid argument)");
}
