//===- SparseGPUFormats.td - Sparse formats ----------------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUFORMATS_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUFORMATS_TD

include "SparseGPU/Dialect/SparseGPU/IR/SparseFormatInterface.td"
include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUDialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"

class SparseGPU_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<SparseGPU_Dialect, name, traits> {
  let mnemonic = attrMnemonic;
}

/// A format: the encoding of a tensor and the nest's parts.
class SparseGPU_Format<string name, string attrMnemonic,
                       list<string> overridden = []>
    : SparseGPU_Attr<name, attrMnemonic, [
        DeclareAttrInterfaceMethods<SparseFormatInterface, overridden>,
        DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let genVerifyDecl = 1;
}

def SparseGPU_CSRAttr : SparseGPU_Format<"CSR", "csr"> {
  let summary = "compressed sparse rows";
  let description = [{
    The encoding of an M x K matrix as compressed sparse rows
    (`docs/Formats/CSR.md`). Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | positions | `positions` | M + 1 |
    | coordinates | `coordinates` | number of stored entries |
    | values | element type of the tensor | number of stored entries |

    Both parameters are integer types of 8, 16, 32 or 64 bits, or `index`
    (64 bits), default `i32`. Stored integers are unsigned.

    Constraints: the tensor has rank 2 (FMT-1); its elements are f16, bf16,
    f32 or f64, or integers (FMT-2); the widths are as above (FMT-3).

    ```mlir
    tensor<?x?xf32, #sparse_gpu.csr>
    tensor<64x?xf16, #sparse_gpu.csr<positions = i64, coordinates = i16>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_BSRAttr : SparseGPU_Format<"BSR", "bsr",
    ["storesPadding", "hasPartialUnits"]> {
  let summary = "block compressed sparse rows";
  let description = [{
    The encoding of an M x K matrix as compressed rows of dense blocks
    (`docs/Formats/BSR.md`). Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | positions | `positions` | ceil(M / rows) + 1 |
    | coordinates | `coordinates` | number of stored blocks |
    | values | element type of the tensor | blocks * rows * columns |

    `rows` and `columns` are the size of a block, 1 to 128 each; index types
    are as in `#sparse_gpu.csr`. The zeros of a block take part in products.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.bsr<rows = 16, columns = 16>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "16", "rows of a block">:$rows,
    DefaultValuedParameter<"int64_t", "16", "columns of a block">:$columns,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_COOAttr : SparseGPU_Format<"COO", "coo"> {
  let summary = "sorted triplets";
  let description = [{
    The encoding of an M x K matrix as triplets sorted by row, then by column
    (`docs/Formats/COO.md`). Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | row_coordinates | `coordinates` | number of stored entries |
    | column_coordinates | `coordinates` | number of stored entries |
    | values | element type of the tensor | number of stored entries |

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf32, #sparse_gpu.coo<coordinates = i64>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_DCSRAttr : SparseGPU_Format<"DCSR", "dcsr"> {
  let summary = "doubly compressed sparse rows";
  let description = [{
    The encoding of an M x K matrix as compressed rows of those rows that have
    entries (`docs/Formats/DCSR.md`). Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | row_coordinates | `coordinates` | stored rows |
    | positions | `positions` | stored rows + 1 |
    | coordinates | `coordinates` | number of stored entries |
    | values | element type of the tensor | number of stored entries |

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf32, #sparse_gpu.dcsr>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_BlockedELLAttr : SparseGPU_Format<"BlockedELL", "blocked_ell",
    ["storesPadding", "hasPartialUnits"]> {
  let summary = "block rows of equal length";
  let description = [{
    The encoding of an M x K matrix as square dense blocks, equally many places
    for blocks in each block row (`docs/Formats/BlockedELL.md`). Storage, in the
    order of the ABI:

    | field | type | size |
    |---|---|---|
    | coordinates | `coordinates` | ceil(M / size) * width |
    | values | element type of the tensor | ceil(M / size) * width * size * size |

    `size` is the rows and columns of a block, 1 to 128; the width follows from
    the size of the fields. The zeros of a block take part in products.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.blocked_ell<size = 32>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "16", "rows and columns of a block">:$size,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_SlicedELLAttr : SparseGPU_Format<"SlicedELL", "sliced_ell"> {
  let summary = "slices of rows of equal length";
  let description = [{
    The encoding of an M x K matrix in slices of rows that have equally many
    places, stored column by column (`docs/Formats/SlicedELL.md`). Storage, in
    the order of the ABI:

    | field | type | size |
    |---|---|---|
    | slice_positions | `positions` | ceil(M / rows) + 1 |
    | coordinates | `coordinates` | places |
    | values | element type of the tensor | places |

    `rows` is the rows of a slice, 1 to 1024.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf32, #sparse_gpu.sliced_ell<rows = 32>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "32", "rows of a slice">:$rows,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUFORMATS_TD
