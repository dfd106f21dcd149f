//===- RuntimeInterface.cpp - The functions of Runtime.h ------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ABI.h"
#include "SparseGPU/Runtime/Runtime.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace sparsegpu::cuda;

/// Returns whether `status` is a success; remembers what went wrong.
static bool remember(const Status &status) {
  if (!status.ok())
    setLastError(status.message());
  return status.ok();
}

//===----------------------------------------------------------------------===//
// Devices
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT int sparsegpuRuntimeDeviceCount(void) {
  const Driver *driver = nullptr;
  int count = 0;
  Status status = Driver::get(driver);
  if (status.ok())
    status = getDeviceCount(*driver, count);
  if (status.ok() && count == 0)
    status = Status::error("the CUDA driver has no device");
  return remember(status) ? count : 0;
}

SPARSEGPU_EXPORT const char *sparsegpuRuntimeLastError(void) {
  return lastError();
}

static std::string quote(const char *text) {
  std::string quoted = "\"";
  for (const char *c = text; *c; ++c) {
    char escaped[8];
    if (*c == '"' || *c == '\\')
      (quoted += '\\') += *c;
    else if (static_cast<unsigned char>(*c) < 0x20)
      quoted +=
          (std::snprintf(escaped, sizeof(escaped), "\\u%04x", *c), escaped);
    else
      quoted += *c;
  }
  return quoted + '"';
}

namespace {
/// Builds the members of a JSON object.
struct Members {
  std::string text;

  void add(const char *key, const std::string &value) {
    text += std::string(text.empty() ? "" : ", ") + '"' + key + "\": " + value;
  }
  /// Drivers say 0 of what they do not know.
  void addNumber(const char *key, uint64_t value) {
    add(key, value ? std::to_string(value) : "null");
  }
};
} // namespace

static Status describe(const Driver &driver, int ordinal, Members &members) {
  CUdevice device = 0;
  SPARSEGPU_TRY(getDevice(driver, ordinal, device));
  char name[256] = "";
  SPARSEGPU_TRY(
      SPARSEGPU_CUDA(driver, cuDeviceGetName, name, sizeof(name) - 1, device));
  int version = 0;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuDriverGetVersion, &version));
  size_t memory = 0;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuDeviceTotalMem_v2, &memory, device));
  struct Attribute {
    CUdevice_attribute attribute;
    const char *member;
    int value;
  } attributes[] = {
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, nullptr, 0},
      {CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR, nullptr, 0},
      {CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT, "multiprocessors", 0},
      {CU_DEVICE_ATTRIBUTE_L2_CACHE_SIZE, "l2_bytes", 0},
      {CU_DEVICE_ATTRIBUTE_CLOCK_RATE, "clock_khz", 0},
      {CU_DEVICE_ATTRIBUTE_MEMORY_CLOCK_RATE, "memory_clock_khz", 0},
      {CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN,
       "max_shared_bytes", 0}};
  for (Attribute &a : attributes)
    SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuDeviceGetAttribute, &a.value,
                                 a.attribute, device));
  members.add("runtime", "\"cuda\"");
  members.add("name", quote(name));
  members.add("chip", "\"sm_" + std::to_string(attributes[0].value) +
                          std::to_string(attributes[1].value) + '"');
  // 13000 is 13.0 (cuDriverGetVersion).
  members.add("driver", '"' + std::to_string(version / 1000) + '.' +
                            std::to_string(version % 1000 / 10) + '"');
  members.addNumber("memory_bytes", memory);
  for (const Attribute &a : attributes)
    if (a.member)
      members.addNumber(a.member, a.value < 0 ? 0 : a.value);
  return Status::success();
}

SPARSEGPU_EXPORT char *sparsegpuRuntimeDeviceJSON(int device) {
  const Driver *driver = nullptr;
  Members members;
  Status status = Driver::get(driver);
  if (status.ok())
    status = describe(*driver, device, members);
  return remember(status) ? strdup(("{" + members.text + "}").c_str())
                          : nullptr;
}

SPARSEGPU_EXPORT void sparsegpuRuntimeFreeString(char *text) { free(text); }

//===----------------------------------------------------------------------===//
// Errors
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT void sparsegpuRuntimeSetErrorHandler(
    void (*handler)(const char *message, void *userData), void *userData) {
  setErrorHandler(handler, userData);
}

//===----------------------------------------------------------------------===//
// Time
//===----------------------------------------------------------------------===//

SPARSEGPU_EXPORT void *sparsegpuRuntimeTimedEventCreate(void) {
  const Driver *driver = nullptr;
  CUevent event = nullptr;
  Status status = enterContext(driver);
  if (status.ok())
    status = SPARSEGPU_CUDA(*driver, cuEventCreate, &event, CU_EVENT_DEFAULT);
  return remember(status) ? event : nullptr;
}

SPARSEGPU_EXPORT double sparsegpuRuntimeElapsedMilliseconds(void *start,
                                                            void *end) {
  const Driver *driver = nullptr;
  float milliseconds = 0;
  Status status = start && end ? enterContext(driver)
                               : Status::error("a timed event is null");
  if (status.ok())
    status =
        SPARSEGPU_CUDA(*driver, cuEventElapsedTime, &milliseconds,
                       static_cast<CUevent>(start), static_cast<CUevent>(end));
  return remember(status) ? milliseconds : -1;
}
