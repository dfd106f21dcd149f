//===- Context.h - The context that calls run in ----------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Which context a call runs in:
//
// - the one that is current in the calling thread, so that this library works
//   inside a program that has contexts of its own;
// - if there is none, the primary context of device 0, which becomes current:
//   what the CUDA runtime does, so both share memory and streams.
//
// mgpuSetDefaultDevice makes the primary context of its device current in the
// calling thread, as cudaSetDevice does. Primary contexts are retained once
// and kept until the process ends.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_CUDA_CONTEXT_H
#define SPARSEGPU_RUNTIME_CUDA_CONTEXT_H

#include "Driver.h"

namespace sparsegpu::cuda {

/// A context, and what tells it from a later one at the same address.
struct ContextRef {
  CUcontext handle = nullptr;
  /// From cuCtxGetId (CUDA 12.0); for older drivers the address.
  unsigned long long id = 0;
};

/// Makes sure that this thread has a current context, and returns the driver.
Status enterContext(const Driver *&driver);

/// The current context of this thread, which has one.
Status getCurrentContext(const Driver &driver, ContextRef &context);

/// The number of devices; not an error if there is none.
Status getDeviceCount(const Driver &driver, int &count);

/// Fails, saying how many there are, when there is no device `device`.
Status getDevice(const Driver &driver, int ordinal, CUdevice &device);

/// Makes the primary context of device `ordinal` current in this thread.
Status setDefaultDevice(int ordinal);

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_RUNTIME_CUDA_CONTEXT_H
