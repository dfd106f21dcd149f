//===- SparseGPUOps.td - Operations of sparse_gpu ----------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD

include "SparseGPU/Dialect/SparseGPU/IR/SparseGPUAttrs.td"
include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/DestinationStyleOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Interfaces/TilingInterface.td"

class SparseGPU_Op<string mnemonic, list<Trait> traits = []>
    : Op<SparseGPU_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Level 1: storage and sparse values
//===----------------------------------------------------------------------===//

def SparseGPU_AssembleOp : SparseGPU_Op<"assemble",
    [Pure, AttrSizedOperandSegments]> {
  let summary = "makes a sparse tensor of its storage fields";
  let description = [{
    The operands are the fields of the result's format, in the order of the
    ABI, then one `index` per dynamic dimension of the result. The storage is
    not checked; what the format requires of it (`docs/Formats`) is the
    caller's duty. No data moves.

    Constraints: the result's encoding is a sparse format (ASM-1); the fields
    are those of the format, in number and type (ASM-2); there is one size per
    dynamic dimension (ASM-3).

    ```mlir
    %A = sparse_gpu.assemble fields(%pos, %crd, %val) sizes(%m, %k)
       : tensor<?xi32>, tensor<?xi32>, tensor<?xf32>
         to tensor<?x?xf32, #sparse_gpu.csr>
    ```
  }];
  let arguments = (ins Variadic<AnyRankedTensor>:$fields,
                       Variadic<Index>:$sizes);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat = [{
    `fields` `(` $fields `)` (`sizes` `(` $sizes^ `)`)? attr-dict
    `:` type($fields) `to` type($result)
  }];
  let hasVerifier = 1;
}

def SparseGPU_DisassembleOp : SparseGPU_Op<"disassemble", [Pure]> {
  let summary = "the storage fields and dynamic sizes of a sparse tensor";
  let description = [{
    The inverse of `assemble`: the results are the fields of the operand's
    format, in the order of the ABI, then one `index` per dynamic dimension.
    No data moves.

    Constraints: the operand's encoding is a sparse format (DIS-1); the
    results are the format's fields and the dynamic sizes (DIS-2).

    ```mlir
    %pos, %crd, %val, %m, %k = sparse_gpu.disassemble
        %A : tensor<?x?xf32, #sparse_gpu.csr>
        to tensor<?xi32>, tensor<?xi32>, tensor<?xf32>, index, index
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source);
  let results = (outs Variadic<AnyType>:$parts);
  let assemblyFormat =
      "$source attr-dict `:` type($source) `to` type($parts)";
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Level 1: operations
//===----------------------------------------------------------------------===//

def SparseGPU_SpMMOp : SparseGPU_Op<"spmm", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "bufferizesToMemoryRead", "bufferizesToMemoryWrite",
      "getAliasingValues", "bufferize"]>,
    DeclareOpInterfaceMethods<TilingInterface, [
      "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
      "getResultTilePosition"]>]> {
  let summary = "sparse matrix times dense matrix, C = A * B";
  let description = [{
    With A sparse, M x K, B dense, K x N, and C dense, M x N:

    ```
    C[m, n] = epilogue(alpha * sum over k of A[m, k] * B[k, n]
                       + beta * C[m, n], inputs at (m, n))
    ```

    where k runs over the stored entries of row m of A. `transpose_a`,
    `transpose_b` and `transpose_c` say that the operand is stored with its
    dimensions exchanged; B · Aᵀ (a linear layer `x Wᵀ`) is `transpose_b` with
    `transpose_c`. B and C of rank 1 are one column (matrix times vector).

    A is one sparse tensor, or its storage (fields, then one `index` per
    dynamic dimension) with the tensor's type in `a_type`: the form after
    `--sparse-gpu-decompose-sparse-values`. Without `beta`, C is not read.

    Everything is computed in the accumulator type: f64 if A, B or C is f64,
    else f32. The result is rounded once, when it is stored.

    **Semiring.** `combine` and `reduce` replace multiplication and addition:
    regions of two arguments of the accumulator type, with `identity` the
    neutral element of `reduce`. `reduce` must be associative and commutative;
    the order of reduction is not defined. A row without entries gives
    `identity`. Entries that are not stored do not take part, whatever
    `combine` would make of them.

    **Epilogue.** A region whose first argument is the value so far
    (accumulator type), followed by one element of each of `inputs`; it yields
    an element of C. `input_maps` gives for each input a map from (m, n) to
    its subscripts. Rows are rows of A, also when C is stored transposed.

    Constraints (`docs/Spec.md`): SPMM-1 … SPMM-13.

    ```mlir
    %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>)
           b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
         -> tensor<?x?xf32>
    ```
    Source: GE-SpMM (SC 2020), section II for the operation and the semiring.
  }];
  let arguments = (ins
    Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef, Index]>>:$a,
    AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$b,
    Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$inputs,
    Optional<AnyFloat>:$alpha, Optional<AnyFloat>:$beta,
    AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$init,
    OptionalAttr<TypeAttr>:$a_type,
    UnitAttr:$transpose_a, UnitAttr:$transpose_b, UnitAttr:$transpose_c,
    OptionalAttr<AffineMapArrayAttr>:$input_maps,
    OptionalAttr<TypedAttrInterface>:$identity,
    OptionalAttr<TypedArrayAttrBase<SparseGPU_ScheduleAttr,
                 "schedules, the first whose guards hold">>:$schedules);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region AnyRegion:$combine, AnyRegion:$reduce,
                        AnyRegion:$epilogue);
  let assemblyFormat = [{
    `a` `(` $a `:` type($a) (`of` $a_type^)? `)`
    `b` `(` $b `:` type($b) `)`
    (`inputs` `(` $inputs^ `:` type($inputs) `)`)?
    `outs` `(` $init `:` type($init) `)`
    (`alpha` `(` $alpha^ `:` type($alpha) `)`)?
    (`beta` `(` $beta^ `:` type($beta) `)`)?
    (`identity` `(` $identity^ `)`)?
    (`schedules` $schedules^)? attr-dict
    (`combine` $combine^)? (`reduce` $reduce^)? (`epilogue` $epilogue^)?
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getInitMutable();
    }
    /// True when A is given as storage fields and sizes.
    bool isDecomposed() { return getATypeAttr() != nullptr; }
    /// The encoded tensor type of A, in both forms.
    ::mlir::RankedTensorType getSparseType();
    /// The format of A.
    SparseFormatInterface getFormat();
    ::mlir::ShapedType getBType() {
      return ::mlir::cast<::mlir::ShapedType>(getB().getType());
    }
    ::mlir::ShapedType getCType() {
      return ::mlir::cast<::mlir::ShapedType>(getInit().getType());
    }
    /// f64 if A, B or C has f64 elements, else f32.
    ::mlir::FloatType getAccumulatorType();
    /// Where N is found in B, or nothing if B has rank 1.
    std::optional<unsigned> getColumnDimOfB();
    /// Static N, 1 for rank 1, or ShapedType::kDynamic.
    int64_t getStaticColumns();
  }];
}

def SparseGPU_YieldOp : SparseGPU_Op<"yield", [
    Pure, Terminator, ParentOneOf<["SpMMOp", "ScatterOp"]>]> {
  let summary = "ends a region of a sparse operation with its value";
  let description = "Constraints: see `sparse_gpu.spmm`, SPMM-9 to SPMM-11, "
                    "and `sparse_gpu.scatter`, SCT-3.";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

//===----------------------------------------------------------------------===//
// Level 2: tiles
//===----------------------------------------------------------------------===//

def SparseGPU_CoordinatesOp : SparseGPU_Op<"coordinates", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "the coordinates of one step, as a tile";
  let description = [{
    Reads `count` consecutive elements of `source`, from `begin` on, as
    unsigned integers. `count` is at most the step of the schedule.

    Constraints: the source is a memref of rank 1 of integers or `index`
    (CRD-1).

    ```mlir
    %k = sparse_gpu.coordinates %crd[%s] [%count]
       : memref<?xi32> -> tensor<?xindex>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Index:$begin, Index:$count);
  let results = (outs RankedTensorOf<[Index]>:$tile);
  let assemblyFormat = [{
    $source `[` $begin `]` `[` $count `]` attr-dict
    `:` type($source) `->` type($tile)
  }];
  let hasVerifier = 1;
}

def SparseGPU_DecodeOp : SparseGPU_Op<"decode", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "the values of one step, as a tile of A";
  let description = [{
    Contiguous decode: element (r, p) of the R x `count` tile is element
    `(begin + p) * R + r` of `source`, so that a step is one contiguous piece.

    Constraints: the source is a memref of rank 1, the tile has rank 2, one
    static row count and the source's element type (DEC-1).

    ```mlir
    %a = sparse_gpu.decode %val[%s] [%count]
       : memref<?xf32> -> tensor<1x?xf32>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, Index:$begin, Index:$count);
  let results = (outs AnyRankedTensor:$tile);
  let assemblyFormat = [{
    $source `[` $begin `]` `[` $count `]` attr-dict
    `:` type($source) `->` type($tile)
  }];
  let hasVerifier = 1;
}

def SparseGPU_DecodeIdsOp : SparseGPU_Op<"decode_ids", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "the values of one step, scattered to places that ids name";
  let description = [{
    Positions are columns of tiles of `tileColumns`, one tile after the other.
    The entries of tile t are `offsets[t]` to `offsets[t + 1]`; entry e is
    `source[e]`, in row `ids[e] / tileColumns` and column
    `ids[e] mod tileColumns` of its tile. The result is the R x `count` tile of
    positions `begin` and after: `tile` has the entries and zeros elsewhere,
    `present` says where there is an entry. No two entries of a tile have the
    same id, and every id is below R * `tileColumns`.

    Constraints: source, ids and offsets have rank 1, ids and offsets are
    integers or `index`; the tile has rank 2, a static row count and the
    source's element type; `present` has its shape, of i1; `tileColumns` is
    positive (IDS-1).

    ```mlir
    %a, %present = sparse_gpu.decode_ids %val at %ids in %tiles[%s] [%count]
        tiles of 8 : memref<?xf32>, memref<?xi8>, memref<?xi32>
        -> tensor<16x?xf32>, tensor<16x?xi1>
    ```
  }];
  let arguments = (ins AnyMemRef:$source, AnyMemRef:$ids, AnyMemRef:$offsets,
                       Index:$begin, Index:$count, I64Attr:$tileColumns);
  let results = (outs AnyRankedTensor:$tile, AnyRankedTensor:$present);
  let assemblyFormat = [{
    $source `at` $ids `in` $offsets `[` $begin `]` `[` $count `]`
    `tiles` `of` $tileColumns attr-dict `:` type($source) `,` type($ids) `,`
    type($offsets) `->` type($tile) `,` type($present)
  }];
  let hasVerifier = 1;
}

def SparseGPU_GatherOp : SparseGPU_Op<"gather", [
    AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a tile of a dense matrix or vector: named rows, some columns";
  let description = [{
    Element (i, j) of the tile is `source[rows[i], columns + j]`; with
    `transposed`, `source[columns + j, rows[i]]`. A vector is subscripted by
    the one of `rows` and `columns` that is given. Columns beyond the extent
    of the source have unspecified values; no memory beyond it is read. With
    `partial` the same holds for rows.

    Constraints: the rank of the source is the number of subscripts (GTH-1);
    the tile has the source's element type and the shape that the subscripts
    give (GTH-2).

    ```mlir
    %b = sparse_gpu.gather %B rows(%k) columns(%n)
       : memref<?x?xf32>, tensor<?xindex> -> tensor<?x64xf32>
    ```
  }];
  let arguments = (ins AnyMemRef:$source,
                       Optional<RankedTensorOf<[Index]>>:$rows,
                       Optional<Index>:$columns, UnitAttr:$transposed,
                       UnitAttr:$partial);
  let results = (outs AnyRankedTensor:$tile);
  let assemblyFormat = [{
    $source (`rows` `(` $rows^ `)`)? (`columns` `(` $columns^ `)`)? attr-dict
    `:` type($source) (`,` type($rows)^)? `->` type($tile)
  }];
  let hasVerifier = 1;
}

def SparseGPU_ScatterOp : SparseGPU_Op<"scatter", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "stores a tile into named rows of a dense matrix";
  let description = [{
    `dest[rows[i], columns + j] = tile[i, j]`, with `transposed`
    `dest[columns + j, rows[i]]`. Columns beyond the extent of the destination
    are not stored; with `partial`, neither are rows. Over a whole nest, every
    element of a destination that the nest does not read is stored.

    With `reduce`, a region of two arguments of the element type that yields
    one, `dest = reduce(dest, tile)` for each element, atomically and in any
    order: rows may be named more than once, also by other units.

    Constraints: the destination has rank 2 (SCT-1); the tile has the
    destination's element type (SCT-2); `reduce` has one block with those
    arguments and ends in `sparse_gpu.yield` of that type (SCT-3).

    ```mlir
    sparse_gpu.scatter %acc into %C rows(%rows) columns(%n)
      : tensor<1x64xf32>, tensor<1xindex> into memref<?x?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$tile, AnyMemRef:$dest,
                       RankedTensorOf<[Index]>:$rows, Index:$columns,
                       UnitAttr:$transposed, UnitAttr:$partial);
  let regions = (region AnyRegion:$reduce);
  let assemblyFormat = [{
    $tile `into` $dest `rows` `(` $rows `)` `columns` `(` $columns `)`
    attr-dict (`reduce` $reduce^)? `:` type($tile) `,` type($rows) `into`
    type($dest)
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD
