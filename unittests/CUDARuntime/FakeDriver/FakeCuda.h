//===- FakeCuda.h - A CUDA driver for tests ---------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// build/unittests/fake-cuda/libcuda.so.1 has the functions of the CUDA driver
// that this project uses. Device memory is memory of the host. It is strict:
// every handle must be alive and of its kind, calls before cuInit or without a
// current context fail, and a stream may not be used in another context.
// It keeps books, makes calls fail on demand, records launches, and with a
// software GPU and the bitcode of the kernels it executes them.
//
// A C++ test dlopens it by path and calls fakeCuda(); a program that is run
// finds it by LD_LIBRARY_PATH and is told what to do by the environment:
//
// | variable | |
// |---|---|
// | FAKE_CUDA_DEVICES | number of devices, default 1 |
// | FAKE_CUDA_CHIP | sm_XX of every device, default sm_90 |
// | FAKE_CUDA_NAME | name of every device, default "Fake GPU" |
// | FAKE_CUDA_DRIVER | version of the driver, default 13000 |
// | FAKE_CUDA_FAIL | FUNCTION:N:CODE, with commas: call N (from 1; * for every
// call) of the function returns CODE, a name or number;
// cuMemAlloc_v2:2:CUDA_ERROR_OUT_OF_MEMORY | | FAKE_CUDA_EMULATOR | path of
// libsparsegpu_emulator.so: launches are executed | | FAKE_CUDA_BITCODE | a
// file with the bitcode of the kernels, or a directory of *.bc | |
// FAKE_CUDA_BOOKS | a file to write books and calls to at exit, as lines "name
// number"; - is stderr |
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_CUDARUNTIME_FAKECUDA_H
#define SPARSEGPU_UNITTESTS_CUDARUNTIME_FAKECUDA_H

#include "DriverTypes.h"

#include <array>
#include <string>
#include <vector>

namespace sparsegpu::cuda {

/// What is alive. Contexts are those of cuCtxCreate.
struct FakeCudaBooks {
  size_t allocations = 0, bytes = 0, registered = 0, streams = 0, events = 0,
         modules = 0, contexts = 0;
  /// cuDevicePrimaryCtxRetain minus cuDevicePrimaryCtxRelease.
  size_t primaryRetains = 0;
};

/// A launch that the driver accepted.
struct FakeCudaLaunch {
  std::string kernel;
  std::array<unsigned, 3> grid, block;
  /// Zero without clusters.
  std::array<unsigned, 3> cluster;
  unsigned dynamicShared;
  CUstream stream;
  CUcontext context;
  /// The bytes of each parameter, for kernels of PTX text.
  std::vector<std::vector<char>> params;
};

class FakeCuda {
public:
  /// Forgets failures, calls and launches; defaults for the devices.
  virtual void reset() = 0;
  virtual void setDevices(int count) = 0;
  /// Compute capability of every device: 90 for sm_90.
  virtual void setCapability(int capability) = 0;

  /// Lets call `nth` of `function` from now on return `code`; 0: every call.
  virtual void failCall(const std::string &function, unsigned nth,
                        CUresult code) = 0;
  virtual FakeCudaBooks books() = 0;
  /// Calls of `function` since the last reset; of all functions for "".
  virtual unsigned calls(const std::string &function) = 0;
  virtual std::vector<FakeCudaLaunch> launches() = 0;

  /// Launches are executed by the library at `emulator`, which takes the
  /// kernels from `bitcode`, a file or a directory of *.bc.
  virtual void execute(const std::string &emulator,
                       const std::string &bitcode) = 0;

  /// A context of its own on a device; not made current.
  virtual CUcontext createContext(int device) = 0;
  /// Its streams, events, modules and memory go with it. A later context may
  /// have the same address.
  virtual void destroyContext(CUcontext context) = 0;
  virtual void setCurrent(CUcontext context) = 0;
  virtual CUcontext getCurrent() = 0;

protected:
  ~FakeCuda() = default;
};

} // namespace sparsegpu::cuda

extern "C" sparsegpu::cuda::FakeCuda *fakeCuda();

#endif // SPARSEGPU_UNITTESTS_CUDARUNTIME_FAKECUDA_H
