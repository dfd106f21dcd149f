//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A runtime library (Runtime.h), loaded at run time: the CUDA one or a software
// GPU. Errors of `mgpu...` functions come back as Status.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_BUNDLE_RUNTIMELIBRARY_H
#define SPARSEGPU_RUNTIME_BUNDLE_RUNTIMELIBRARY_H

#include "SparseGPU/Runtime/Runtime.h"
#include "SparseGPU/Support/Expected.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace sparsegpu::bundle {

/// The functions of a loaded runtime library. Copies share the library, which
/// stays loaded to the end of the process. One thread at a time.
class RuntimeLibrary {
public:
  /// Loads `path` for the whole process, so that compiled programs which are
  /// loaded later find their `mgpu...` functions in it. One process has one
  /// runtime library. Fails when the file cannot be loaded or lacks a function.
  static Expected<RuntimeLibrary> open(const std::string &path);

  /// The number of devices that the library at `path` finds; 0, and `whyNone`,
  /// when kernels cannot run. Asks without choosing this library.
  static int countDevices(const std::string &path, std::string &whyNone);

  /// The JSON text of sparsegpuRuntimeDeviceJSON.
  Expected<std::string> describeDevice(int device = 0) const;

  /// The first error of an `mgpu...` function since the last call of this.
  Status takeError() const;

  /// Device memory. Null for no bytes.
  Expected<void *> allocate(uint64_t bytes) const;
  void free(void *pointer) const;
  /// Between host and device, or on the device; in order on `stream`, and done
  /// when it returns.
  Status copy(void *destination, const void *source, size_t bytes,
              void *stream) const;
  /// The same between two places on the device, without waiting.
  Status copyOnDevice(void *destination, const void *source, size_t bytes,
                      void *stream) const;
  /// Writes `words` 32-bit words, without waiting.
  Status fill(void *destination, uint32_t value, size_t words,
              void *stream) const;

  Expected<void *> createStream() const;
  void destroyStream(void *stream) const;
  Status synchronize(void *stream) const;

  /// Events that can be asked for the time between them.
  Expected<void *> createTimedEvent() const;
  void destroyEvent(void *event) const;
  Status record(void *event, void *stream) const;
  Status synchronizeEvent(void *event) const;
  Expected<double> elapsedMilliseconds(void *start, void *end) const;

  /// See sparsegpuRuntimeSetLaunchObserver.
  void observeLaunches(int (*observer)(const SparseGPULaunch *, void *),
                       void *userData) const;

private:
  struct Functions;
  std::shared_ptr<const Functions> functions;
};

/// Fails when `path` cannot be read or is shorter than its ELF header says: the
/// loader of the C library does not look, and the process would die of a
/// signal.
Status checkLibraryFile(const std::string &path);

/// Device memory that is freed with this object.
class DeviceBuffer {
public:
  DeviceBuffer() = default;
  static Expected<DeviceBuffer> create(const RuntimeLibrary &library,
                                       uint64_t bytes);
  /// Takes `bytes` bytes and gives up what it had; on failure it keeps that.
  Status reset(const RuntimeLibrary &library, uint64_t bytes);
  DeviceBuffer(DeviceBuffer &&other) noexcept;
  DeviceBuffer &operator=(DeviceBuffer &&other) noexcept;
  ~DeviceBuffer();

  void *data() const { return pointer; }
  uint64_t size() const { return bytes; }

private:
  std::unique_ptr<RuntimeLibrary> library;
  void *pointer = nullptr;
  uint64_t bytes = 0;
};

} // namespace sparsegpu::bundle

#endif // SPARSEGPU_RUNTIME_BUNDLE_RUNTIMELIBRARY_H
