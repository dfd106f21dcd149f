//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Bundle/RuntimeLibrary.h"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <fstream>
#include <mutex>
#include <vector>

using namespace sparsegpu;
using namespace sparsegpu::bundle;

struct RuntimeLibrary::Functions {
  void *(*memAlloc)(uint64_t, void *, bool);
  void (*memFree)(void *, void *);
  void (*memcpy)(void *, void *, size_t, void *);
  void (*memset32)(void *, unsigned, size_t, void *);
  void *(*streamCreate)();
  void (*streamDestroy)(void *);
  void (*streamSynchronize)(void *);
  void (*eventDestroy)(void *);
  void (*eventSynchronize)(void *);
  void (*eventRecord)(void *, void *);
  decltype(&sparsegpuRuntimeLastError) lastError;
  decltype(&sparsegpuRuntimeDeviceJSON) deviceJSON;
  decltype(&sparsegpuRuntimeFreeString) freeString;
  decltype(&sparsegpuRuntimeSetErrorHandler) setErrorHandler;
  decltype(&sparsegpuRuntimeTimedEventCreate) timedEventCreate;
  decltype(&sparsegpuRuntimeElapsedMilliseconds) elapsed;
  decltype(&sparsegpuRuntimeSetLaunchObserver) setLaunchObserver;

  /// The first error since it was last asked for.
  mutable std::mutex mutex;
  mutable std::string error;
  /// Whether there is one. Host code goes on after a failure: a kernel on
  /// memory that could not be allocated would take the device with it.
  mutable std::atomic<bool> failed{false};
  /// The observer of observeLaunches.
  mutable int (*observer)(const SparseGPULaunch *, void *) = nullptr;
  mutable void *observerData = nullptr;

  static int observeLaunch(const SparseGPULaunch *launch, void *userData) {
    auto *self = static_cast<const Functions *>(userData);
    if (self->failed)
      return 1;
    return self->observer ? self->observer(launch, self->observerData) : 0;
  }

  static void handleError(const char *message, void *userData) {
    auto *self = static_cast<const Functions *>(userData);
    std::lock_guard<std::mutex> lock(self->mutex);
    if (self->error.empty())
      self->error = message;
    self->failed = true;
  }
};

Status bundle::checkLibraryFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return Error(path + ": cannot open: " + std::strerror(errno));
  Elf64_Ehdr header;
  bool isElf = file.read(reinterpret_cast<char *>(&header), sizeof(header)) &&
               std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0;
  if (!isElf)
    return Error(path + " is not a shared library");
  // The section headers are the last thing in what linkers write.
  uint64_t size =
      header.e_shoff + uint64_t(header.e_shnum) * header.e_shentsize;
  file.seekg(0, std::ios::end);
  if (static_cast<uint64_t>(file.tellg()) < size)
    return Error(path + " is truncated: it has " +
                 std::to_string(file.tellg()) + " of " + std::to_string(size) +
                 " bytes");
  return Status::success();
}

Expected<RuntimeLibrary> RuntimeLibrary::open(const std::string &path) {
  if (Status status = checkLibraryFile(path); !status)
    return Error("cannot load the runtime library: " + status.message());
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (!handle)
    return Error(std::string("cannot load the runtime library: ") + dlerror());
  auto functions = std::make_shared<Functions>();
  const std::pair<const char *, void **> symbols[] = {
#define SPARSEGPU_FUNCTION(symbol, member)                                     \
  {symbol, reinterpret_cast<void **>(&functions->member)}
      SPARSEGPU_FUNCTION("mgpuMemAlloc", memAlloc),
      SPARSEGPU_FUNCTION("mgpuMemFree", memFree),
      SPARSEGPU_FUNCTION("mgpuMemcpy", memcpy),
      SPARSEGPU_FUNCTION("mgpuMemset32", memset32),
      SPARSEGPU_FUNCTION("mgpuStreamCreate", streamCreate),
      SPARSEGPU_FUNCTION("mgpuStreamDestroy", streamDestroy),
      SPARSEGPU_FUNCTION("mgpuStreamSynchronize", streamSynchronize),
      SPARSEGPU_FUNCTION("mgpuEventDestroy", eventDestroy),
      SPARSEGPU_FUNCTION("mgpuEventSynchronize", eventSynchronize),
      SPARSEGPU_FUNCTION("mgpuEventRecord", eventRecord),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeLastError", lastError),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeDeviceJSON", deviceJSON),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeFreeString", freeString),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeSetErrorHandler", setErrorHandler),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeTimedEventCreate", timedEventCreate),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeElapsedMilliseconds", elapsed),
      SPARSEGPU_FUNCTION("sparsegpuRuntimeSetLaunchObserver",
                         setLaunchObserver),
#undef SPARSEGPU_FUNCTION
  };
  for (auto [name, slot] : symbols) {
    *slot = dlsym(handle, name);
    if (!*slot)
      return Error("the runtime library " + path + " has no function " + name);
  }
  functions->setErrorHandler(Functions::handleError, functions.get());
  functions->setLaunchObserver(Functions::observeLaunch, functions.get());
  // The handler outlives every copy of this object, and static variables:
  // programs unload their modules after those are gone.
  static auto *keep = new std::vector<std::shared_ptr<const Functions>>;
  keep->push_back(functions);
  RuntimeLibrary library;
  library.functions = std::move(functions);
  return library;
}

int RuntimeLibrary::countDevices(const std::string &path,
                                 std::string &whyNone) {
  if (Status status = checkLibraryFile(path); !status) {
    whyNone = status.message();
    return 0;
  }
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    whyNone = dlerror();
    return 0;
  }
  auto count = reinterpret_cast<decltype(&sparsegpuRuntimeDeviceCount)>(
      dlsym(handle, "sparsegpuRuntimeDeviceCount"));
  auto lastError = reinterpret_cast<decltype(&sparsegpuRuntimeLastError)>(
      dlsym(handle, "sparsegpuRuntimeLastError"));
  if (!count || !lastError) {
    whyNone = path + " is not a runtime library of this version";
    return 0;
  }
  int devices = count();
  if (devices <= 0)
    whyNone = lastError();
  return devices;
}

Expected<std::string> RuntimeLibrary::describeDevice(int device) const {
  char *text = functions->deviceJSON(device);
  if (!text)
    return Error(functions->lastError());
  std::string result = text;
  functions->freeString(text);
  return result;
}

Status RuntimeLibrary::takeError() const {
  std::lock_guard<std::mutex> lock(functions->mutex);
  if (functions->error.empty())
    return Status::success();
  functions->failed = false;
  return Error(std::exchange(functions->error, {}));
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Expected<void *> RuntimeLibrary::allocate(uint64_t bytes) const {
  if (bytes == 0)
    return static_cast<void *>(nullptr);
  void *pointer = functions->memAlloc(bytes, nullptr, false);
  if (Status status = takeError(); !status)
    return status.takeError();
  if (!pointer)
    return Error("cannot allocate " + std::to_string(bytes) +
                 " bytes of device memory");
  return pointer;
}

void RuntimeLibrary::free(void *pointer) const {
  if (pointer)
    functions->memFree(pointer, nullptr);
}

Status RuntimeLibrary::copyOnDevice(void *destination, const void *source,
                                    size_t bytes, void *stream) const {
  if (bytes == 0)
    return Status::success();
  functions->memcpy(destination, const_cast<void *>(source), bytes, stream);
  return takeError();
}

Status RuntimeLibrary::copy(void *destination, const void *source, size_t bytes,
                            void *stream) const {
  if (Status status = copyOnDevice(destination, source, bytes, stream); !status)
    return status;
  return synchronize(stream);
}

Status RuntimeLibrary::fill(void *destination, uint32_t value, size_t words,
                            void *stream) const {
  if (words)
    functions->memset32(destination, value, words, stream);
  return takeError();
}

//===----------------------------------------------------------------------===//
// Streams and events
//===----------------------------------------------------------------------===//

Expected<void *> RuntimeLibrary::createStream() const {
  void *stream = functions->streamCreate();
  if (Status status = takeError(); !status)
    return status.takeError();
  return stream;
}

void RuntimeLibrary::destroyStream(void *stream) const {
  if (stream)
    functions->streamDestroy(stream);
}

Status RuntimeLibrary::synchronize(void *stream) const {
  functions->streamSynchronize(stream);
  return takeError();
}

Expected<void *> RuntimeLibrary::createTimedEvent() const {
  void *event = functions->timedEventCreate();
  if (!event)
    return Error(functions->lastError());
  return event;
}

void RuntimeLibrary::destroyEvent(void *event) const {
  if (event)
    functions->eventDestroy(event);
}

Status RuntimeLibrary::record(void *event, void *stream) const {
  functions->eventRecord(event, stream);
  return takeError();
}

Status RuntimeLibrary::synchronizeEvent(void *event) const {
  functions->eventSynchronize(event);
  return takeError();
}

Expected<double> RuntimeLibrary::elapsedMilliseconds(void *start,
                                                     void *end) const {
  double milliseconds = functions->elapsed(start, end);
  if (milliseconds < 0)
    return Error(functions->lastError());
  return milliseconds;
}

void RuntimeLibrary::observeLaunches(int (*observer)(const SparseGPULaunch *,
                                                     void *),
                                     void *userData) const {
  functions->observer = observer;
  functions->observerData = userData;
}

//===----------------------------------------------------------------------===//
// DeviceBuffer
//===----------------------------------------------------------------------===//

Expected<DeviceBuffer> DeviceBuffer::create(const RuntimeLibrary &library,
                                            uint64_t bytes) {
  Expected<void *> pointer = library.allocate(bytes);
  if (!pointer)
    return pointer.takeError();
  DeviceBuffer buffer;
  buffer.library = std::make_unique<RuntimeLibrary>(library);
  buffer.pointer = *pointer;
  buffer.bytes = bytes;
  return buffer;
}

Status DeviceBuffer::reset(const RuntimeLibrary &library, uint64_t bytes) {
  Expected<DeviceBuffer> buffer = create(library, bytes);
  if (!buffer)
    return buffer.takeError();
  *this = std::move(*buffer);
  return Status::success();
}

DeviceBuffer::DeviceBuffer(DeviceBuffer &&other) noexcept {
  *this = std::move(other);
}

DeviceBuffer &DeviceBuffer::operator=(DeviceBuffer &&other) noexcept {
  std::swap(library, other.library);
  std::swap(pointer, other.pointer);
  std::swap(bytes, other.bytes);
  return *this;
}

DeviceBuffer::~DeviceBuffer() {
  if (library)
    library->free(pointer);
}
