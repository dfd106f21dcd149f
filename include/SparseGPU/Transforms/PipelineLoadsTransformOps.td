//===- PipelineLoadsTransformOps.td - Pipelining by script -*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_TD
#define SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def PipelineLoadsOp : Op<Transform_Dialect, "sparse_gpu.pipeline_loads",
    [FunctionalStyleTransformOpTrait, MemoryEffectsOpInterface,
     TransformEachOpTrait, TransformOpInterface,
     ReportTrackingListenerFailuresOpTrait]> {
  let summary = "Overlaps the loads of later iterations with the computation";
  let description = [{
    What `--sparse-gpu-pipeline-loads` does, for each `scf.for` of the handle,
    with these stages; the attributes of the loop do not count.

    #### Return modes

    Consumes the handle, and gives one to the loops that took the place of its
    loops. A payload operation that is no `scf.for`, or stages out of range,
    are a definite failure. A loop whose shared stages were not pipelined is a
    silenceable failure, after the remarks of the pass, and the payload is as
    it was, but for inner loops that were unrolled. A register pipeline that is
    drained is a remark.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                   DefaultValuedAttr<I64Attr, "3">:$shared_stages,
                   DefaultValuedAttr<I64Attr, "2">:$register_stages);
  let results = (outs TransformHandleTypeInterface:$pipelined);
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

#endif // SPARSEGPU_TRANSFORMS_PIPELINELOADSTRANSFORMOPS_TD
