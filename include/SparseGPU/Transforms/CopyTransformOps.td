//===- CopyTransformOps.td - Copies and slots by script ----*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_TD
#define SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def MultiBufferOp : Op<Transform_Dialect, "sparse_gpu.multi_buffer",
    [FunctionalStyleTransformOpTrait, MemoryEffectsOpInterface,
     TransformEachOpTrait, TransformOpInterface,
     ReportTrackingListenerFailuresOpTrait]> {
  let summary = "Gives the shared buffers of a loop a slot for each iteration";
  let description = [{
    What `--sparse-gpu-multi-buffer` does, for each `scf.for` of the handle.

    #### Return modes

    Consumes the handle, and gives one to the loops that took the place of its
    loops. A payload operation that is no `scf.for`, or slots out of range, are
    a definite failure. A loop of which no buffer got slots is a silenceable
    failure, after the remarks of the pass, and is as it was. A barrier that
    stays is a remark.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                   DefaultValuedAttr<I64Attr, "2">:$slots);
  let results = (outs TransformHandleTypeInterface:$loop);
  let assemblyFormat = [{
    $target attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    ::mlir::DiagnosedSilenceableFailure applyToOne(
        ::mlir::transform::TransformRewriter &rewriter,
        ::mlir::Operation *target,
        ::mlir::transform::ApplyToEachResultList &results,
        ::mlir::transform::TransformState &state);
  }];
  let cppNamespace = "::sparsegpu::transform_ops";
}

def AsyncCopiesOp : Op<Transform_Dialect, "sparse_gpu.async_copies",
    [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     TransformEachOpTrait, TransformOpInterface,
     ReportTrackingListenerFailuresOpTrait]> {
  let summary = "Makes copies to shared memory asynchronous";
  let description = [{
    What `--sparse-gpu-async-copies` does, in each operation of the handle: a
    function, a `gpu.launch`, a module, a loop.

    #### Return modes

    Reads the handle, which stays valid. An operation in which no copy became
    asynchronous is a silenceable failure, after the remarks of the pass.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target);
  let results = (outs);
  let assemblyFormat = "$target attr-dict `:` type($target)";
  let extraClassDeclaration = [{
    ::mlir::DiagnosedSilenceableFailure applyToOne(
        ::mlir::transform::TransformRewriter &rewriter,
        ::mlir::Operation *target,
        ::mlir::transform::ApplyToEachResultList &results,
        ::mlir::transform::TransformState &state);
  }];
  let cppNamespace = "::sparsegpu::transform_ops";
}

#endif // SPARSEGPU_TRANSFORMS_COPYTRANSFORMOPS_TD
