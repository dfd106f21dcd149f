//===- EmulatorAPI.cpp - The C interface of the software GPU alone --------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LastError.h"
#include "SparseGPU/Runtime/Emulator.h"
#include "SparseGPU/Runtime/Runtime.h"

#include <cstring>

using namespace sparsegpu::emulator;

static char *duplicate(const std::string &text) { return strdup(text.c_str()); }

int sparsegpuEmulatorSetOptions(const char *text) {
  Options options;
  Status status = Options::parse(text ? text : "", options);
  if (status.ok())
    Device::get().setOptions(options);
  return report(status);
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

uint64_t sparsegpuEmulatorNumFloatAtomicLaunches(uint64_t sinceMark) {
  return Device::get().numFloatAtomicLaunches(sinceMark);
}

const char *sparsegpuEmulatorLastError(void) {
  return sparsegpuRuntimeLastError();
}

void sparsegpuEmulatorFreeString(char *text) {
  sparsegpuRuntimeFreeString(text);
}
