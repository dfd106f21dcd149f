//===- TensorMap.cpp - Tensor maps for the tensor memory accelerator ------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Called by the code that upstream makes of nvgpu.tma.create.descriptor. MLIR
// counts dimensions from the slowest, the driver from the fastest (CUDA Driver
// API, "Tensor Map Object Management").
//
//===----------------------------------------------------------------------===//

#include "ABI.h"

using namespace sparsegpu::cuda;

/// The driver's limit.
static constexpr int64_t kMaxRank = 5;

/// Bytes of an element, by CUtensorMapDataType: u8, u16, u32, s32, u64, s64,
/// f16, f32, f64, bf16, f32 (flushed), tf32, tf32 (flushed). The packed types
/// after these are not those of a memref.
static constexpr uint8_t kElementBytes[] = {1, 2, 4, 4, 8, 8, 2,
                                            4, 8, 2, 4, 4, 4};

static Status encode(const Driver &driver, CUtensorMap *map,
                     CUtensorMapDataType type, uint32_t rank, void *address,
                     const uint64_t *sizes, const uint64_t *strides,
                     const uint32_t *box, const uint32_t *elementStrides,
                     CUtensorMapInterleave interleave,
                     CUtensorMapSwizzle swizzle,
                     CUtensorMapL2promotion promotion,
                     CUtensorMapFloatOOBfill fill) {
  SPARSEGPU_TRY(SPARSEGPU_CUDA_HAS(driver, cuTensorMapEncodeTiled));
  return SPARSEGPU_CUDA(driver, cuTensorMapEncodeTiled, map, type, rank,
                        address, sizes, strides, box, elementStrides,
                        interleave, swizzle, promotion, fill);
}

SPARSEGPU_EXPORT void mgpuTensorMapEncodeTiled(
    CUtensorMap *map, CUtensorMapDataType type, uint32_t rank, void *address,
    const uint64_t *sizes, const uint64_t *strides, const uint32_t *box,
    const uint32_t *elementStrides, CUtensorMapInterleave interleave,
    CUtensorMapSwizzle swizzle, CUtensorMapL2promotion promotion,
    CUtensorMapFloatOOBfill fill) {
  run("mgpuTensorMapEncodeTiled", [&](const Driver &driver) {
    return encode(driver, map, type, rank, address, sizes, strides, box,
                  elementStrides, interleave, swizzle, promotion, fill);
  });
}

namespace {
struct MemRefDescriptor {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t sizesAndStrides[];
};
} // namespace

/// Copies `map` to new device memory. A copy of pageable memory may return when
/// the driver has taken it, and streams of mgpuStreamCreate do not wait for the
/// null stream: it is waited for (CUDA Driver API, "API synchronization
/// behavior").
static Status toDeviceMemory(const Driver &driver, const CUtensorMap &map,
                             CUdeviceptr &result) {
  CUdeviceptr memory = 0;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuMemAlloc_v2, &memory, sizeof(map)));
  Status status =
      SPARSEGPU_CUDA(driver, cuMemcpyHtoD_v2, memory, &map, sizeof(map));
  if (status.ok())
    status = SPARSEGPU_CUDA(driver, cuStreamSynchronize, nullptr);
  if (status.ok())
    result = memory;
  else
    driver.cuMemFree_v2(memory);
  return status;
}

/// The address of the map in device memory, which the caller owns; null on
/// failure. `box` has the sizes of what one copy takes, slowest first.
SPARSEGPU_EXPORT void *mgpuTensorMapEncodeTiledMemref(
    int64_t rank, void *descriptor, CUtensorMapDataType type,
    CUtensorMapInterleave interleave, CUtensorMapSwizzle swizzle,
    CUtensorMapL2promotion promotion, CUtensorMapFloatOOBfill fill,
    int64_t *box) {
  CUdeviceptr result = 0;
  run("mgpuTensorMapEncodeTiledMemref", [&](const Driver &driver) {
    if (rank < 1 || rank > kMaxRank)
      return Status::error("a tensor map of rank " + std::to_string(rank) +
                           "; the ranks are 1 to " + std::to_string(kMaxRank));
    if (type < 0 || type >= static_cast<int>(sizeof(kElementBytes)))
      return Status::error("element type " + std::to_string(type) +
                           " of a tensor map is not known");
    auto *memref = static_cast<MemRefDescriptor *>(descriptor);
    uint64_t bytes = kElementBytes[type];
    uint64_t sizes[kMaxRank], strides[kMaxRank] = {};
    uint32_t boxSizes[kMaxRank], elementStrides[kMaxRank];
    for (int64_t i = 0; i < rank; ++i) {
      int64_t dim = rank - 1 - i;
      sizes[i] = memref->sizesAndStrides[dim];
      boxSizes[i] = box[dim];
      elementStrides[i] = 1;
      // The fastest dimension has stride 1, which is not passed.
      if (i > 0)
        strides[i - 1] = memref->sizesAndStrides[rank + dim] * bytes;
    }
    CUtensorMap map = {};
    SPARSEGPU_TRY(encode(driver, &map, type, rank,
                         memref->aligned + memref->offset * bytes, sizes,
                         strides, boxSizes, elementStrides, interleave, swizzle,
                         promotion, fill));
    return toDeviceMemory(driver, map, result);
  });
  return reinterpret_cast<void *>(result);
}
