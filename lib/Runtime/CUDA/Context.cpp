//===- Context.cpp - The context that calls run in ------------------------===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Context.h"

#include <map>
#include <mutex>

using namespace sparsegpu::cuda;

Status sparsegpu::cuda::getDeviceCount(const Driver &driver, int &count) {
  count = 0;
  return SPARSEGPU_CUDA(driver, cuDeviceGetCount, &count);
}

Status sparsegpu::cuda::getDevice(const Driver &driver, int ordinal,
                                  CUdevice &device) {
  int count = 0;
  SPARSEGPU_TRY(getDeviceCount(driver, count));
  if (ordinal < 0 || ordinal >= count)
    return Status::error(
        "device " + std::to_string(ordinal) + " does not exist; there " +
        (count == 1 ? "is 1 device"
                    : "are " + std::to_string(count) + " devices"));
  return SPARSEGPU_CUDA(driver, cuDeviceGet, &device, ordinal);
}

/// The primary context of a device, retained at most once.
static Status getPrimaryContext(const Driver &driver, int ordinal,
                                CUcontext &context) {
  static std::mutex mutex;
  // Never destroyed: host code may call us from its global destructors.
  static auto *contexts = new std::map<int, CUcontext>();
  std::lock_guard<std::mutex> lock(mutex);
  auto it = contexts->find(ordinal);
  if (it == contexts->end()) {
    CUdevice device = 0;
    SPARSEGPU_TRY(getDevice(driver, ordinal, device));
    CUcontext retained = nullptr;
    SPARSEGPU_TRY(
        SPARSEGPU_CUDA(driver, cuDevicePrimaryCtxRetain, &retained, device));
    it = contexts->emplace(ordinal, retained).first;
  }
  context = it->second;
  return Status::success();
}

static Status enterPrimaryContext(const Driver &driver, int ordinal) {
  CUcontext context = nullptr;
  SPARSEGPU_TRY(getPrimaryContext(driver, ordinal, context));
  return SPARSEGPU_CUDA(driver, cuCtxSetCurrent, context);
}

Status sparsegpu::cuda::enterContext(const Driver *&driver) {
  SPARSEGPU_TRY(Driver::get(driver));
  CUcontext context = nullptr;
  SPARSEGPU_TRY(SPARSEGPU_CUDA(*driver, cuCtxGetCurrent, &context));
  return context ? Status::success() : enterPrimaryContext(*driver, 0);
}

Status sparsegpu::cuda::getCurrentContext(const Driver &driver,
                                          ContextRef &context) {
  SPARSEGPU_TRY(SPARSEGPU_CUDA(driver, cuCtxGetCurrent, &context.handle));
  context.id = reinterpret_cast<uintptr_t>(context.handle);
  if (!driver.cuCtxGetId)
    return Status::success();
  return SPARSEGPU_CUDA(driver, cuCtxGetId, context.handle, &context.id);
}

Status sparsegpu::cuda::setDefaultDevice(int ordinal) {
  const Driver *driver = nullptr;
  SPARSEGPU_TRY(Driver::get(driver));
  return enterPrimaryContext(*driver, ordinal);
}
