//===- State.h - What the fake driver knows ---------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_CUDARUNTIME_STATE_H
#define SPARSEGPU_UNITTESTS_CUDARUNTIME_STATE_H

#include "FakeCuda.h"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>

#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

namespace sparsegpu::cuda {

struct CUctx_st {
  unsigned long long id;
  int device;
};
struct CUstream_st {
  CUcontext context;
};
struct CUevent_st {
  CUcontext context;
  bool timed = false;
  bool recorded = false;
  std::chrono::steady_clock::time_point time;
};
/// Of every kernel: shared memory of its own, in bytes.
inline constexpr int kFakeStaticShared = 1024;
struct CUfunc_st {
  CUmodule module;
  std::string name;
  /// Sizes of the parameters; not known for binaries.
  std::vector<size_t> params;
  bool paramsKnown = false;
  /// Of dynamic shared memory: 48 KiB with the kernel's own.
  int sharedLimit = 48 * 1024 - kFakeStaticShared;
};
struct CUmod_st {
  CUcontext context;
  /// PTX, or all that can be read of a binary.
  std::string image;
  bool isText = false;
  std::map<std::string, std::unique_ptr<CUfunc_st>> functions;
};

/// Finds `.entry name` in PTX and the sizes of its parameters.
bool findEntry(const std::string &ptx, const std::string &name,
               std::vector<size_t> &params);
/// Says why the driver would refuse PTX on a device; "" if it would not.
std::string checkPtx(const std::string &ptx, int capability);

/// The value of CODE or "CUDA_ERROR_..."; false if there is no such error.
bool parseResult(const std::string &text, CUresult &result);
const char *getResultName(CUresult result);
const char *getResultText(CUresult result);

/// The software GPU behind the fake one.
class Executor {
public:
  Executor(const std::string &library, const std::string &bitcode);
  bool ok() const { return handle; }
  void *allocate(size_t bytes);
  void free(void *pointer);
  void registerHost(void *pointer, size_t bytes);
  void unregisterHost(void *pointer);
  /// Returns "" or what went wrong.
  std::string launch(const FakeCudaLaunch &launch, void **params,
                     bool paramsKnown);

private:
  void *find(const char *symbol);
  void *handle = nullptr;
  std::vector<std::string> images;
  std::vector<void *> modules;
};

struct Allocation {
  size_t bytes;
  CUcontext context;
  bool fromExecutor;
};
struct Failure {
  std::string function;
  /// Counts down to the call that fails; 0: every call.
  unsigned remaining;
  CUresult code;
};

struct State final : FakeCuda {
  State();

  std::recursive_mutex mutex;
  bool initialized = false;
  int devices = 1, capability = 90, driverVersion = 13000;
  std::string name = "Fake GPU";
  std::map<std::string, unsigned> callCounts;
  std::vector<Failure> failures;
  std::vector<FakeCudaLaunch> recorded;
  std::map<uintptr_t, Allocation> allocations;
  std::map<void *, size_t> registered;
  std::set<CUstream> streams;
  std::set<CUevent> events;
  std::map<CUmodule, std::unique_ptr<CUmod_st>> modules;
  std::set<CUfunction> functions;
  std::set<CUcontext> contexts;
  std::vector<CUcontext> unusedContexts;
  std::map<int, CUcontext> primaries;
  size_t primaryRetains = 0;
  unsigned long long nextContext = 1;
  std::unique_ptr<Executor> executor;
  /// What the last executed launches did wrong appears at the next wait.
  bool launchFailed = false;

  static State &get();
  /// What every function begins with: counting, demanded failures.
  CUresult enter(const char *function, bool needsInit, bool needsContext);
  bool isContext(CUcontext context) const;
  CUcontext newContext(int device);
  void releaseAllocation(uintptr_t address);
  void writeBooks();

  void reset() override;
  void setDevices(int count) override;
  void setCapability(int value) override;
  void failCall(const std::string &function, unsigned nth,
                CUresult code) override;
  FakeCudaBooks books() override;
  unsigned calls(const std::string &function) override;
  std::vector<FakeCudaLaunch> launches() override;
  void execute(const std::string &emulator,
               const std::string &bitcode) override;
  CUcontext createContext(int device) override;
  void destroyContext(CUcontext context) override;
  void setCurrent(CUcontext context) override;
  CUcontext getCurrent() override;
};

/// The stack of current contexts of this thread.
std::vector<CUcontext> &contextStack();

/// Begins a driver function: takes the lock, counts, checks.
#define FAKE_ENTER(function, needsInit, needsContext)                          \
  State &state = State::get();                                                 \
  std::unique_lock<std::recursive_mutex> lock(state.mutex);                    \
  if (CUresult result = state.enter(#function, needsInit, needsContext))       \
  return result

} // namespace sparsegpu::cuda

#endif // SPARSEGPU_UNITTESTS_CUDARUNTIME_STATE_H
