//===- CudaABI.cpp - Streams, events and memory ---------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The names and types of mlir/lib/ExecutionEngine/CudaRuntimeWrappers.cpp in
// LLVM 22; modules and launches are in Launch.cpp, tensor maps in
// TensorMap.cpp. What upstream leaves to chance is defined here: nothing is
// done for zero bytes, and for a null stream, event or pointer that is to be
// released.
//
//===----------------------------------------------------------------------===//

#include "ABI.h"

#include <cstdint>
#include <utility>

using namespace sparsegpu::cuda;

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT CUstream mgpuStreamCreate() {
  CUstream stream = nullptr;
  run("mgpuStreamCreate", [&](const Driver &driver) {
    return SPARSEGPU_CUDA(driver, cuStreamCreate, &stream,
                          CU_STREAM_NON_BLOCKING);
  });
  return stream;
}

SPARSEGPU_EXPORT void mgpuStreamDestroy(CUstream stream) {
  if (stream)
    run("mgpuStreamDestroy", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuStreamDestroy_v2, stream);
    });
}

/// What a kernel did wrong appears where the host waits for it.
static Status afterLaunch(Status status) {
  return status.ok() ? status
                     : Status::error(status.message() + describeLastLaunch());
}

SPARSEGPU_EXPORT void mgpuStreamSynchronize(CUstream stream) {
  run("mgpuStreamSynchronize", [&](const Driver &driver) {
    return afterLaunch(SPARSEGPU_CUDA(driver, cuStreamSynchronize, stream));
  });
}

SPARSEGPU_EXPORT void mgpuStreamWaitEvent(CUstream stream, CUevent event) {
  run("mgpuStreamWaitEvent", [&](const Driver &driver) {
    return SPARSEGPU_CUDA(driver, cuStreamWaitEvent, stream, event, 0);
  });
}

SPARSEGPU_EXPORT CUevent mgpuEventCreate() {
  CUevent event = nullptr;
  run("mgpuEventCreate", [&](const Driver &driver) {
    return SPARSEGPU_CUDA(driver, cuEventCreate, &event,
                          CU_EVENT_DISABLE_TIMING);
  });
  return event;
}

SPARSEGPU_EXPORT void mgpuEventDestroy(CUevent event) {
  if (event)
    run("mgpuEventDestroy", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuEventDestroy_v2, event);
    });
}

SPARSEGPU_EXPORT void mgpuEventSynchronize(CUevent event) {
  run("mgpuEventSynchronize", [&](const Driver &driver) {
    return afterLaunch(SPARSEGPU_CUDA(driver, cuEventSynchronize, event));
  });
}

SPARSEGPU_EXPORT void mgpuEventRecord(CUevent event, CUstream stream) {
  run("mgpuEventRecord", [&](const Driver &driver) {
    return SPARSEGPU_CUDA(driver, cuEventRecord, event, stream);
  });
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT void *mgpuMemAlloc(uint64_t bytes, CUstream stream,
                                    bool isHostShared) {
  if (bytes == 0)
    return nullptr;
  CUdeviceptr pointer = 0;
  auto describe = [&] {
    return "mgpuMemAlloc: allocating " + std::to_string(bytes) + " bytes";
  };
  bool done = runDescribed(describe, [&](const Driver &driver) {
    return isHostShared
               ? SPARSEGPU_CUDA(driver, cuMemAllocManaged, &pointer, bytes,
                                CU_MEM_ATTACH_GLOBAL)
               : SPARSEGPU_CUDA(driver, cuMemAlloc_v2, &pointer, bytes);
  });
  return done ? reinterpret_cast<void *>(pointer) : nullptr;
}

SPARSEGPU_EXPORT void mgpuMemFree(void *pointer, CUstream stream) {
  if (pointer)
    run("mgpuMemFree", [&](const Driver &driver) {
      return afterLaunch(
          SPARSEGPU_CUDA(driver, cuMemFree_v2, toDevice(pointer)));
    });
}

SPARSEGPU_EXPORT void mgpuMemcpy(void *destination, void *source, size_t bytes,
                                 CUstream stream) {
  if (bytes == 0)
    return;
  auto describe = [&] {
    return "mgpuMemcpy: copying " + std::to_string(bytes) + " bytes";
  };
  runDescribed(describe, [&](const Driver &driver) {
    return afterLaunch(SPARSEGPU_CUDA(driver, cuMemcpyAsync,
                                      toDevice(destination), toDevice(source),
                                      bytes, stream));
  });
}

SPARSEGPU_EXPORT void mgpuMemset32(void *destination, unsigned value,
                                   size_t count, CUstream stream) {
  if (count)
    run("mgpuMemset32", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuMemsetD32Async, toDevice(destination),
                            value, count, stream);
    });
}

SPARSEGPU_EXPORT void mgpuMemset16(void *destination, unsigned short value,
                                   size_t count, CUstream stream) {
  if (count)
    run("mgpuMemset16", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuMemsetD16Async, toDevice(destination),
                            value, count, stream);
    });
}

SPARSEGPU_EXPORT void mgpuMemHostRegister(void *pointer, uint64_t bytes) {
  if (bytes)
    run("mgpuMemHostRegister", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuMemHostRegister_v2, pointer, bytes, 0);
    });
}

SPARSEGPU_EXPORT void mgpuMemHostUnregister(void *pointer) {
  if (pointer)
    run("mgpuMemHostUnregister", [&](const Driver &driver) {
      return SPARSEGPU_CUDA(driver, cuMemHostUnregister, pointer);
    });
}

namespace {
/// The descriptor of a ranked memref, as far as its rank does not matter.
struct MemRefDescriptor {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t sizesAndStrides[];
};
} // namespace

/// Address and bytes of the elements that the descriptor reaches.
static std::pair<char *, uint64_t>
extent(int64_t rank, const MemRefDescriptor *d, int64_t elementBytes) {
  int64_t last = 0;
  for (int64_t i = 0; i < rank; ++i) {
    if (d->sizesAndStrides[i] == 0)
      return {nullptr, 0};
    last += (d->sizesAndStrides[i] - 1) * d->sizesAndStrides[rank + i];
  }
  return {d->aligned + d->offset * elementBytes, (last + 1) * elementBytes};
}

SPARSEGPU_EXPORT void mgpuMemHostRegisterMemRef(int64_t rank,
                                                MemRefDescriptor *descriptor,
                                                int64_t elementBytes) {
  auto [pointer, bytes] = extent(rank, descriptor, elementBytes);
  mgpuMemHostRegister(pointer, bytes);
}

SPARSEGPU_EXPORT void mgpuMemHostUnregisterMemRef(int64_t rank,
                                                  MemRefDescriptor *descriptor,
                                                  int64_t elementBytes) {
  mgpuMemHostUnregister(extent(rank, descriptor, elementBytes).first);
}

SPARSEGPU_EXPORT void mgpuSetDefaultDevice(int32_t device) {
  check(setDefaultDevice(device).during("mgpuSetDefaultDevice"));
}
