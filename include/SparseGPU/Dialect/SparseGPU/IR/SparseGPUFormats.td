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
include "mlir/IR/EnumAttr.td"
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

def SparseGPU_CSCAttr : SparseGPU_Format<"CSC", "csc", ["storesTransposed"]> {
  let summary = "compressed sparse columns";
  let description = [{
    The encoding of an M x K matrix as compressed sparse columns
    (`docs/Formats/CSC.md`). Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | positions | `positions` | K + 1 |
    | coordinates | `coordinates` | number of stored entries |
    | values | element type of the tensor | number of stored entries |

    Coordinates are rows. Types and constraints are those of
    `#sparse_gpu.csr`.

    ```mlir
    tensor<?x?xf32, #sparse_gpu.csc>
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

def SparseGPU_ShuffledBlockAttr : SparseGPU_Format<"ShuffledBlock",
    "shuffled_block", ["storesPadding", "hasPartialUnits"]> {
  let summary = "vectors of rows that need not be neighbours";
  let description = [{
    The encoding of an M x K matrix whose rows form groups of `v`, any rows in
    any group, with the same columns in each (`docs/Formats/ShuffledBlock.md`).
    Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | group_positions | `positions` | ceil(M / v) + 1 |
    | columns | `coordinates` | number of stored vectors |
    | values | element type of the tensor | vectors * v |
    | row_permutation | `coordinates` | ceil(M / v) * v |

    `v` is 8 to 128; index types are as in `#sparse_gpu.csr`. Where a row has no
    entry in a column of its group, a zero is stored and takes part in products.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "32", "rows of a group">:$v,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a column and of a row">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_VectorWiseAttr : SparseGPU_Format<"VectorWise", "vector_wise",
    ["storesPadding", "hasPartialUnits"]> {
  let summary = "vectors of neighbouring rows";
  let description = [{
    `#sparse_gpu.shuffled_block` with groups of neighbouring rows, so that no
    permutation is stored (`docs/Formats/VectorWise.md`):

    | field | type | size |
    |---|---|---|
    | group_positions | `positions` | ceil(M / v) + 1 |
    | columns | `coordinates` | number of stored vectors |
    | values | element type of the tensor | vectors * v |

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.vector_wise<v = 16>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "32", "rows of a group">:$v,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_NMAttr : SparseGPU_Format<"NM", "nm", ["storesPadding"]> {
  let summary = "N of M neighbouring places of a row";
  let description = [{
    The encoding of an M x K matrix of whose every `m` neighbouring places of a
    row at most `n` are entries (`docs/Formats/NM.md`). Storage, in the order of
    the ABI, with b = 1 bit for m = 2, 2 for m <= 4, else 4:

    | field | type | size |
    |---|---|---|
    | metadata | i32 | M * ceil(ceil(K / m) * n * b / 32) |
    | values | element type of the tensor | M * ceil(K / m) * n |

    `m` is 2 to 16, `n` below `m` (FMT-4). A group with fewer than `n` entries
    is filled up with zeros, which take part in products. The metadata of 2:4
    is what `mma.sp` takes, in the order of rows.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.nm<n = 2, m = 4>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "2", "stored places of a group">:$n,
    DefaultValuedParameter<"int64_t", "4", "places of a group">:$m);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_VNMAttr : SparseGPU_Format<"VNM", "vnm",
    ["storesPadding", "hasPartialUnits"]> {
  let summary = "four columns of a block, and N of them in each row";
  let description = [{
    The encoding of an M x K matrix in blocks of `v` x `m`, of which four
    columns have entries, at most `n` in each row (`docs/Formats/VNM.md`).
    Storage, in the order of the ABI:

    | field | type | size |
    |---|---|---|
    | columns | i8 | ceil(M / v) * ceil(K / m) * 4 |
    | metadata | i32 | ceil(M / v) * v * ceil(ceil(K / m) * n / 16) |
    | values | element type of the tensor | ceil(M / v) * v * ceil(K / m) * n |

    `v` is 1 to 128, `n` 1 to 3, `m` 4 to 128. Places of the four columns that
    are no entries are zeros, which take part in products.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.vnm<v = 64, n = 2, m = 8>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"int64_t", "64", "rows of a block">:$v,
    DefaultValuedParameter<"int64_t", "2",
      "stored places of a row of a block">:$n,
    DefaultValuedParameter<"int64_t", "8", "columns of a block">:$m);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_CondensedLayout : I32Enum<"CondensedLayout",
    "layout of condensed tiles", [
  I32EnumCase<"TCF", 0, "tcf">, I32EnumCase<"METCF", 1, "me_tcf">,
  I32EnumCase<"BitTCF", 2, "bit_tcf">, I32EnumCase<"MEBCRS", 3, "me_bcrs">]> {
  let cppNamespace = "::sparsegpu";
}

def SparseGPU_CondensedTilesAttr
    : SparseGPU_Format<"CondensedTiles", "condensed_tiles",
                       ["storesPadding", "hasPartialUnits"]> {
  let summary = "tiles of the distinct columns of row windows";
  let description = [{
    The encoding of an M x K matrix as condensed tiles
    (`docs/Formats/CondensedTiles.md`): windows of `window` rows, and of each
    the columns that have an entry, `tile` of them side by side. Storage, in the
    order of the ABI, by `layout`:

    | layout | fields |
    |---|---|
    | `tcf` | positions, tiles, coordinates, condensed, local_rows, values |
    | `me_tcf` | windows, tiles, columns, ids (i8), values |
    | `bit_tcf` | windows, tiles, columns, bitmaps (i64), values |
    | `me_bcrs` | positions, coordinates, values |

    Windows, tiles and positions have the type `positions`; columns,
    coordinates, condensed and local_rows the type `coordinates`. `window` and
    `tile` are 1 to 16 each. Places that have no entry take no part in products,
    except in `me_bcrs`, which stores them as zeros.

    Constraints: those of every format (FMT-1 to FMT-4).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.condensed_tiles<layout = me_tcf, window = 16,
                                                tile = 8>>
    ```
  }];
  let parameters = (ins
    DefaultValuedParameter<"::sparsegpu::CondensedLayout",
      "::sparsegpu::CondensedLayout::BitTCF",
      "how the entries of a tile are stored">:$layout,
    DefaultValuedParameter<"int64_t", "16", "rows of a window">:$window,
    DefaultValuedParameter<"int64_t", "8", "columns of a tile">:$tile,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)", "type of a position">:$positions,
    DefaultValuedParameter<"::mlir::Type",
      "::mlir::IntegerType::get($_ctxt, 32)",
      "type of a coordinate">:$coordinates);
  let assemblyFormat = "(`<` struct(params)^ `>`)?";
}

def SparseGPU_RowMergeAttr
    : SparseGPU_Format<"RowMerge", "row_merge", ["hasPartialUnits"]> {
  let summary = "tiles of 16 row masks";
  let description = [{
    The encoding of an M x K matrix as compressed rows of 16 x 16 tiles, each a
    bitmap and packed values (`docs/Formats/RowMerge.md`). Storage, in the order
    of the ABI:

    | field | type | size |
    |---|---|---|
    | positions | `positions` | ceil(M / 16) + 1 |
    | coordinates | `coordinates` | number of stored tiles |
    | offsets | `positions` | tiles + 1 |
    | masks | i16 | tiles * 16 |
    | values | element type of the tensor | number of stored entries |

    Places that have no entry take no part in products.

    Constraints: those of every format (FMT-1 to FMT-3).

    ```mlir
    tensor<?x?xf16, #sparse_gpu.row_merge>
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

def SparseGPU_HYBAttr : SparseGPU_Format<"HYB", "hyb"> {
  let summary = "rows in buckets by length";
  let description = [{
    The encoding of an M x K matrix whose rows lie in buckets by length, with
    1, 2, 4, ... places each (`docs/Formats/Hyb.md`). Storage, in the order of
    the ABI:

    | field | type | size |
    |---|---|---|
    | bucket_rows | `positions` | buckets + 1 |
    | bucket_places | `positions` | buckets + 1 |
    | rows | `coordinates` | M |
    | coordinates | `coordinates` | places |
    | values | element type of the tensor | places |

    Constraints: those of every format (FMT-1 to FMT-3).

    ```mlir
    tensor<?x?xf32, #sparse_gpu.hyb>
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

def SparseGPU_SumAttr : SparseGPU_Format<"Sum", "sum",
    ["buildParts", "storesPadding"]> {
  let summary = "a matrix as a sum of parts in other formats";
  let description = [{
    The encoding of an M x K matrix as a sum of two to eight matrices of its
    shape, each in a format of its own (`docs/Formats/Sum.md`). The storage is
    that of part 0, then of part 1, and so on; the names of the fields begin
    with `part0_`, `part1_`.

    Any matrices may be the parts: an entry of the sum is the sum of the parts'
    entries. `split` says how packing divides a matrix: a rule for each part
    but the last, which has what the rules leave.

    | rule | takes |
    |---|---|
    | `(first_entries n)` | the first n entries of each row |
    | `(long_rows n)` | rows with at least n entries |
    | `(full_blocks r, c, p)` | blocks of r x c, at least p percent full |

    Constraints: the parts are formats other than sums (SUM-1); each part but
    the last has a rule whose numbers are in range (SUM-2); those of the parts.

    ```mlir
    tensor<?x?xf32, #sparse_gpu.sum<[#sparse_gpu.bsr<rows = 4, columns = 4>,
        #sparse_gpu.csr], split = [(full_blocks 4, 4, 50)]>>
    ```
  }];
  let parameters = (ins
    ArrayRefParameter<"::mlir::Attribute", "formats of the parts">:$parts,
    ArrayRefParameter<"int64_t", "kind, amount, rows, columns of each rule">
      :$ruleNumbers);
  let assemblyFormat = [{
    `<` `[` $parts `]` `,` `split` `=` custom<SplitRules>($ruleNumbers) `>`
  }];
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUFORMATS_TD
