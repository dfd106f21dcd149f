//===- SwizzleTransformOps.td - Swizzling by script --------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_TRANSFORMS_SWIZZLETRANSFORMOPS_TD
#define SPARSEGPU_TRANSFORMS_SWIZZLETRANSFORMOPS_TD

include "mlir/Dialect/Transform/IR/TransformDialect.td"
include "mlir/Dialect/Transform/Interfaces/TransformInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def SwizzleOp : Op<Transform_Dialect, "sparse_gpu.swizzle",
    [DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
     TransformEachOpTrait, TransformOpInterface,
     ReportTrackingListenerFailuresOpTrait]> {
  let summary = "Gives a shared buffer an XOR layout without bank conflicts";
  let description = [{
    What `--sparse-gpu-swizzle` does, for each `memref.alloc` of the handle.
    With `explain`, a remark says which layout was chosen.

    #### Return modes

    Reads the handle, which stays valid: operations are modified in place. A
    payload operation that is no `memref.alloc` in workgroup memory is a
    definite failure. A buffer whose accesses are not understood stays as it
    is, and is a silenceable failure, after the pass's remark. Conflicts that
    no layout removes are a remark.
  }];
  let arguments = (ins TransformHandleTypeInterface:$target,
                   UnitAttr:$explain);
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

#endif // SPARSEGPU_TRANSFORMS_SWIZZLETRANSFORMOPS_TD
