//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Stands in for a runtime library: device memory is the host's, work is done
// when it is asked for, and time is a counter, so that times in tests are the
// same each time.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Runtime.h"

#include <cstdlib>
#include <cstring>
#include <string>

#define FAKE_API extern "C" __attribute__((visibility("default")))

static double milliseconds = 0;
static long liveBuffers = 0;
static void (*handler)(const char *, void *) = nullptr;
static void *handlerData = nullptr;

FAKE_API long sparsegpuTestLiveBuffers() { return liveBuffers; }

FAKE_API void *mgpuMemAlloc(uint64_t bytes, void *, bool) {
  ++liveBuffers;
  return std::malloc(bytes);
}
FAKE_API void mgpuMemFree(void *pointer, void *) {
  --liveBuffers;
  std::free(pointer);
}
FAKE_API void mgpuMemcpy(void *to, void *from, size_t bytes, void *) {
  std::memcpy(to, from, bytes);
  milliseconds += 1;
}
FAKE_API void mgpuMemset32(void *to, unsigned value, size_t words, void *) {
  // A device in which nothing works any more.
  if (getenv("SPARSEGPU_TEST_DEVICE_LOST")) {
    handler("mgpuMemset32: the device is lost", handlerData);
    return;
  }
  for (size_t i = 0; i < words; ++i)
    static_cast<unsigned *>(to)[i] = value;
}
FAKE_API void *mgpuStreamCreate() { return new int; }
FAKE_API void mgpuStreamDestroy(void *stream) {
  delete static_cast<int *>(stream);
}
FAKE_API void mgpuStreamSynchronize(void *) {}
FAKE_API void *mgpuEventCreate() { return new double(0); }
FAKE_API void mgpuEventDestroy(void *event) {
  delete static_cast<double *>(event);
}
FAKE_API void mgpuEventSynchronize(void *) {}
FAKE_API void mgpuEventRecord(void *event, void *) {
  milliseconds += 0.5;
  *static_cast<double *>(event) = milliseconds;
}

FAKE_API int sparsegpuRuntimeDeviceCount() { return 1; }
FAKE_API const char *sparsegpuRuntimeLastError() { return ""; }
FAKE_API char *sparsegpuRuntimeDeviceJSON(int) {
  return strdup(R"({"runtime": "cuda", "name": "a GPU for tests",
                    "chip": "sm_90", "driver": "13.0", "multiprocessors": 10,
                    "memory_bytes": 1048576, "l2_bytes": 4096,
                    "clock_khz": 1000000})");
}
FAKE_API void sparsegpuRuntimeFreeString(char *text) { std::free(text); }
FAKE_API void sparsegpuRuntimeSetErrorHandler(void (*function)(const char *,
                                                               void *),
                                              void *data) {
  handler = function;
  handlerData = data;
}
FAKE_API void *sparsegpuRuntimeTimedEventCreate() { return new double(0); }
FAKE_API double sparsegpuRuntimeElapsedMilliseconds(void *start, void *end) {
  return *static_cast<double *>(end) - *static_cast<double *>(start);
}
FAKE_API void sparsegpuRuntimeSetLaunchObserver(
    int (*)(const struct SparseGPULaunch *, void *), void *) {}
