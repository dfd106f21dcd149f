//===- SparseGPUOps.td - Operations of sparse_gpu ----------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD
#define SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD

include "SparseGPU/Dialect/SparseGPU/IR/EpilogueOpInterface.td"
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

def SparseGPU_ConvertOp : SparseGPU_Op<"convert", [Pure]> {
  let summary = "a matrix in another format";
  let description = [{
    The result is the matrix of the operand in the format of the result's type,
    with the same values in the same places. A tensor without encoding is a
    dense matrix: its elements that are not zero become entries, and places
    without an entry become zeros. Zeros that a format stores as padding are no
    entries; zeros that the operand stores as entries stay entries where the
    result's format knows them.

    With `prune`, a sparsity from 0 up to but not including 1, the matrix is
    first pruned by magnitude to the pattern that the result's format stores
    without padding: this part of all places goes (`docs/Pruning.md` has the
    counts). The numbers of N:M and V:N:M say theirs, whatever the sparsity;
    formats that store any matrix keep the largest elements.

    Constants are converted when the program is compiled. Else the conversion
    runs on the host, in `libsparsegpu_formats.so`: operands must be in host
    memory (`operands=host`), and a matrix that the result's format cannot hold
    ends the program with a message. The storage is freed at the end of the
    block, unless it is returned, yielded, or passed to a function that may keep
    it: then it belongs to whoever gets it.

    Constraints: both are matrices, dense or with a sparse format, and one has a
    sparse format (CVT-1); elements have the same type (CVT-2); a size that is
    known in the result is known in the operand, and equal (CVT-3); `prune` is
    in range, and the result has a sparse format (CVT-5).

    ```mlir
    %y = sparse_gpu.convert %x : tensor<?x?xf16, #sparse_gpu.csr>
           to tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
    %w = sparse_gpu.convert %x prune 0.75 : tensor<?x?xf16>
           to tensor<?x?xf16, #sparse_gpu.shuffled_block<v = 64>>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$source, OptionalAttr<F64Attr>:$prune);
  let results = (outs AnyRankedTensor:$result);
  let assemblyFormat =
      "$source (`prune` $prune^)? attr-dict `:` type($source) `to` "
      "type($result)";
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

//===----------------------------------------------------------------------===//
// Level 1: operations
//===----------------------------------------------------------------------===//

def SparseGPU_SpMMOp : SparseGPU_Op<"spmm", [
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<SparseGPU_EpilogueOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "bufferizesToMemoryRead", "bufferizesToMemoryWrite",
      "bufferizesToElementwiseAccess", "getAliasingValues", "bufferize"]>,
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
    i32 if A and B are integers, else f32. The result is rounded once, when it is
    stored. Integers are i8 in A and B and i32 in C, signed; sums wrap around. An
    epilogue may yield i8 or i32 too, and floats below f64 of sums of integers
    (quantised products), where there is no `beta`.

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
    Optional<AnyTypeOf<[AnyFloat, I32]>>:$alpha,
    Optional<AnyTypeOf<[AnyFloat, I32]>>:$beta,
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
    /// Whether elements can be those of A, B and C: f16, bf16, f32, f64, of A and
    /// B also f8E4M3FN and f8E5M2; or i8, i8 and i32. With an epilogue and without
    /// beta there are more types of C.
    static bool takesElements(::mlir::Type a, ::mlir::Type b, ::mlir::Type c,
                              bool hasEpilogue = false);
    /// Where N is found in B, or nothing if B has rank 1.
    std::optional<unsigned> getColumnDimOfB();
    /// Static N, 1 for rank 1, or ShapedType::kDynamic.
    int64_t getStaticColumns();
  }];
}

def SparseGPU_ContractOp : SparseGPU_Op<"contract", [
    DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<SparseGPU_EpilogueOpInterface>,
    DeclareOpInterfaceMethods<BufferizableOpInterface, [
      "bufferizesToMemoryRead", "bufferizesToMemoryWrite",
      "bufferizesToElementwiseAccess", "getAliasingValues",
      "bufferize"]>]> {
  let summary = "contraction of two dense tensors";
  let description = [{
    ```
    C[c(d)] = epilogue(sum over d of A[a(d)] * B[b(d)] + beta * C[c(d)],
                       inputs)
    ```

    over a domain of loops d, of which `maps` gives the subscripts of A, B and
    C. The extent of a loop is that of the dimension whose subscript it is. A
    loop is
    - a *batch* loop if it is in the subscripts of A, B and C,
    - an *m* loop if it is in those of A and C, an *n* loop of B and C,
    - a *k* loop, over which is summed, if it is in those of A and B.

    Subscripts of C are loops, each once. Those of A and B are sums of loops with
    positive factors, without constants: a convolution has
    `oh * stride + kh * dilation`. So an element's place in memory is a sum of a
    part that depends on the m loops, one on the k loops, and one on batch
    loops, and every such contraction is a matrix product.

    Products are of the elements' types, widened to the accumulator type: f64
    if they are f64, i32 if they are i8, else f32. The order of summation is not
    defined. Without `beta` (which is 1 here where it is present), C is not
    read. On the path `mma`, f32 elements are rounded to tf32 before they are
    multiplied.

    **Epilogue.** As of `sparse_gpu.spmm`; `input_maps` gives the subscripts of
    each input by the loops: a projected permutation of batch, m and n loops. An
    input with the subscripts of C may be C itself: an element is read before
    it is stored.

    Constraints: A, B, C and inputs are dense, all tensors or all memrefs
    (CTR-1); elements have types that a GPU multiplies: f16, bf16, f32, f64,
    f8E4M3FN, f8E5M2 alike in A and B, C a float that is no narrower than f16,
    or i8, i8 and i32; what an epilogue yields may be i8 or i32 as well, and of
    integers a float, if there is no `beta` (CTR-2); maps have the form above, and no loop is in one of
    them alone (CTR-3); extents that are known agree (CTR-4); the epilogue
    takes and yields the right types (CTR-5).

    ```mlir
    %0 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>)
           outs(%C : tensor<?x?xf32>)
           maps [affine_map<(m, n, k) -> (m, k)>,
                 affine_map<(m, n, k) -> (k, n)>,
                 affine_map<(m, n, k) -> (m, n)>]
         -> tensor<?x?xf32>
    ```
    Source: ALCOP (MLSys 2023) for the kernels; CUTLASS for convolution as
    implicit matrix product.
  }];
  let arguments = (ins
    AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$a,
    AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$b,
    Variadic<AnyTypeOf<[AnyRankedTensor, AnyMemRef]>>:$inputs,
    AnyTypeOf<[AnyRankedTensor, AnyMemRef]>:$init,
    UnitAttr:$beta, AffineMapArrayAttr:$maps,
    OptionalAttr<AffineMapArrayAttr>:$input_maps,
    OptionalAttr<TypedArrayAttrBase<SparseGPU_ScheduleAttr,
                 "schedules, the first whose guards hold">>:$schedules);
  let results = (outs Optional<AnyRankedTensor>:$result);
  let regions = (region AnyRegion:$epilogue);
  let assemblyFormat = [{
    `a` `(` $a `:` type($a) `)` `b` `(` $b `:` type($b) `)`
    (`inputs` `(` $inputs^ `:` type($inputs) `)`)?
    `outs` `(` $init `:` type($init) `)` (`beta` $beta^)? `maps` $maps
    (`schedules` $schedules^)? attr-dict (`epilogue` $epilogue^)?
    (`->` type($result)^)?
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return getInitMutable();
    }
    ::mlir::AffineMap getMapOfA() { return getMap(0); }
    ::mlir::AffineMap getMapOfB() { return getMap(1); }
    ::mlir::AffineMap getMap(unsigned operand) {
      return ::mlir::cast<::mlir::AffineMapAttr>(getMaps()[operand]).getValue();
    }
    /// The loops of each kind, ascending.
    struct Loops {
      ::llvm::SmallVector<unsigned> batch, m, n, k;
    };
    Loops getLoops();
    /// The shaped type of operand 0, 1 or 2: A, B, C.
    ::mlir::ShapedType getTypeOf(unsigned operand);
    ::mlir::Value getOperandOf(unsigned operand) {
      return operand == 0 ? getA() : operand == 1 ? getB() : getInit();
    }
    /// An operand and its dimension whose subscript is `loop` alone.
    std::pair<unsigned, unsigned> getDimOfLoop(unsigned loop);
    /// The extent of `loop` if it is known, else ShapedType::kDynamic.
    int64_t getStaticExtent(unsigned loop);
    /// Whether elements can be those of A, B and C; with an epilogue and
    /// without beta there are more types of C.
    static bool takesElements(::mlir::Type a, ::mlir::Type b, ::mlir::Type c,
                              bool hasEpilogue = false);
    /// Whether `maps` have the form that is needed; else why not.
    static ::llvm::LogicalResult checkMaps(::llvm::ArrayRef<::mlir::AffineMap> maps,
                                           std::string &reason);
  }];
}

def SparseGPU_YieldOp : SparseGPU_Op<"yield", [
    Pure, Terminator,
    ParentOneOf<["SpMMOp", "ContractOp", "ScatterOp"]>]> {
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

def SparseGPU_LoadOp : SparseGPU_Op<"load", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "a tile of memory by offsets of rows and columns";
  let description = [{
    Element (i, j) of the tile is the element of `source` that is
    `rows[i] + columns[j]` elements behind its first, where i < `rowCount` and
    j < `columnCount`; elsewhere it is zero, and no memory is read.
    `contiguous` is the dimension of the tile, 0 or 1, along which offsets
    ascend by one, at least in groups of `run` that begin at multiples of `run`.
    `partial` says that a row whose offset is negative does not exist, wherever
    it is.

    Constraints: the tile has the source's element type and the shape of the
    offsets; `contiguous` is 0 or 1, `run` is positive and divides the tile's
    size in that dimension (LDT-1).

    ```mlir
    %a = sparse_gpu.load %A rows(%r)[%m] columns(%c)[%k] contiguous 1 run 32
       : memref<?x?xf16>, tensor<128xindex>, tensor<32xindex>
         -> tensor<128x32xf16>
    ```
  }];
  let arguments = (ins AnyMemRef:$source,
                       RankedTensorOf<[Index]>:$rows, Index:$rowCount,
                       RankedTensorOf<[Index]>:$columns, Index:$columnCount,
                       I64Attr:$contiguous, I64Attr:$run, UnitAttr:$partial);
  let results = (outs AnyRankedTensor:$tile);
  let assemblyFormat = [{
    $source `rows` `(` $rows `)` `[` $rowCount `]`
    `columns` `(` $columns `)` `[` $columnCount `]`
    `contiguous` $contiguous `run` $run (`partial` $partial^)? attr-dict
    `:` type($source) `,` type($rows) `,` type($columns) `->` type($tile)
  }];
  let hasVerifier = 1;
}

def SparseGPU_StoreOp : SparseGPU_Op<"store", [
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "stores a tile by offsets of rows and columns";
  let description = [{
    The element of `dest` that is `rows[i] + columns[j]` elements behind its
    first becomes element (i, j) of the tile, where i < `rowCount` and
    j < `columnCount`. Others are not touched. No two elements have the same
    place. `contiguous` and `partial` are as of `sparse_gpu.load`.

    `staged`, which `--sparse-gpu-stage-epilogue` gives, lets a tile of a block
    go through shared memory, from where lanes store neighbouring elements of
    up to 16 bytes at once. It changes no result.

    Constraints: as of `sparse_gpu.load` (STT-1).

    ```mlir
    sparse_gpu.store %acc into %C rows(%r)[%m] columns(%c)[%n] contiguous 1 run 128
      : tensor<128x128xf32>, tensor<128xindex>, tensor<128xindex>
        into memref<?x?xf32>
    ```
  }];
  let arguments = (ins AnyRankedTensor:$tile, AnyMemRef:$dest,
                       RankedTensorOf<[Index]>:$rows, Index:$rowCount,
                       RankedTensorOf<[Index]>:$columns, Index:$columnCount,
                       I64Attr:$contiguous, I64Attr:$run, UnitAttr:$staged,
                       UnitAttr:$partial);
  let assemblyFormat = [{
    $tile `into` $dest `rows` `(` $rows `)` `[` $rowCount `]`
    `columns` `(` $columns `)` `[` $columnCount `]`
    `contiguous` $contiguous `run` $run (`staged` $staged^)? (`partial` $partial^)?
    attr-dict
    `:` type($tile) `,` type($rows) `,` type($columns) `into` type($dest)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Level 3: what nvgpu has no operation for
//===----------------------------------------------------------------------===//

def SparseGPU_LdMatrixPairsOp : SparseGPU_Op<"ldmatrix_pairs", []> {
  let summary = "transposing ldmatrix of pairs of bytes";
  let description = [{
    `ldmatrix.trans` (PTX ISA, "ldmatrix") on a buffer of bytes in shared
    memory: up to four matrices of 8 lines of 8 pairs of neighbouring bytes.
    The subscripts of lane 8 * i + j are the first of the 16 bytes of line j of
    matrix i. Element (i, h) of lane l's result is pair l / 4 of line
    2 * (l mod 4) + h of matrix i: bytes 2 * (l / 4) and 2 * (l / 4) + 1 of that
    line, the first one in the low half.

    `nvgpu.ldmatrix` transposes elements of 16 bits only, and its buffer has the
    elements of its result. `--sparse-gpu-lower-ldmatrix-pairs` makes it of this
    operation when subscripts do not change any more; swizzling and pipelining
    see an access to the buffer itself.

    Constraints: the result has 1, 2 or 4 rows, one subscript for each dimension
    of the buffer, which is in workgroup memory (LDP-1).

    ```mlir
    %p = sparse_gpu.ldmatrix_pairs %b[%k, %n]
       : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
    ```
  }];
  let arguments = (ins Arg<MemRefOf<[I8]>, "", [MemRead]>:$memory,
                       Variadic<Index>:$indices);
  let results = (outs VectorOfRankAndType<[2], [I16]>:$pairs);
  let assemblyFormat = [{
    $memory `[` $indices `]` attr-dict `:` type($memory) `->` type($pairs)
  }];
  let hasVerifier = 1;
}

#endif // SPARSEGPU_DIALECT_SPARSEGPU_IR_SPARSEGPUOPS_TD
