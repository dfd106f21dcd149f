//===- RuntimeAPI.cpp - The interface that all runtimes share -------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Runtime.h"

#include "Format.h"
#include "JSON.h"
#include "LastError.h"
#include "ThreadContext.h"

#include <cstdlib>
#include <cstring>

using namespace sparsegpu::emulator;

static thread_local std::string lastError;

int sparsegpu::emulator::report(const Status &status) {
  if (!status.ok())
    lastError = status.message();
  return !status.ok();
}

int sparsegpuRuntimeDeviceCount(void) { return 1; }

const char *sparsegpuRuntimeLastError(void) { return lastError.c_str(); }

char *sparsegpuRuntimeDeviceJSON(int device) {
  if (device != 0) {
    report(Status::error(formatText(
        "device {0} does not exist; the software GPU is device 0", device)));
    return nullptr;
  }
  JSONValue object = JSONValue::object();
  object["runtime"] = std::string_view("emulator");
  object["name"] = std::string_view("software GPU");
  for (const char *unknown :
       {"chip", "driver", "multiprocessors", "memory_bytes", "l2_bytes",
        "clock_khz", "memory_clock_khz"})
    object[unknown] = JSONValue();
  object["max_shared_bytes"] = uint64_t(kMaxShared);
  return strdup(object.print().c_str());
}

void sparsegpuRuntimeFreeString(char *text) { std::free(text); }

void sparsegpuRuntimeSetErrorHandler(void (*handler)(const char *, void *),
                                     void *userData) {
  if (!handler)
    return Device::get().setErrorHandler({});
  Device::get().setErrorHandler(
      [=](const std::string &message) { handler(message.c_str(), userData); });
}

void *sparsegpuRuntimeTimedEventCreate(void) {
  return Device::get().createEvent(/*timed=*/true);
}

double sparsegpuRuntimeElapsedMilliseconds(void *start, void *end) {
  double milliseconds = -1;
  report(Device::get().elapsed(static_cast<Event *>(start),
                               static_cast<Event *>(end), milliseconds));
  return milliseconds;
}

void sparsegpuRuntimeSetLaunchObserver(int (*observer)(const SparseGPULaunch *,
                                                       void *),
                                       void *userData) {
  if (!observer)
    return Device::get().setLaunchObserver({});
  Device::get().setLaunchObserver([=](const SparseGPULaunch &launch) {
    return observer(&launch, userData) != 0;
  });
}
