//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Runs a compiled program on its arguments.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TOOLS_SPARSE_RUN_EXECUTION_H
#define SPARSEGPU_TOOLS_SPARSE_RUN_EXECUTION_H

#include "HostValue.h"
#include "Options.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/JSON.h"

namespace sparsegpu::run {

/// The GPU that programs run on: a runtime library with the mgpu functions,
/// loaded for the whole process.
class DeviceLibrary {
public:
  /// `options.device` is emulator, cuda or auto. Sets the emulator's options.
  static llvm::Expected<DeviceLibrary> load(const Options &options);

  /// "software GPU" and the like, for reports.
  std::string description;
  std::string path;

  /// A point in the sequence of launches.
  uint64_t mark() const;
  /// The counters and hazards of all launches since `mark`: JSON arrays.
  llvm::Expected<llvm::json::Value> counters(uint64_t since) const;
  llvm::Expected<llvm::json::Value> hazards(uint64_t since) const;

private:
  /// Member `key` of what `function` of the library returns as JSON.
  llvm::Expected<llvm::json::Value> query(const char *function, const char *key,
                                          uint64_t since) const;
  void *handle = nullptr;
};

/// A program in memory, ready to be called.
class Execution {
public:
  /// `module` is at level 4; `entry` has its C interface.
  static llvm::Expected<std::unique_ptr<Execution>>
  create(mlir::ModuleOp module, llvm::StringRef entry,
         const DeviceLibrary &device);

  struct Outcome {
    /// The results, in order.
    std::vector<DenseArray> results;
    double seconds = 0;
  };
  /// Calls the entry on `arguments`; dense arguments are passed as copies, so
  /// that the call can be repeated.
  llvm::Expected<Outcome> call(const std::vector<BoundArgument> &arguments,
                               mlir::TypeRange resultTypes);

private:
  std::unique_ptr<mlir::ExecutionEngine> engine;
  std::string entry;
};

} // namespace sparsegpu::run

#endif // SPARSEGPU_TOOLS_SPARSE_RUN_EXECUTION_H
