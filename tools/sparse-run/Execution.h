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

#include "DeviceLibrary.h"
#include "HostValue.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"

namespace sparsegpu::run {

/// A program in memory, ready to be called.
class Execution {
public:
  /// `module` is at level 4; `entry` has its C interface. Runtime libraries are
  /// in `libraryDir`.
  static llvm::Expected<std::unique_ptr<Execution>>
  create(mlir::ModuleOp module, llvm::StringRef entry,
         const DeviceLibrary &device, const std::string &libraryDir);

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
