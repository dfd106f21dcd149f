//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Programs that are compiled for the software GPU and called from C++.
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_UNITTESTS_PIPELINES_COMPILEDPROGRAM_H
#define SPARSEGPU_UNITTESTS_PIPELINES_COMPILEDPROGRAM_H

#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"
#include "SparseGPU/Pipelines/Pipelines.h"

#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "llvm/Support/TargetSelect.h"

#include "gtest/gtest.h"

#include <dlfcn.h>

namespace sparsegpu::test {

using Stream = void *;

/// A ranked memref as compiled functions take it (MLIR, "LLVM IR Target").
template <typename T, int Rank> struct MemRef {
  T *allocated, *aligned;
  int64_t offset = 0;
  int64_t sizes[Rank], strides[Rank];

  MemRef(T *data, std::initializer_list<int64_t> shape)
      : allocated(data), aligned(data) {
    std::copy(shape.begin(), shape.end(), sizes);
    int64_t stride = 1;
    for (int dim = Rank; dim-- > 0; stride *= sizes[dim])
      strides[dim] = stride;
  }
};

/// A program compiled for the software GPU.
class Compiled {
public:
  Compiled(llvm::StringRef source, llvm::StringRef operands,
           llvm::StringRef schedule = "") {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    mlir::DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    mlir::registerAllGPUToLLVMIRTranslations(registry);
    registry.insert<sparsegpu::SparseGPUDialect>();
    context.appendDialectRegistry(registry);
    mlir::OwningOpRef<mlir::ModuleOp> module =
        mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    if (!module)
      return;
    sparsegpu::PipelineOptions options;
    options.format = "llvm";
    options.operands = operands.str();
    options.schedule = schedule.str();
    mlir::PassManager pm(&context);
    sparsegpu::buildSparseGPUToNVVM(pm, options);
    if (mlir::failed(pm.run(*module)))
      return;
    mlir::ExecutionEngineOptions engineOptions;
    llvm::StringRef libraries[] = {SPARSEGPU_EMULATOR_LIBRARY};
    engineOptions.sharedLibPaths = libraries;
    auto created = mlir::ExecutionEngine::create(*module, engineOptions);
    if (!created) {
      llvm::consumeError(created.takeError());
      return;
    }
    engine = std::move(*created);
    engine->initialize();
  }

  bool ok() const { return engine != nullptr; }

  /// Calls the C interface of `name`; memrefs are passed by address.
  template <typename... Args> void call(llvm::StringRef name, Args... args) {
    auto function = engine->lookup(("_mlir_ciface_" + name).str());
    ASSERT_TRUE(bool(function));
    reinterpret_cast<void (*)(Args...)>(*function)(args...);
  }

  /// Calls one that returns an index.
  template <typename... Args>
  int64_t query(llvm::StringRef name, Args... args) {
    auto function = engine->lookup(("_mlir_ciface_" + name).str());
    if (!function) {
      ADD_FAILURE() << llvm::toString(function.takeError());
      return 0;
    }
    return reinterpret_cast<int64_t (*)(Args...)>(*function)(args...);
  }

private:
  mlir::MLIRContext context;
  std::unique_ptr<mlir::ExecutionEngine> engine;
};

/// A function of the runtime library.
template <typename Function> Function runtime(const char *name) {
  static void *library = dlopen(SPARSEGPU_EMULATOR_LIBRARY, RTLD_NOW);
  return reinterpret_cast<Function>(dlsym(library, name));
}

} // namespace sparsegpu::test

#endif // SPARSEGPU_UNITTESTS_PIPELINES_COMPILEDPROGRAM_H
