//===- DeviceStreams.cpp - Streams, events and memory in order ------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceImpl.h"
#include "Format.h"

#include <cstring>

using namespace sparsegpu::emulator;

Status Device::Impl::issue(Stream *stream, Work work) {
  bool deferred;
  {
    std::lock_guard<std::mutex> lock(mutex);
    deferred = options.seeds > 1;
  }
  return streams.issue(stream, std::move(work), deferred);
}

Stream *Device::createStream() { return impl->streams.create(); }
Status Device::destroyStream(Stream *stream) {
  return stream ? impl->streams.destroy(stream) : Status::success();
}
Status Device::synchronize(Stream *stream) {
  return impl->streams.wait(stream);
}

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

Event *Device::createEvent(bool timed) {
  auto event = std::make_unique<Event>();
  event->timed = timed;
  Event *handle = event.get();
  std::lock_guard<std::mutex> lock(impl->mutex);
  impl->events[handle] = std::move(event);
  return handle;
}

static Status noEvent() {
  return Status::error("the event does not exist, or not any more");
}

// In LLVM 22 `gpu-to-llvm` lets an asynchronous region yield a stream where it
// says that it yields an event. A stream then stands for all that it was
// issued, and is not destroyed as an event: several users do that.
static Stream *asStream(Event *event) {
  return reinterpret_cast<Stream *>(event);
}

Status Device::destroyEvent(Event *event) {
  std::lock_guard<std::mutex> lock(impl->mutex);
  if (event && !impl->events.erase(event) &&
      !impl->streams.isLive(asStream(event)))
    return noEvent();
  return Status::success();
}

Status Device::findMarker(Event *event, std::shared_ptr<Marker> &marker) {
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    if (impl->events.count(event)) {
      marker = event->marker;
      return Status::success();
    }
  }
  if (!impl->streams.isLive(asStream(event)))
    return noEvent();
  marker = std::make_shared<Marker>();
  Work work;
  work.record = marker;
  return impl->issue(asStream(event), std::move(work));
}

Status Device::record(Event *event, Stream *stream) {
  {
    std::lock_guard<std::mutex> lock(impl->mutex);
    if (!impl->events.count(event))
      return noEvent();
  }
  auto marker = std::make_shared<Marker>();
  if (stream) {
    Work work;
    work.record = marker;
    if (Status status = impl->issue(stream, std::move(work)); !status.ok())
      return status;
  } else {
    // What was issued without a stream is done.
    marker->time = Marker::Clock::now();
    marker->reached = true;
  }
  std::lock_guard<std::mutex> lock(impl->mutex);
  if (impl->events.count(event))
    event->marker = marker;
  return Status::success();
}

Status Device::waitForEvent(Stream *stream, Event *event) {
  std::shared_ptr<Marker> marker;
  if (Status status = findMarker(event, marker); !status.ok() || !marker)
    return status;
  if (!stream)
    return impl->streams.wait(marker);
  Work work;
  work.wait = marker;
  return impl->issue(stream, std::move(work));
}

Status Device::synchronizeEvent(Event *event) {
  std::shared_ptr<Marker> marker;
  if (Status status = findMarker(event, marker); !status.ok() || !marker)
    return status;
  return impl->streams.wait(marker);
}

Status Device::elapsed(Event *start, Event *end, double &milliseconds) {
  std::shared_ptr<Marker> markers[2];
  for (unsigned i = 0; i < 2; ++i) {
    Event *event = i ? end : start;
    std::lock_guard<std::mutex> lock(impl->mutex);
    bool exists = impl->events.count(event);
    const char *problem = !event           ? "is null"
                          : !exists        ? "does not exist"
                          : !event->timed  ? "has no time; make it with "
                                             "sparsegpuRuntimeTimedEventCreate"
                          : !event->marker ? "was not recorded"
                          : !impl->streams.isReached(*event->marker)
                              ? "was not reached yet"
                              : nullptr;
    if (problem)
      return Status::error(
          formatText("the time between two events: the {0} event {1}",
                     i ? "second" : "first", problem));
    markers[i] = event->marker;
  }
  milliseconds = std::chrono::duration<double, std::milli>(markers[1]->time -
                                                           markers[0]->time)
                     .count();
  return Status::success();
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

void *Device::allocate(size_t bytes) {
  return impl->memory.allocate(bytes, options().hazards);
}

Status Device::free(void *pointer) {
  if (!pointer)
    return Status::success();
  Status failed = synchronize();
  Status status = impl->memory.free(pointer);
  return failed.ok() ? status : failed;
}

void Device::registerHost(void *pointer, size_t bytes) {
  impl->memory.registerHost(pointer, bytes);
}

Status Device::unregisterHost(void *pointer) {
  Status failed = synchronize();
  Status status = impl->memory.unregisterHost(pointer);
  return failed.ok() ? status : failed;
}

Status Device::transfer(Stream *stream, bool mayWait,
                        std::function<void()> run) {
  if (stream && !mayWait) {
    Work work;
    work.transfer = std::move(run);
    return impl->issue(stream, std::move(work));
  }
  if (Status failed = synchronize(stream); !failed.ok())
    return failed;
  run();
  return Status::success();
}

Status Device::copy(void *destination, const void *source, size_t bytes,
                    Stream *stream) {
  if (!bytes)
    return Status::success();
  if (!destination || !source)
    return Status::error(
        formatText("copying {0} bytes from or to a null pointer", bytes));
  for (Status status : {impl->memory.checkRange(source, bytes, "a copy"),
                        impl->memory.checkRange(destination, bytes, "a copy")})
    if (!status.ok())
      return status;
  // The program may use other memory of the host as soon as the call returns.
  bool mayWait = !impl->memory.isKnown(destination, bytes) ||
                 !impl->memory.isKnown(source, bytes);
  return transfer(stream, mayWait, [=, memory = &impl->memory] {
    std::memmove(destination, source, bytes);
    memory->noteWritten(destination, source, bytes);
  });
}

Status Device::fill(void *destination, uint32_t value, unsigned elementBytes,
                    size_t count, Stream *stream) {
  if (!count)
    return Status::success();
  if (!destination)
    return Status::error("filling memory at a null pointer");
  size_t bytes = elementBytes * count;
  if (Status status = impl->memory.checkRange(destination, bytes, "a memset");
      !status.ok())
    return status;
  return transfer(stream, false, [=, memory = &impl->memory] {
    auto *to = static_cast<char *>(destination);
    for (size_t i = 0; i < count; ++i)
      std::memcpy(to + i * elementBytes, &value, elementBytes);
    memory->noteWritten(destination, nullptr, bytes);
  });
}

void Device::noteHostWrites(void *pointer, size_t bytes) {
  impl->memory.noteWritten(pointer, nullptr, bytes);
}
