//===- Functions.cpp - Devices, contexts, streams, events, memory ---------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The behaviour is that of the CUDA Driver API's documentation, as far as the
// runtime can see it.
//
//===----------------------------------------------------------------------===//

#include "State.h"

#include <cstdlib>
#include <cstring>

using namespace sparsegpu::cuda;

static CUcontext current() { return contextStack().back(); }

//===----------------------------------------------------------------------===//
// The driver and its devices
//===----------------------------------------------------------------------===//

FAKE_EXPORT CUresult cuInit(unsigned flags) {
  FAKE_ENTER(cuInit, false, false);
  if (state.devices == 0)
    return CUDA_ERROR_NO_DEVICE;
  state.initialized = true;
  return flags ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuDriverGetVersion(int *version) {
  FAKE_ENTER(cuDriverGetVersion, false, false);
  *version = state.driverVersion;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuGetErrorName(CUresult error, const char **name) {
  *name = getResultName(error);
  return *name ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

FAKE_EXPORT CUresult cuGetErrorString(CUresult error, const char **text) {
  *text = getResultText(error);
  return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

FAKE_EXPORT CUresult cuDeviceGetCount(int *count) {
  FAKE_ENTER(cuDeviceGetCount, true, false);
  *count = state.devices;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  FAKE_ENTER(cuDeviceGet, true, false);
  if (ordinal < 0 || ordinal >= state.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  *device = ordinal;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuDeviceGetName(char *name, int size, CUdevice device) {
  FAKE_ENTER(cuDeviceGetName, true, false);
  if (device < 0 || device >= state.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  std::strncpy(name, state.name.c_str(), size);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuDeviceGetAttribute(int *value,
                                          CUdevice_attribute attribute,
                                          CUdevice device) {
  FAKE_ENTER(cuDeviceGetAttribute, true, false);
  if (device < 0 || device >= state.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  switch (attribute) {
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    *value = state.capability / 10;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    *value = state.capability % 10;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT:
    *value = 132;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE:
    *value = 50 << 20;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_CLOCK_RATE:
    *value = 1980000;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE:
    *value = 0; // not known
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    *value = 227 * 1024;
    return CUDA_SUCCESS;
  }
  return CUDA_ERROR_INVALID_VALUE;
}

FAKE_EXPORT CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  FAKE_ENTER(cuDeviceTotalMem_v2, true, false);
  *bytes = 141ull << 30;
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Contexts
//===----------------------------------------------------------------------===//

FAKE_EXPORT CUresult cuDevicePrimaryCtxRetain(CUcontext *context,
                                              CUdevice device) {
  FAKE_ENTER(cuDevicePrimaryCtxRetain, true, false);
  if (device < 0 || device >= state.devices)
    return CUDA_ERROR_INVALID_DEVICE;
  CUcontext &primary = state.primaries[device];
  if (!primary)
    primary = state.newContext(device);
  ++state.primaryRetains;
  *context = primary;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxGetCurrent(CUcontext *context) {
  FAKE_ENTER(cuCtxGetCurrent, true, false);
  *context = state.getCurrent();
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxSetCurrent(CUcontext context) {
  FAKE_ENTER(cuCtxSetCurrent, true, false);
  if (context && !state.isContext(context))
    return CUDA_ERROR_INVALID_CONTEXT;
  state.setCurrent(context);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxGetDevice(CUdevice *device) {
  FAKE_ENTER(cuCtxGetDevice, true, true);
  *device = current()->device;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxGetId(CUcontext context, unsigned long long *id) {
  FAKE_ENTER(cuCtxGetId, true, false);
  if (!state.isContext(context))
    return CUDA_ERROR_CONTEXT_IS_DESTROYED;
  *id = context->id;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxPushCurrent_v2(CUcontext context) {
  FAKE_ENTER(cuCtxPushCurrent_v2, true, false);
  if (!state.isContext(context))
    return CUDA_ERROR_INVALID_CONTEXT;
  contextStack().push_back(context);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuCtxPopCurrent_v2(CUcontext *context) {
  FAKE_ENTER(cuCtxPopCurrent_v2, true, false);
  if (contextStack().empty())
    return CUDA_ERROR_INVALID_CONTEXT;
  *context = contextStack().back();
  contextStack().pop_back();
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

/// Null is the default stream of the current context.
static CUresult checkStream(State &state, CUstream stream) {
  if (stream && (!state.streams.count(stream) || stream->context != current()))
    return CUDA_ERROR_INVALID_HANDLE;
  return CUDA_SUCCESS;
}

/// What a wait reports: an error of a kernel stays with the context, as it
/// does on hardware.
static CUresult waitResult(State &state) {
  return state.launchFailed ? CUDA_ERROR_LAUNCH_FAILED : CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
  FAKE_ENTER(cuStreamCreate, true, true);
  *stream = new CUstream_st{current()};
  state.streams.insert(*stream);
  return flags > 1 ? CUDA_ERROR_INVALID_VALUE : CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuStreamDestroy_v2(CUstream stream) {
  FAKE_ENTER(cuStreamDestroy_v2, true, false);
  if (!state.streams.erase(stream))
    return CUDA_ERROR_INVALID_HANDLE;
  delete stream;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuStreamSynchronize(CUstream stream) {
  FAKE_ENTER(cuStreamSynchronize, true, true);
  if (CUresult result = checkStream(state, stream))
    return result;
  return waitResult(state);
}

FAKE_EXPORT CUresult cuStreamWaitEvent(CUstream stream, CUevent event,
                                       unsigned flags) {
  FAKE_ENTER(cuStreamWaitEvent, true, true);
  if (CUresult result = checkStream(state, stream))
    return result;
  return state.events.count(event) ? CUDA_SUCCESS : CUDA_ERROR_INVALID_HANDLE;
}

FAKE_EXPORT CUresult cuEventCreate(CUevent *event, unsigned flags) {
  FAKE_ENTER(cuEventCreate, true, true);
  *event = new CUevent_st();
  (*event)->context = current();
  (*event)->timed = !(flags & CU_EVENT_DISABLE_TIMING);
  state.events.insert(*event);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuEventDestroy_v2(CUevent event) {
  FAKE_ENTER(cuEventDestroy_v2, true, false);
  if (!state.events.erase(event))
    return CUDA_ERROR_INVALID_HANDLE;
  delete event;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuEventSynchronize(CUevent event) {
  FAKE_ENTER(cuEventSynchronize, true, true);
  if (!state.events.count(event))
    return CUDA_ERROR_INVALID_HANDLE;
  return waitResult(state);
}

FAKE_EXPORT CUresult cuEventRecord(CUevent event, CUstream stream) {
  FAKE_ENTER(cuEventRecord, true, true);
  if (!state.events.count(event))
    return CUDA_ERROR_INVALID_HANDLE;
  if (CUresult result = checkStream(state, stream))
    return result;
  event->recorded = true;
  event->time = std::chrono::steady_clock::now();
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuEventElapsedTime(float *milliseconds, CUevent start,
                                        CUevent end) {
  FAKE_ENTER(cuEventElapsedTime, true, true);
  for (CUevent event : {start, end})
    if (!state.events.count(event) || !event->timed || !event->recorded)
      return CUDA_ERROR_INVALID_HANDLE;
  *milliseconds =
      std::chrono::duration<float, std::milli>(end->time - start->time).count();
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static CUresult allocate(State &state, CUdeviceptr *pointer, size_t bytes) {
  if (bytes == 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (bytes > 1ull << 40)
    return CUDA_ERROR_OUT_OF_MEMORY;
  void *memory = state.executor
                     ? state.executor->allocate(bytes)
                     : std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (!memory)
    return CUDA_ERROR_OUT_OF_MEMORY;
  // Fresh device memory holds anything.
  std::memset(memory, 0xff, bytes);
  auto address = reinterpret_cast<uintptr_t>(memory);
  state.allocations[address] = {bytes, current(), state.executor != nullptr};
  *pointer = address;
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuMemAlloc_v2(CUdeviceptr *pointer, size_t bytes) {
  FAKE_ENTER(cuMemAlloc_v2, true, true);
  return allocate(state, pointer, bytes);
}

FAKE_EXPORT CUresult cuMemAllocManaged(CUdeviceptr *pointer, size_t bytes,
                                       unsigned flags) {
  FAKE_ENTER(cuMemAllocManaged, true, true);
  if (flags != CU_MEM_ATTACH_GLOBAL)
    return CUDA_ERROR_INVALID_VALUE;
  return allocate(state, pointer, bytes);
}

FAKE_EXPORT CUresult cuMemFree_v2(CUdeviceptr pointer) {
  FAKE_ENTER(cuMemFree_v2, true, true);
  if (!state.allocations.count(pointer))
    return CUDA_ERROR_INVALID_VALUE;
  state.releaseAllocation(pointer);
  return waitResult(state);
}

/// Whether a range that begins in device memory also ends there. Anything else
/// is memory of the host.
static bool inRange(State &state, CUdeviceptr pointer, size_t bytes) {
  if (!pointer)
    return false;
  auto it = state.allocations.upper_bound(pointer);
  if (it == state.allocations.begin())
    return true;
  --it;
  uintptr_t offset = pointer - it->first;
  return offset >= it->second.bytes || bytes <= it->second.bytes - offset;
}

static CUresult copy(State &state, CUdeviceptr destination, CUdeviceptr source,
                     size_t bytes) {
  if (!inRange(state, destination, bytes) || !inRange(state, source, bytes))
    return CUDA_ERROR_INVALID_VALUE;
  std::memmove(reinterpret_cast<void *>(destination),
               reinterpret_cast<void *>(source), bytes);
  return waitResult(state);
}

FAKE_EXPORT CUresult cuMemcpyAsync(CUdeviceptr destination, CUdeviceptr source,
                                   size_t bytes, CUstream stream) {
  FAKE_ENTER(cuMemcpyAsync, true, true);
  if (CUresult result = checkStream(state, stream))
    return result;
  return copy(state, destination, source, bytes);
}

FAKE_EXPORT CUresult cuMemcpyHtoD_v2(CUdeviceptr destination,
                                     const void *source, size_t bytes) {
  FAKE_ENTER(cuMemcpyHtoD_v2, true, true);
  if (!state.allocations.count(destination))
    return CUDA_ERROR_INVALID_VALUE;
  return copy(state, destination, reinterpret_cast<uintptr_t>(source), bytes);
}

template <typename T>
static CUresult fill(State &state, CUdeviceptr destination, T value,
                     size_t count, CUstream stream) {
  if (CUresult result = checkStream(state, stream))
    return result;
  if (!inRange(state, destination, count * sizeof(T)) ||
      destination % sizeof(T) != 0)
    return CUDA_ERROR_INVALID_VALUE;
  std::fill_n(reinterpret_cast<T *>(destination), count, value);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuMemsetD16Async(CUdeviceptr destination,
                                      unsigned short value, size_t count,
                                      CUstream stream) {
  FAKE_ENTER(cuMemsetD16Async, true, true);
  return fill(state, destination, value, count, stream);
}

FAKE_EXPORT CUresult cuMemsetD32Async(CUdeviceptr destination, unsigned value,
                                      size_t count, CUstream stream) {
  FAKE_ENTER(cuMemsetD32Async, true, true);
  return fill(state, destination, value, count, stream);
}

FAKE_EXPORT CUresult cuMemHostRegister_v2(void *pointer, size_t bytes,
                                          unsigned flags) {
  FAKE_ENTER(cuMemHostRegister_v2, true, true);
  if (!pointer || bytes == 0)
    return CUDA_ERROR_INVALID_VALUE;
  if (!state.registered.emplace(pointer, bytes).second)
    return CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED;
  if (state.executor)
    state.executor->registerHost(pointer, bytes);
  return CUDA_SUCCESS;
}

FAKE_EXPORT CUresult cuMemHostUnregister(void *pointer) {
  FAKE_ENTER(cuMemHostUnregister, true, true);
  if (!state.registered.erase(pointer))
    return CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED;
  if (state.executor)
    state.executor->unregisterHost(pointer);
  return CUDA_SUCCESS;
}

//===----------------------------------------------------------------------===//
// Tensor maps
//===----------------------------------------------------------------------===//

FAKE_EXPORT CUresult cuTensorMapEncodeTiled(
    CUtensorMap *map, CUtensorMapDataType type, uint32_t rank, void *address,
    const uint64_t *sizes, const uint64_t *strides, const uint32_t *box,
    const uint32_t *elementStrides, CUtensorMapInterleave interleave,
    CUtensorMapSwizzle swizzle, CUtensorMapL2promotion promotion,
    CUtensorMapFloatOOBfill oobFill) {
  FAKE_ENTER(cuTensorMapEncodeTiled, true, true);
  if (reinterpret_cast<uintptr_t>(map) % 64 || rank < 1 || rank > 5 ||
      reinterpret_cast<uintptr_t>(address) % 16)
    return CUDA_ERROR_INVALID_VALUE;
  // An encoding of our own that tests can read: eleven words of numbers, then
  // the boxes.
  uint64_t words[16] = {reinterpret_cast<uintptr_t>(address),
                        static_cast<uint64_t>(type) | rank << 8 |
                            interleave << 16 | swizzle << 20 | promotion << 24 |
                            oobFill << 28};
  for (uint32_t i = 0; i < rank; ++i) {
    if (box[i] > 256 || elementStrides[i] != 1)
      return CUDA_ERROR_INVALID_VALUE;
    words[2 + i] = sizes[i];
    if (i + 1 < rank) {
      if (strides[i] % 16)
        return CUDA_ERROR_INVALID_VALUE;
      words[7 + i] = strides[i];
    }
    words[11 + i] = box[i];
  }
  std::memcpy(map->opaque, words, sizeof(words));
  return CUDA_SUCCESS;
}
