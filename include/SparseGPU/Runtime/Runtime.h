//===- Runtime.h - What every runtime library has ---------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The interface that libsparsegpu_cuda_runtime.so and libsparsegpu_emulator.so
// share, besides the `mgpu...` functions that MLIR's `gpu-to-llvm` calls (their
// names and types are those of mlir/lib/ExecutionEngine/CudaRuntimeWrappers.cpp
// in LLVM 22). C, for callers that load a library with dlopen.
//
// An `mgpu...` function cannot return an error. One that fails calls the error
// handler; without a handler it prints one line that names the call and what
// the device says, and ends the process with status 1. When a handler returns,
// the failed function does nothing more and returns null.
//
// Every function may be called from any thread.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_RUNTIME_H
#define SPARSEGPU_RUNTIME_RUNTIME_H

#ifdef __cplusplus
#include <cstddef>
#include <cstdint>
extern "C" {
#else
#include <stddef.h>
#include <stdint.h>
#endif

/// The number of devices that kernels can run on. Zero when there is none;
/// sparsegpuRuntimeLastError then says why (no driver, no device, and so on).
int sparsegpuRuntimeDeviceCount(void);

/// What went wrong in this thread's last call of a `sparsegpuRuntime...`
/// function that failed; "" if none did. Valid until the next such call.
const char *sparsegpuRuntimeLastError(void);

/// A JSON object that describes a device:
///
/// | member | |
/// |---|---|
/// | "runtime" | "cuda" or "emulator" |
/// | "name" | "NVIDIA H200", "software GPU" |
/// | "chip" | "sm_90"; null for the software GPU |
/// | "driver" | version of the CUDA driver, "13.0"; null for the software GPU |
/// | "multiprocessors", "memory_bytes", "l2_bytes", "clock_khz",
/// "memory_clock_khz", "max_shared_bytes" | numbers; null when not known |
///
/// Null on failure. Released by sparsegpuRuntimeFreeString.
char *sparsegpuRuntimeDeviceJSON(int device);
void sparsegpuRuntimeFreeString(char *text);

/// The handler of errors in `mgpu...` functions; null restores the default.
void sparsegpuRuntimeSetErrorHandler(void (*handler)(const char *message,
                                                     void *userData),
                                     void *userData);

/// An event that remembers when it was reached. Recorded, waited for and
/// destroyed by mgpuEventRecord, mgpuEventSynchronize and mgpuEventDestroy,
/// whose other events have no time. Null on failure.
void *sparsegpuRuntimeTimedEventCreate(void);
/// Milliseconds between two timed events that were both reached; negative on
/// failure. On the software GPU: time of the host.
double sparsegpuRuntimeElapsedMilliseconds(void *start, void *end);

/// A launch of a kernel, as an observer sees it. Pointers are valid during the
/// observer's call only.
struct SparseGPULaunch {
  const char *kernel;
  uint32_t grid[3];
  uint32_t block[3];
  /// Bytes of dynamic shared memory.
  uint32_t dynamicShared;
  /// params[i] points at the value of parameter i.
  size_t numParams;
  void **params;
  /// Bytes of each value, and whether it is a pointer (1) or a number (0).
  /// Null where the library does not know (CUDA).
  const uint32_t *paramBytes;
  const uint8_t *paramIsPointer;
};

/// `observer` is called before each launch, in the launching thread; null
/// removes it. When it returns a value other than 0 the kernel is not run, so
/// that launches can be recorded without their cost.
void sparsegpuRuntimeSetLaunchObserver(
    int (*observer)(const struct SparseGPULaunch *launch, void *userData),
    void *userData);

#ifdef __cplusplus
}
#endif

#endif // SPARSEGPU_RUNTIME_RUNTIME_H
