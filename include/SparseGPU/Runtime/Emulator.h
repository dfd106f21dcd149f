//===- Emulator.h - The software GPU ----------------------------*- C++ -*-===//
//
// Part of the SparseGPU project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The interface of libsparsegpu_emulator.so besides the `mgpu...` functions
// that MLIR's `gpu-to-llvm` calls: options, counters, hazards, and entry points
// that return an error where the `mgpu...` functions can only end the process.
//
// Everything in the C++ part may be called from any thread. A launch without a
// stream has run when `launch` returns; one on a stream runs in the background.
// See docs/SoftwareGPU.md, "Streams".
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_RUNTIME_EMULATOR_H
#define SPARSEGPU_RUNTIME_EMULATOR_H

#include "SparseGPU/Runtime/Counters.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

struct SparseGPULaunch;

namespace sparsegpu::emulator {

/// Success, or one line that says what is wrong.
class Status {
public:
  static Status success() { return Status(); }
  static Status error(std::string message) {
    Status status;
    status.failed = true;
    status.text = std::move(message);
    return status;
  }
  bool ok() const { return !failed; }
  const std::string &message() const { return text; }

private:
  bool failed = false;
  std::string text;
};

/// In which order the threads of one block make progress.
enum class Schedule {
  /// Each thread runs to its next synchronisation; the order is drawn from the
  /// seed. Finds missing synchronisation.
  Adversarial,
  /// All lanes of a warp stay together, and warps take turns, one memory access
  /// at a time. The order in which hardware usually happens to run.
  Lockstep,
};

struct Options {
  uint64_t seed = 0;
  /// Above one, each launch is run under this many seeds, from `seed` on, and
  /// is an error unless it leaves the same memory under each.
  uint64_t seeds = 1;
  Schedule schedule = Schedule::Adversarial;
  /// Count requests, sectors and instructions of every launch.
  bool counters = false;
  /// Check every access and barrier, and report each faulty site once.
  bool hazards = false;
  /// Operating-system threads that run blocks; 0 takes one per core.
  unsigned workers = 0;
  /// Where the counters are written, as JSON, when the process ends; may be
  /// empty.
  std::string countersFile;

  /// Parses
  /// "seed=3,seeds=8,schedule=lockstep,counters=FILE.json,hazards,workers=2",
  /// the syntax of the environment variable SPARSEGPU_EMULATOR. What the text
  /// does not name keeps the value it has in `options`.
  static Status parse(const std::string &text, Options &options);
};

/// The second of two accesses that race.
struct HazardSide {
  /// "load", "store", "atomic"; empty where there is no second side.
  std::string what;
  Dim3 block, thread;
  std::string location;
};

/// Something wrong that a launch did, reported once per site and kind.
struct Hazard {
  /// "out-of-bounds global access", "misaligned access", ...
  std::string kind;
  std::string kernel;
  Dim3 block, thread;
  uint64_t address = 0;
  /// "file:line:column" when the kernel carries debug locations.
  std::string location;
  /// The whole report, one line.
  std::string message;
  HazardSide other;
};

struct LaunchConfig {
  Dim3 grid, block;
  uint32_t dynamicShared = 0;
};

/// A loaded module and a function in it; owned by the device.
class LoadedModule;
class Kernel;
/// Work in order, beside that of other streams; a place in it.
class Stream;
class Event;
struct Marker;
size_t kernelParameterCount(const Kernel *kernel);

/// A software GPU with its memory.
class Device {
public:
  /// The device behind the `mgpu...` functions. Takes its options from the
  /// environment variable SPARSEGPU_EMULATOR.
  static Device &get();

  Device();
  explicit Device(const Options &options);
  ~Device();
  Device(const Device &) = delete;
  Device &operator=(const Device &) = delete;

  Options options() const;
  void setOptions(const Options &options);

  /// Takes NVPTX LLVM bitcode, or the address of a module descriptor (see
  /// sparsegpuEmulatorPrecompile); `size` is then ignored, and the descriptor's
  /// code has to stay where it is until the module is unloaded. PTX and device
  /// binaries are refused, and so is any operation that the emulator does not
  /// know. Bitcode is compiled when the first kernel of the module is launched;
  /// libsparsegpu_emulator_core.so has no compiler and refuses it.
  Status loadModule(const void *data, size_t size, LoadedModule *&module);
  Status unloadModule(LoadedModule *module);
  Status getKernel(LoadedModule *module, const std::string &name,
                   Kernel *&kernel);
  /// `params[i]` points at the value of parameter i. Without a stream, the
  /// kernel has run when this returns. With one, an error of the kernel itself
  /// is returned by a function that waits for it: once, and until then the
  /// stream does nothing more.
  Status launch(Kernel *kernel, const LaunchConfig &config, void **params,
                size_t numParams, Stream *stream = nullptr);

  Stream *createStream();
  /// What was issued to the stream is done all the same, some time.
  Status destroyStream(Stream *stream);
  /// Waits for what was issued to the stream; null: for everything.
  Status synchronize(Stream *stream = nullptr);

  /// Only a timed event can be asked for its time.
  Event *createEvent(bool timed = false);
  Status destroyEvent(Event *event);
  Status record(Event *event, Stream *stream);
  /// What the stream is issued from now on waits for where the event was last
  /// recorded; without a stream, the caller waits.
  Status waitForEvent(Stream *stream, Event *event);
  Status synchronizeEvent(Event *event);
  Status elapsed(Event *start, Event *end, double &milliseconds);

  /// Memory of the device; null for zero bytes.
  void *allocate(size_t bytes);
  /// Waits for everything first, as do unregisterHost and unloadModule.
  Status free(void *pointer);
  /// Declares host memory that kernels may touch.
  void registerHost(void *pointer, size_t bytes);
  Status unregisterHost(void *pointer);
  /// In order with the work of the stream, and done when this returns if one
  /// side is host memory that is not registered. Without a stream: waits for
  /// everything, and is done.
  Status copy(void *destination, const void *source, size_t bytes,
              Stream *stream = nullptr);
  /// Writes `count` elements of 1, 2 or 4 bytes; streams as above.
  Status fill(void *destination, uint32_t value, unsigned elementBytes,
              size_t count, Stream *stream = nullptr);
  /// For hazards: the host writes the memory without telling.
  void noteHostWrites(void *pointer, size_t bytes);

  /// A point in the sequence of launches; counters and hazards are asked for
  /// from such a point on, and are those of all launches up to the call.
  uint64_t mark() const;
  std::vector<LaunchCounters> counters(uint64_t sinceMark = 0) const;
  std::string countersJSON(uint64_t sinceMark = 0) const;
  /// Launches of kernels with atomics on floating-point numbers, whose results
  /// may depend on the order of threads in their last bits.
  uint64_t numFloatAtomicLaunches(uint64_t sinceMark = 0) const;
  std::vector<Hazard> hazards(uint64_t sinceMark = 0) const;
  std::string hazardsJSON(uint64_t sinceMark = 0) const;

  /// Called instead of printing and ending the process when an `mgpu...`
  /// function fails. If it returns, the failed function does nothing more.
  void setErrorHandler(std::function<void(const std::string &)> handler);
  void fail(const std::string &message);
  /// Called before each launch; the kernel is not run if it returns true. See
  /// sparsegpuRuntimeSetLaunchObserver.
  void setLaunchObserver(std::function<bool(const SparseGPULaunch &)> observer);
  /// Called for each hazard instead of printing it.
  void setHazardHandler(std::function<void(const Hazard &)> handler);

private:
  Status findMarker(Event *event, std::shared_ptr<Marker> &marker);
  Status transfer(Stream *stream, bool mayWait, std::function<void()> run);

  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace sparsegpu::emulator

//===----------------------------------------------------------------------===//
// The same for callers that load the library with dlopen, besides Runtime.h.
// Functions that return int give 0 for success; sparsegpuRuntimeLastError then
// explains any other value. What is returned in `char *` is released by
// sparsegpuRuntimeFreeString.
//===----------------------------------------------------------------------===//

extern "C" {
int sparsegpuEmulatorSetOptions(const char *text);
uint64_t sparsegpuEmulatorMark(void);
char *sparsegpuEmulatorCountersJSON(uint64_t sinceMark);
char *sparsegpuEmulatorHazardsJSON(uint64_t sinceMark);
uint64_t sparsegpuEmulatorNumHazards(uint64_t sinceMark);
uint64_t sparsegpuEmulatorNumFloatAtomicLaunches(uint64_t sinceMark);

/// Compiles NVPTX LLVM bitcode ahead of time. `*object` becomes a relocatable,
/// position-independent ELF object for processors of this host's architecture
/// (x86-64-v3 on x86-64) that defines the variable `symbol`: a module
/// descriptor. Linked into a shared library (with -lm), the address of that
/// variable is what mgpuModuleLoad takes. The code is that of an uninstrumented
/// kernel: counters, hazards and lockstep need the bitcode.
int sparsegpuEmulatorPrecompile(const void *bitcode, size_t size,
                                const char *symbol, char **object,
                                size_t *objectSize);

/// Other names of sparsegpuRuntimeLastError and sparsegpuRuntimeFreeString.
const char *sparsegpuEmulatorLastError(void);
void sparsegpuEmulatorFreeString(char *text);
}

#endif // SPARSEGPU_RUNTIME_EMULATOR_H
