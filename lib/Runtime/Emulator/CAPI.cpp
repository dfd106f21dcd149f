//===- CAPI.cpp - The C interface -----------------------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Runtime/Emulator.h"

#include <cstdlib>
#include <cstring>

using namespace sparsegpu::emulator;

static thread_local std::string *lastError = nullptr;

static int report(const Status &status) {
  delete lastError;
  lastError = status.ok() ? nullptr : new std::string(status.message());
  return !status.ok();
}

static char *duplicate(const std::string &text) { return strdup(text.c_str()); }

int sparsegpuEmulatorSetOptions(const char *text) {
  Options options;
  Status status = Options::parse(text ? text : "", options);
  if (status.ok())
    Device::get().setOptions(options);
  return report(status);
}

const char *sparsegpuEmulatorLastError(void) {
  return lastError ? lastError->c_str() : "";
}

uint64_t sparsegpuEmulatorMark(void) { return Device::get().mark(); }

char *sparsegpuEmulatorCountersJSON(uint64_t sinceMark) {
  return duplicate(Device::get().countersJSON(sinceMark));
}

char *sparsegpuEmulatorHazardsJSON(uint64_t sinceMark) {
  return duplicate(Device::get().hazardsJSON(sinceMark));
}

uint64_t sparsegpuEmulatorNumHazards(uint64_t sinceMark) {
  return Device::get().hazards(sinceMark).size();
}

void sparsegpuEmulatorFreeString(char *text) { std::free(text); }

void sparsegpuEmulatorSetErrorHandler(void (*handler)(const char *, void *),
                                      void *userData) {
  if (!handler)
    return Device::get().setErrorHandler({});
  Device::get().setErrorHandler(
      [=](const std::string &message) { handler(message.c_str(), userData); });
}
