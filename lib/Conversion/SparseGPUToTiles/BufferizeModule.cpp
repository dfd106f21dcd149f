//===----------------------------------------------------------------------===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One bufferization for what goes to the GPU and what stays on the CPU.
//
//===----------------------------------------------------------------------===//

#include "SparseGPU/Conversion/Passes.h"
#include "SparseGPU/Dialect/SparseGPU/IR/SparseGPU.h"

#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SparseTensor/IR/SparseTensor.h"
#include "mlir/Dialect/SparseTensor/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"

namespace sparsegpu {
#define GEN_PASS_DEF_BUFFERIZEMODULE
#include "SparseGPU/Conversion/Passes.h.inc"
} // namespace sparsegpu

using namespace mlir;
using namespace sparsegpu;

/// One-shot bufferization with identity layouts everywhere, so that device
/// copies and kernels see packed memory.
static bufferization::OneShotBufferizationOptions getBufferizationOptions() {
  using namespace bufferization;
  OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(LayoutMapOption::IdentityLayoutMap);
  options.unknownTypeConverterFn = [](TensorType type, Attribute memorySpace,
                                      const BufferizationOptions &) {
    return getMemRefTypeWithStaticIdentityLayout(type, memorySpace);
  };
  // Checked at the end of the pipeline, by level.
  options.allowUnknownOps = true;
  return options;
}

static void buildPipeline(OpPassManager &pm, bool enableRuntimeLibrary) {
  SparsificationOptions sparsification(SparseParallelizationStrategy::kNone,
                                       SparseEmitStrategy::kFunctional,
                                       enableRuntimeLibrary);
  pm.addPass(createSparsificationAndBufferizationPass(
      getBufferizationOptions(), sparsification,
      /*createSparseDeallocs=*/true, enableRuntimeLibrary,
      /*enableBufferInitialization=*/false, /*vectorLength=*/0,
      /*enableVLAVectorization=*/false, /*enableSIMDIndex32=*/false,
      /*enableGPULibgen=*/false, SparseEmitStrategy::kFunctional,
      SparseParallelizationStrategy::kNone));
}

namespace {
struct BufferizeModule : sparsegpu::impl::BufferizeModuleBase<BufferizeModule> {
  using BufferizeModuleBase::BufferizeModuleBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    OpPassManager pm(ModuleOp::getOperationName());
    buildPipeline(pm, enableRuntimeLibrary);
    pm.getDependentDialects(registry);
    registry.insert<linalg::LinalgDialect>();
  }

  void runOnOperation() override {
    if (failed(checkDecomposed()))
      return signalPassFailure();
    generalizeNamedSparseOps();
    OpPassManager pm(ModuleOp::getOperationName());
    buildPipeline(pm, enableRuntimeLibrary);
    if (failed(runPipeline(pm, getOperation())))
      signalPassFailure();
  }

  /// One-shot bufferization would make dense buffers of foreign encodings.
  LogicalResult checkDecomposed() {
    WalkResult result = getOperation().walk([](Operation *op) {
      bool sparse = llvm::any_of(op->getOperandTypes(), getSparseFormat) ||
                    llvm::any_of(op->getResultTypes(), getSparseFormat);
      if (auto function = dyn_cast<func::FuncOp>(op))
        sparse |= llvm::any_of(function.getArgumentTypes(), getSparseFormat) ||
                  llvm::any_of(function.getResultTypes(), getSparseFormat);
      if (!sparse)
        return WalkResult::advance();
      op->emitError() << "'" << op->getName()
                      << "' has a value with a #sparse_gpu format: run "
                         "--sparse-gpu-decompose-sparse-values first (LVL1-2)";
      return WalkResult::interrupt();
    });
    return failure(result.wasInterrupted());
  }

  /// Upstream's sparsifier passes over named operations without a word.
  void generalizeNamedSparseOps() {
    SmallVector<linalg::LinalgOp> named;
    getOperation().walk([&](linalg::LinalgOp op) {
      if (!isa<linalg::GenericOp>(op.getOperation()) &&
          llvm::any_of(op->getOperandTypes(), [](Type type) {
            return bool(sparse_tensor::getSparseTensorEncoding(type));
          }))
        named.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : named) {
      rewriter.setInsertionPoint(op);
      if (failed(linalg::generalizeNamedOp(rewriter, op)))
        op.emitError("cannot be generalised for the CPU"), signalPassFailure();
    }
  }
};
} // namespace
