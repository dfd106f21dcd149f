//===- CudaABI.cpp - The functions that MLIR's gpu-to-llvm calls ----------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The names and types of mlir/lib/ExecutionEngine/CudaRuntimeWrappers.cpp and
// of GPUToLLVMConversion.cpp in LLVM 22. There is no way to return an error, so
// one goes to Device::fail.
//
// Work without a stream is done when the call returns.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Emulator.h"

#include <cstdint>
#include <string>

using namespace sparsegpu::emulator;

#define SPARSEGPU_EXPORT extern "C" __attribute__((visibility("default")))

static bool check(const Status &status) {
  if (!status.ok())
    Device::get().fail(status.message());
  return status.ok();
}

//===----------------------------------------------------------------------===//
// Modules and launches
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT LoadedModule *mgpuModuleLoad(void *data, size_t size) {
  LoadedModule *module = nullptr;
  check(Device::get().loadModule(data, size, module));
  return module;
}

SPARSEGPU_EXPORT LoadedModule *mgpuModuleLoadJIT(void *data, int32_t level) {
  // Called for PTX text only; there is no size with which to look closer.
  Device::get().fail(
      "the module is PTX text; the emulator runs LLVM bitcode: compile with "
      "format=llvm (cubin-format=llvm in mlir-opt's "
      "-gpu-lower-to-nvvm-pipeline)");
  return nullptr;
}

SPARSEGPU_EXPORT void mgpuModuleUnload(LoadedModule *module) {
  if (module)
    check(Device::get().unloadModule(module));
}

SPARSEGPU_EXPORT Kernel *mgpuModuleGetFunction(LoadedModule *module,
                                               const char *name) {
  Kernel *kernel = nullptr;
  if (module)
    check(Device::get().getKernel(module, name, kernel));
  return kernel;
}

static bool toDim(intptr_t x, intptr_t y, intptr_t z, Dim3 &dim) {
  for (intptr_t v : {x, y, z})
    if (v < 0 || v > INT32_MAX) {
      Device::get().fail("a launch dimension of " + std::to_string(v) +
                         " is out of range");
      return false;
    }
  dim = {static_cast<uint32_t>(x), static_cast<uint32_t>(y),
         static_cast<uint32_t>(z)};
  return true;
}

SPARSEGPU_EXPORT void mgpuLaunchKernel(Kernel *kernel, intptr_t gridX,
                                       intptr_t gridY, intptr_t gridZ,
                                       intptr_t blockX, intptr_t blockY,
                                       intptr_t blockZ, int32_t sharedBytes,
                                       Stream *stream, void **params,
                                       void **extra, size_t numParams) {
  if (!kernel)
    return Device::get().fail("launching a null kernel");
  LaunchConfig config;
  if (!toDim(gridX, gridY, gridZ, config.grid) ||
      !toDim(blockX, blockY, blockZ, config.block))
    return;
  if (sharedBytes < 0)
    return Device::get().fail("a negative amount of dynamic shared memory");
  if (extra)
    return Device::get().fail("launch parameters passed through `extra` are "
                              "not supported");
  config.dynamicShared = sharedBytes;
  check(Device::get().launch(kernel, config, params, numParams, stream));
}

SPARSEGPU_EXPORT void
mgpuLaunchClusterKernel(Kernel *kernel, intptr_t clusterX, intptr_t clusterY,
                        intptr_t clusterZ, intptr_t gridX, intptr_t gridY,
                        intptr_t gridZ, intptr_t blockX, intptr_t blockY,
                        intptr_t blockZ, int32_t sharedBytes, Stream *stream,
                        void **params, void **extra) {
  if (clusterX != 1 || clusterY != 1 || clusterZ != 1)
    return Device::get().fail(
        "a launch with clusters of " + std::to_string(clusterX) + "x" +
        std::to_string(clusterY) + "x" + std::to_string(clusterZ) +
        " blocks; the emulator supports clusters of one block only");
  // This function is not told how many parameters there are.
  size_t numParams = kernel ? kernelParameterCount(kernel) : 0;
  mgpuLaunchKernel(kernel, gridX, gridY, gridZ, blockX, blockY, blockZ,
                   sharedBytes, stream, params, extra, numParams);
}

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT Stream *mgpuStreamCreate() {
  return Device::get().createStream();
}

SPARSEGPU_EXPORT void mgpuStreamDestroy(Stream *stream) {
  check(Device::get().destroyStream(stream));
}

SPARSEGPU_EXPORT void mgpuStreamSynchronize(Stream *stream) {
  check(Device::get().synchronize(stream));
}

SPARSEGPU_EXPORT void mgpuStreamWaitEvent(Stream *stream, Event *event) {
  check(Device::get().waitForEvent(stream, event));
}

SPARSEGPU_EXPORT Event *mgpuEventCreate() {
  return Device::get().createEvent();
}

SPARSEGPU_EXPORT void mgpuEventDestroy(Event *event) {
  check(Device::get().destroyEvent(event));
}

SPARSEGPU_EXPORT void mgpuEventSynchronize(Event *event) {
  check(Device::get().synchronizeEvent(event));
}

SPARSEGPU_EXPORT void mgpuEventRecord(Event *event, Stream *stream) {
  check(Device::get().record(event, stream));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT void *mgpuMemAlloc(uint64_t bytes, void *stream,
                                    bool isHostShared) {
  void *pointer = Device::get().allocate(bytes);
  if (!pointer && bytes)
    Device::get().fail("cannot allocate " + std::to_string(bytes) +
                       " bytes of device memory");
  // The host writes it without telling anybody.
  if (pointer && isHostShared)
    Device::get().noteHostWrites(pointer, bytes);
  return pointer;
}

SPARSEGPU_EXPORT void mgpuMemFree(void *pointer, void *stream) {
  check(Device::get().free(pointer));
}

SPARSEGPU_EXPORT void mgpuMemcpy(void *destination, void *source, size_t bytes,
                                 Stream *stream) {
  check(Device::get().copy(destination, source, bytes, stream));
}

SPARSEGPU_EXPORT void mgpuMemset32(void *destination, unsigned value,
                                   size_t count, Stream *stream) {
  check(Device::get().fill(destination, value, 4, count, stream));
}

SPARSEGPU_EXPORT void mgpuMemset16(void *destination, unsigned short value,
                                   size_t count, Stream *stream) {
  check(Device::get().fill(destination, value, 2, count, stream));
}

SPARSEGPU_EXPORT void mgpuMemHostRegister(void *pointer, uint64_t bytes) {
  Device::get().registerHost(pointer, bytes);
}

SPARSEGPU_EXPORT void mgpuMemHostUnregister(void *pointer) {
  check(Device::get().unregisterHost(pointer));
}

namespace {
/// The ranked descriptor of a memref, as far as its rank does not matter.
struct MemRefDescriptor {
  char *allocated;
  char *aligned;
  int64_t offset;
  int64_t sizesAndStrides[];
};
} // namespace

/// Address and bytes of the elements that the descriptor reaches.
static std::pair<char *, uint64_t> extent(int64_t rank, MemRefDescriptor *d,
                                          int64_t elementBytes) {
  int64_t last = 0;
  for (int64_t i = 0; i < rank; ++i) {
    if (d->sizesAndStrides[i] == 0)
      return {d->aligned, 0};
    last += (d->sizesAndStrides[i] - 1) * d->sizesAndStrides[rank + i];
  }
  return {d->aligned + d->offset * elementBytes, (last + 1) * elementBytes};
}

SPARSEGPU_EXPORT void mgpuMemHostRegisterMemRef(int64_t rank,
                                                MemRefDescriptor *descriptor,
                                                int64_t elementBytes) {
  auto [pointer, bytes] = extent(rank, descriptor, elementBytes);
  Device::get().registerHost(pointer, bytes);
}

SPARSEGPU_EXPORT void mgpuMemHostUnregisterMemRef(int64_t rank,
                                                  MemRefDescriptor *descriptor,
                                                  int64_t elementBytes) {
  check(Device::get().unregisterHost(
      extent(rank, descriptor, elementBytes).first));
}

SPARSEGPU_EXPORT void mgpuSetDefaultDevice(int32_t device) {
  if (device != 0)
    Device::get().fail("device " + std::to_string(device) +
                       " does not exist; the emulator is device 0");
}
