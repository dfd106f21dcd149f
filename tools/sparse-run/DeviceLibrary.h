//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The GPU that programs run on: a CUDA GPU or the software GPU.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_DEVICELIBRARY_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_DEVICELIBRARY_H

#include "Options.h"

#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace sparsegpu::run {

/// A runtime library with the mgpu functions, loaded for the whole process.
class DeviceLibrary {
public:
  /// `options.device` is emulator, cuda or auto. auto takes a CUDA GPU when
  /// there is one and nothing is asked for that only the software GPU does.
  /// Sets the software GPU's options. Errors: the library is not there, there
  /// is no CUDA GPU (with the reason), it is asked for what it cannot do.
  static llvm::Expected<DeviceLibrary> load(const Options &options);

  /// For reports: "software GPU", or "NVIDIA H200, sm_90, driver 13.0".
  std::string description;
  std::string path;
  bool isEmulator = true;
  /// Why `auto` took the software GPU; empty otherwise.
  std::string whyNotCuda;
  /// The form of kernels that the device takes, of the pipeline's `format`.
  std::string format = "llvm";
  /// What to compile for if nothing is asked for.
  std::string chip = "sm_80";

  /// Changes the order of threads of the software GPU.
  llvm::Error setSeed(uint64_t seed) const;
  /// Launches since `mark` whose results may differ in their last bits.
  uint64_t numFloatAtomicLaunches(uint64_t since) const;
  /// A point in the sequence of launches.
  uint64_t mark() const;
  /// The counters and hazards of all launches since `mark`: JSON arrays. The
  /// device is the software GPU.
  llvm::Expected<llvm::json::Value> counters(uint64_t since) const;
  llvm::Expected<llvm::json::Value> hazards(uint64_t since) const;

private:
  llvm::Error loadEmulator(const Options &options);
  llvm::Error loadCuda(const Options &options);
  /// Member `key` of what `function` of the library returns as JSON.
  llvm::Expected<llvm::json::Value> query(const char *function, const char *key,
                                          uint64_t since) const;
  void *handle = nullptr;
  /// Options of the software GPU besides its seed.
  std::string emulatorOptions;
};

/// The newest chip without suffix that LLVM compiles for and whose PTX
/// `deviceChip`, "sm_90" for example, runs: the chip itself if LLVM knows it.
/// Empty if there is none.
std::string chooseChip(llvm::StringRef deviceChip);

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_DEVICELIBRARY_H
