//===- SparseGPUDialect.td - The sparse_gpu dialect --------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUDIALECT_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUDIALECT_TD

include "mlir/IR/DialectBase.td"

def SparseGPU_Dialect : Dialect {
  let name = "sparse_gpu";
  let cppNamespace = "::sparsegpu";
  let summary = "Linear algebra on sparse tensors, on its way to GPU kernels";
  let description = [{
    The dialect serves two levels of the lowering (see `docs/Pipeline.md`).

    Level 1 holds whole operations on sparse tensors: `spmm`, and `assemble`
    and `disassemble` where storage meets sparse values. A sparse tensor is an
    ordinary `tensor` type whose encoding is a format attribute, for example
    `tensor<?x?xf32, #sparse_gpu.csr>`. A format is any attribute that
    implements `SparseFormatInterface`. How an operation is to be computed is
    said by `#sparse_gpu.schedule` on it.

    Level 2 holds the loop nest of units and steps: `coordinates`, `decode`,
    `gather` and `scatter` move tiles, which are SSA values, and `linalg`
    computes on them.

    The numbered constraints of every operation are in `docs/Spec.md`; each
    verifier message ends with the number of the constraint that it enforces.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
    "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::tensor::TensorDialect"
  ];
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUDIALECT_TD
