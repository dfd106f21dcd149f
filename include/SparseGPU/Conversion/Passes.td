//===- Passes.td - The arrows between the levels -----------*- tablegen -*-===//
//
// Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SPARSEGPU_CONVERSION_PASSES_TD
#define SPARSEGPU_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

//===----------------------------------------------------------------------===//
// Level 0 -> 1: LinalgToSparseGPU
//===----------------------------------------------------------------------===//

def LinalgToSpMM : Pass<"sparse-gpu-linalg-to-spmm", "::mlir::ModuleOp"> {
  let summary = "Takes linalg contractions on a sparse matrix as sparse_gpu.spmm";
  let description = [{
    Rewrites every linalg operation that is a contraction of one sparse matrix
    with one dense matrix or vector: `linalg.matmul` (with any indexing maps),
    `linalg.matvec`, `linalg.generic` with a multiply-add body. So A·B, A·Bᵀ,
    B·Aᵀ and A·x. The sparse operand has a `#sparse_gpu` format, or upstream's
    `#sparse_tensor.encoding` where that stores compressed rows of the matrix
    as it is used: (dense, compressed) levels, widths of positions and
    coordinates 0, 8, 16, 32 or 64. Upstream storage is reached by
    `sparse_tensor.positions`, `coordinates` and `values`, so the tensor itself
    stays where it is.

    Requires tensors (not memrefs). Accumulation is in f32, or f64 if an
    operand is f64, also where linalg's own semantics would round to f16 after
    each addition.

    Ensures: every linalg operation with a sparse operand was rewritten, or is
    named in a remark with the operand and the rule that it breaks; then
    upstream's sparsifier makes CPU code of it. Under `require-gpu`, and
    always where a `#sparse_gpu` format is involved, that is an error.

    Before:
    ```mlir
    %0 = linalg.matmul ins(%A, %B : tensor<?x?xf32, #sparse_gpu.csr>,
                                    tensor<?x?xf32>)
                       outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
    After:
    ```mlir
    %0 = sparse_gpu.spmm a(%A : tensor<?x?xf32, #sparse_gpu.csr>)
           b(%B : tensor<?x?xf32>) outs(%C : tensor<?x?xf32>)
           beta(%one : f32) -> tensor<?x?xf32>
    ```
  }];
  let options = [
    Option<"requireGPU", "require-gpu", "bool", /*default=*/"false",
           "Make it an error when an operation cannot be taken to the GPU">,
    Option<"upstreamStorage", "upstream-storage", "bool", /*default=*/"true",
           "Take operands in upstream's encoding; their storage is in host "
           "memory, so not where operands are device memory">
  ];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::sparse_tensor::SparseTensorDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::memref::MemRefDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect",
    "::mlir::scf::SCFDialect", "::mlir::LLVM::LLVMDialect"];
}

def LinalgToContract : Pass<"sparse-gpu-linalg-to-contract",
                            "::mlir::ModuleOp"> {
  let summary = "Takes linalg contractions of dense tensors as sparse_gpu.contract";
  let description = [{
    Rewrites every linalg operation on dense tensors with two inputs and a
    multiply-add body: matrix products with any operand transposed, batched ones,
    convolutions without padding such as `linalg.conv_2d_nhwc_hwcf`, and
    contractions as `linalg.generic`.

    Requires tensors (not memrefs). Accumulation is in f32, f64 or i32, also where
    linalg's own semantics would round to f16 after each addition.

    Ensures: every such operation was rewritten, or is named in a remark with the
    rule that it breaks, and stays on the CPU; under `require-gpu` that is an
    error.

    Before:
    ```mlir
    %0 = linalg.matmul ins(%A, %B : tensor<?x?xf16>, tensor<?x?xf16>)
                       outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    ```
    After:
    ```mlir
    %0 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>)
           outs(%C : tensor<?x?xf32>) beta
           maps [affine_map<(m, n, k) -> (m, k)>,
                 affine_map<(m, n, k) -> (k, n)>,
                 affine_map<(m, n, k) -> (m, n)>]
         -> tensor<?x?xf32>
    ```
  }];
  let options = [
    Option<"requireGPU", "require-gpu", "bool", /*default=*/"false",
           "Make it an error when an operation cannot be taken to the GPU">
  ];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect"];
}

def FuseEpilogue : Pass<"sparse-gpu-fuse-epilogue", "::mlir::ModuleOp"> {
  let summary = "Makes elementwise users a part of a contraction's epilogue";
  let description = [{
    Where the only user of a `sparse_gpu.contract` or a `sparse_gpu.spmm`
    (whatever has the EpilogueOpInterface) is an elementwise linalg operation
    (only parallel loops, one result), named or `linalg.generic`, its body
    becomes the end of the contraction's epilogue, and its destination becomes
    C. So bias, activation, residual, scaling, casts and transposition,
    one after the other, until nothing changes. The other operands may be
    tensors whose subscripts are loops, each at most once, and scalars; looked
    through are fills, broadcasts and transpositions, which are then not
    computed, and constants with one value. A destination that the body reads is
    an input too.

    `beta` becomes an input where C changes. It also goes where C is a broadcast
    tensor or a constant with one value: only the vector is read then.

    Types: accumulators of integers may be stored as floats (quantised
    products). The value passes from the contraction to the body in the old C's
    type; where the body widens it at once to the type of the accumulator, or to
    that which the epilogue rounded, the rounding in between is left out. So the
    result may differ from that of separate operations, by being nearer to exact.

    Requires: `sparse-gpu-linalg-to-spmm`, `sparse-gpu-linalg-to-contract`, and
    canonicalisation, so that sizes are not asked of the contraction's result.
    Ensures: every elementwise user of a contraction was fused, or is named in a
    remark with the rule that it breaks (EPI-1 to EPI-4), and stays on the CPU.

    Before:
    ```mlir
    %0 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>)
           outs(%C : tensor<?x?xf32>) maps [#mk, #kn, #mn] -> tensor<?x?xf32>
    %1 = linalg.exp ins(%0 : tensor<?x?xf32>) outs(%D : tensor<?x?xf32>)
           -> tensor<?x?xf32>
    ```
    After:
    ```mlir
    %1 = sparse_gpu.contract a(%A : tensor<?x?xf16>) b(%B : tensor<?x?xf16>)
           outs(%D : tensor<?x?xf32>) maps [#mk, #kn, #mn] epilogue {
         ^bb0(%acc: f32):
           %2 = math.exp %acc : f32
           sparse_gpu.yield %2 : f32
         } -> tensor<?x?xf32>
    ```
  }];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def AssignSchedule : Pass<"sparse-gpu-assign-schedule", "::mlir::ModuleOp"> {
  let summary = "Gives every sparse operation without schedules its schedules";
  let description = [{
    Sets `schedules` on each `sparse_gpu.spmm` that has none: the one given by
    the option, or the default for the number of columns N of the result. Where
    N is known only at run time, the default is an ordered list with guards on
    N. The defaults follow GE-SpMM (SC 2020), section III-C: coarsening 2 from
    N = 64 on (here: above 32), 1 below; and narrower tiles whose lanes share
    out the nonzeros of a row where N is at most 16.

    Ensures: every `sparse_gpu.spmm` has at least one schedule, the format
    supports each of them, and the last has no guards.

    | N | schedule |
    |---|---|
    | known, above 32 | `lanes = 32, coarsening = 2` |
    | known, 17 to 32 | `lanes = 32` |
    | known, up to 16 | `lanes` = N rounded up to a power of two |
    | at run time, above 16 | `lanes = 32, coarsening = 2` |
    | at run time, else | `lanes = 8, unroll = 1` |

    An operation whose `reduce` is more than one operation gets `lanes = 32`.

    A `sparse_gpu.contract` gets tiles on tensor cores where these compute what
    FMAs would, but for the order (f16, bf16, f64, fp8, integers; not f32): one
    schedule for operands that allow asynchronous copies, the first by the model of
    `docs/CostModel.md`, and one for all others. Where all sizes are known and
    `workspace` allows it, the model may split K (`split_k`), also of FMAs.
    `schedule=explain` gives the model's reasons in a remark.
  }];
  let options = [
    Option<"schedule", "schedule", "std::string", /*default=*/"\"\"",
           "Text of a schedule attribute, or of an array of them, or of what "
           "stands between the angle brackets; empty: chosen; explain: chosen, "
           "with the reasons in remarks">,
    Option<"chip", "chip", "std::string", /*default=*/"\"sm_80\"",
           "The GPU: which instructions there are">,
    Option<"workspace", "workspace", "bool", /*default=*/"true",
           "Schedules that are chosen may split K, which takes a workspace; "
           "not where that would change the arguments of functions">,
    Option<"stageEpilogue", "stage-epilogue", "bool", /*default=*/"true",
           "Choose schedules for contractions whose results are staged where "
           "sparse-gpu-stage-epilogue does so">
  ];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect"];
}

//===----------------------------------------------------------------------===//
// Level 1 -> 2: SparseGPUToTiles
//===----------------------------------------------------------------------===//

def LowerConversions : Pass<"sparse-gpu-lower-conversions",
                            "::mlir::ModuleOp"> {
  let summary = "Makes sparse_gpu.convert constants or calls of the packers";
  let description = [{
    Each `sparse_gpu.convert` of a constant becomes constant storage. Every other
    becomes calls of `libsparsegpu_formats.so` (`Formats/ConversionCAPI.h`):
    the fields of the operand are handed over by address, the fields of the
    result are copied into memory that is freed at the end of the block, unless
    the value may leave it.

    Requires tensors. Ensures: no `sparse_gpu.convert` is left; a constant that
    its format cannot hold, a format that the library does not have, and, with
    `operands=device`, every conversion is an error.
  }];
  let options = [
    Option<"operands", "operands", "std::string", /*default=*/"\"host\"",
           "Where memrefs live: host or device">
  ];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::bufferization::BufferizationDialect",
    "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect",
    "::mlir::arith::ArithDialect"];
}

def DecomposeSparseValues
    : Pass<"sparse-gpu-decompose-sparse-values", "::mlir::ModuleOp"> {
  let summary = "Replaces sparse values by their storage fields and sizes";
  let description = [{
    Every value whose type has a sparse format becomes its storage fields, in
    the order of the ABI, followed by one `index` per dynamic dimension. This
    covers function arguments, results and calls, `scf` and `cf` control flow,
    `tensor.dim`, and `tensor.cast` between sparse types. It must run before
    any bufferization, which would turn a foreign encoding into a dense buffer
    without a word.

    Ensures: no value, block argument or result has a sparse format.

    Before:
    ```mlir
    func.func @f(%A: tensor<?x?xf32, #sparse_gpu.csr>, ...)
    ```
    After:
    ```mlir
    func.func @f(%pos: tensor<?xi32>, %crd: tensor<?xi32>, %val: tensor<?xf32>,
                 %m: index, %k: index, ...)
    ```
  }];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
}

def BufferizeModule : Pass<"sparse-gpu-bufferize", "::mlir::ModuleOp"> {
  let summary = "Bufferizes the module, what stays on the CPU included";
  let description = [{
    Runs upstream's sparsification and one-shot bufferization with identity
    layouts at function boundaries: what was not taken to the GPU becomes
    sparse CPU loops, dense tensors become memrefs, and `sparse_gpu.spmm` gets
    its destination by the ordinary in-place analysis. It exists as a pass of
    its own because upstream's has no textual options for bufferization and
    for the runtime library, and a dumped pipeline must do the same again.

    Named linalg operations on upstream sparse tensors are generalised first;
    upstream leaves them untouched otherwise.

    Requires: `sparse-gpu-decompose-sparse-values`.
    Ensures: no tensor is left, except sparse storage specifiers.
  }];
  let options = [
    Option<"enableRuntimeLibrary", "enable-runtime-library", "bool",
           /*default=*/"true",
           "Handle upstream sparse tensors by upstream's runtime library, as "
           "its sparsifier does by default, not by generated code">
  ];
}

def SpMMToTiles : Pass<"sparse-gpu-spmm-to-tiles", "::mlir::func::FuncOp"> {
  let summary = "Expands sparse_gpu.spmm to the loop nest of units and steps";
  let description = [{
    Each `sparse_gpu.spmm` on memrefs becomes, for each of its schedules under
    its guards, the nest of `docs/Pipeline.md`: a `scf.forall` over blocks of
    units and column tiles, a `scf.forall` over the warps of a block, and in it
    the loop over steps with `coordinates`, `decode`, `gather` and a linalg
    contraction into a loop-carried accumulator tile; then the epilogue as one
    elementwise `linalg.generic`, and `scatter`. The format fills in units,
    steps, coordinates, decode and rows through `SparseFormatInterface`.

    A schedule with `tile` makes the nest of blocks instead: each computes the rows
    of a unit, with tiles that `sparse_gpu.load` names by offsets, those of B by
    the step's coordinates, and `sparse_gpu.store` of the rows of the unit. With
    `operands=host` dense operands with gaps, or an offset, are packed before, as
    `sparse-gpu-contract-to-tiles` does.

    Requires: schedules (`sparse-gpu-assign-schedule`) and memrefs
    (`sparse-gpu-bufferize`).
    Ensures: no `sparse_gpu.spmm` is left.
    Source: the nest is that of GE-SpMM (SC 2020), algorithm 2, generalised.
  }];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::gpu::GPUDialect", "::mlir::memref::MemRefDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"operands", "operands", "std::string", /*default=*/"\"host\"",
           "Where operands are: host or device">
  ];
}

def ContractToTiles : Pass<"sparse-gpu-contract-to-tiles",
                           "::mlir::func::FuncOp"> {
  let summary = "Expands sparse_gpu.contract to the loop nest of units and steps";
  let description = [{
    Each `sparse_gpu.contract` on memrefs becomes, for each of its schedules under
    its guards, a `scf.forall` over tiles of the result and the batch; in it a loop
    over steps of the contraction with `sparse_gpu.load` of a tile of each operand
    and a `linalg.matmul` into a loop-carried accumulator tile; then the epilogue
    as one elementwise `linalg.generic`, and `sparse_gpu.store`. Several loops
    of one kind are one index, the last loop fastest: a convolution is an implicit
    matrix product.

    With `split_k` above 1 the batch index runs over the parts of the contraction
    as well, and accumulators are stored into a `memref.alloc` with the attribute
    `sparse_gpu.workspace`, in front of all guards. A second `scf.forall` over the
    elements of the result adds the parts in their order, then comes the epilogue.

    With `operands=host` operands with gaps between rows, or an offset, are copied
    to packed buffers before, and the result back: so will their copies on the
    device lie.

    Requires: schedules (`sparse-gpu-assign-schedule`) and memrefs
    (`sparse-gpu-bufferize`).
    Ensures: no `sparse_gpu.contract` is left.
  }];
  let dependentDialects = ["::sparsegpu::SparseGPUDialect",
    "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
    "::mlir::gpu::GPUDialect", "::mlir::memref::MemRefDialect",
    "::mlir::tensor::TensorDialect", "::mlir::arith::ArithDialect"];
  let options = [
    Option<"operands", "operands", "std::string", /*default=*/"\"host\"",
           "Where operands are: host or device">
  ];
}

//===----------------------------------------------------------------------===//
// Level 2 -> 3: TilesToGPU
//===----------------------------------------------------------------------===//

def PlaceOperands : Pass<"sparse-gpu-place-operands", "::mlir::ModuleOp"> {
  let summary = "Gives each nest its operands in device memory";
  let description = [{
    `operands=host`: around each nest, every memref that it uses is allocated
    on the device and copied there; what the nest writes is copied back; then
    all of it is freed. A buffer that the nest writes and does not read is not
    copied to the device, since the nest stores every element of it. Buffers
    with a layout go through a packed host buffer.

    `operands=device`: all memrefs are device memory already. Every function
    that computes on the GPU, itself or through a call, takes a trailing
    `!llvm.ptr`, the stream; nothing is allocated, copied or synchronised.
    An operation that would run on the CPU, or allocate, is an error.

    Only launches that `--sparse-gpu-map-to-gpu` made (marked
    `sparse_gpu.nest`) are touched.

    Requires: launches that are not outlined yet.
    Ensures: each marked launch uses device memory only, and is in order on
    its stream.
  }];
  let options = [
    Option<"operands", "operands", "std::string", /*default=*/"\"host\"",
           "Where memrefs live: host or device">
  ];
  let dependentDialects = ["::mlir::gpu::GPUDialect",
    "::mlir::memref::MemRefDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::arith::ArithDialect"];
}

def MapToGPU : Pass<"sparse-gpu-map-to-gpu", "::mlir::func::FuncOp"> {
  let summary = "Maps nests of tiles to blocks, warps and lanes";
  let description = [{
    Each outermost `scf.forall` mapped to blocks becomes a `gpu.launch` with a
    dynamic grid, a static block of `32 * warps` threads and grid-stride loops,
    so that any extent is covered. The `scf.forall` over warps becomes the warp
    number. Tiles are distributed over the lanes of a warp:

    1. An accumulator or result tile is in registers: lane l holds columns
       l, l + lanes, l + 2 * lanes, ... (`coarsening` of them).
    2. Coordinates and values of a step are loaded once, one per lane, and
       staged in the warp's part of one dynamic shared-memory arena;
       coordinates as offsets into the dense operand (coalesced row caching).
    3. The contraction runs over the staged entries; each lane reads its
       columns of the named row straight into registers. With fewer than 32
       lanes along the columns, groups of lanes take turns on the entries and
       are reduced by shuffles after the loop over steps.
    4. Every synchronisation has the scope of a warp, so rows of different
       length cannot block each other.

    Columns beyond the extent are clamped when read and not stored.

    Where the schedule's scope is a block, there is no `scf.forall` over warps,
    and tiles are distributed over all of its threads: operands of a contraction
    are copied to buffers in shared memory, asynchronously where `copy` and
    the tile's runs allow; each warp multiplies its `warp_tile` with the
    instructions of `path`, accumulators in registers. Where nothing is multiplied
    each lane has one element of 32 neighbours in a row.

    Requires: level 2. Ensures: no tensor and no linalg operation in a launch.
    Source: GE-SpMM (SC 2020), sections III-B (coalesced row caching) and
    III-C (coarse-grained warp merging).
  }];
  let options = [
    Option<"chip", "chip", "std::string", /*default=*/"\"sm_80\"",
           "The GPU: which instructions there are">,
    Option<"asynchronousCopies", "asynchronous-copies", "bool",
           /*default=*/"true",
           "Tiles are copied by cp.async where the chip has it; false: through "
           "registers, for comparisons">
  ];
  let dependentDialects = ["::mlir::gpu::GPUDialect",
    "::mlir::NVVM::NVVMDialect", "::mlir::nvgpu::NVGPUDialect",
    "::mlir::memref::MemRefDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
    "::mlir::vector::VectorDialect"];
}

def StageEpilogue : Pass<"sparse-gpu-stage-epilogue", "::mlir::func::FuncOp"> {
  let summary = "Stores results of blocks through shared memory, where it pays";
  let description = [{
    Marks each `sparse_gpu.store` of a block's tile as `staged` where lanes that
    store their fragments themselves would fill sectors of 32 bytes in part,
    that is elements of 8 and 16 bits. `--sparse-gpu-map-to-gpu` then writes the
    fragments to shared memory and stores whole lines of the tile from there, up
    to 16 bytes a lane, neighbouring lanes side by side; elements at the edge of
    the result one by one. All reads of elements of C come before.

    The staged tile is a buffer like any other: `--sparse-gpu-swizzle` gives it
    a layout, and `--sparse-gpu-place-shared-memory` the place of the operands.

    Requires level 2. Ensures: results are the same. A store that could gain but
    is not staged is named in a remark, with its rule (STG-1 to STG-5 of
    docs/Spec.md); one that has nothing to gain, and one of a schedule without a
    guard on `result_alignment`, only with `explain`.

    Before:
    ```mlir
    sparse_gpu.store %t into %C rows(%r)[%m] columns(%c)[%n] contiguous 1 run 128
    ```
    After:
    ```mlir
    sparse_gpu.store %t into %C rows(%r)[%m] columns(%c)[%n] contiguous 1 run 128 staged
    ```
  }];
  let options = [
    Option<"chip", "chip", "std::string", /*default=*/"\"sm_80\"",
           "The GPU: how much shared memory a block can have">,
    Option<"explain", "explain", "bool", /*default=*/"false",
           "Say in remarks also where nothing is gained">
  ];
}

def PlaceSharedMemory : Pass<"sparse-gpu-place-shared-memory"> {
  let summary = "Places a kernel's buffers in one dynamic arena";
  let description = [{
    Each `memref.alloc` in workgroup memory inside a `gpu.launch` becomes a view
    of `gpu.dynamic_shared_memory`, at a multiple of 128 bytes, behind what the
    launch has already. The launch gets the size.

    Buffers lie one behind the other, but two have the same place where the uses
    of one come before those of the other, with a `gpu.barrier` on each path
    between them (around a loop in both directions), and no asynchronous copy is
    in flight at that barrier.

    Requires: launches that are not outlined yet; buffers of static shape.
    Ensures: no `memref.alloc` in workgroup memory is left in a launch.

    Before:
    ```mlir
    %a = memref.alloc() : memref<128x32xf16, #gpu.address_space<workgroup>>
    ```
    After:
    ```mlir
    %all = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
    %a = memref.view %all[%c0][] : memref<?xi8, #gpu.address_space<workgroup>>
           to memref<128x32xf16, #gpu.address_space<workgroup>>
    ```
  }];
  let dependentDialects = ["::mlir::gpu::GPUDialect",
    "::mlir::memref::MemRefDialect", "::mlir::arith::ArithDialect"];
}

def LowerLdMatrixPairs : Pass<"sparse-gpu-lower-ldmatrix-pairs"> {
  let summary = "Makes nvgpu.ldmatrix of transposed pairs of bytes";
  let description = [{
    Each `sparse_gpu.ldmatrix_pairs` becomes an `nvgpu.ldmatrix` that transposes
    elements of 16 bits, of a view of the buffer with such elements. Subscripts
    of the last dimension, multiples of 16, are halved.

    Requires: buffers of static shape and identity layout with an even number
    of bytes in a row (LDP-2); nothing that looks at accesses follows:
    swizzling, pipelining and placing come before.
    Ensures: no `sparse_gpu.ldmatrix_pairs` is left.

    Before:
    ```mlir
    %p = sparse_gpu.ldmatrix_pairs %b[%k, %n]
       : memref<64x128xi8, #gpu.address_space<workgroup>> -> vector<4x2xi16>
    ```
    After:
    ```mlir
    %bytes = memref.collapse_shape %b [[0, 1]]
      : memref<64x128xi8, #gpu.address_space<workgroup>>
        into memref<8192xi8, #gpu.address_space<workgroup>>
    %halves = memref.view %bytes[%c0][]
      : memref<8192xi8, #gpu.address_space<workgroup>>
        to memref<64x64xi16, #gpu.address_space<workgroup>>
    %h = arith.shrui %n, %c1 : index
    %p = nvgpu.ldmatrix %halves[%k, %h] {numTiles = 4 : i32, transpose = true}
      : memref<64x64xi16, #gpu.address_space<workgroup>> -> vector<4x2xi16>
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect",
    "::mlir::nvgpu::NVGPUDialect", "::mlir::arith::ArithDialect"];
}

//===----------------------------------------------------------------------===//
// Level 3 -> 4: GPUToNVVM
//===----------------------------------------------------------------------===//

def ExpandFloat8 : Pass<"sparse-gpu-expand-float8"> {
  let summary = "Widens 8-bit floats by integer arithmetic";
  let description = [{
    Rewrites each `arith.extf` of a scalar f8E4M3FN or f8E5M2 into operations
    that every chip has: LLVM has no type of these numbers, and conversion
    instructions begin with sm_89. The result is exact; NaN stays NaN. E5M2 is
    the upper half of a f16. E4M3FN is shifted to the places of a f32, whose
    exponent is then 120 too small.

    Before:
    ```mlir
    %1 = arith.extf %0 : f8E5M2 to f32
    ```
    After:
    ```mlir
    %bits = arith.bitcast %0 : f8E5M2 to i8
    %wide = arith.extui %bits : i8 to i16
    %high = arith.shli %wide, %c8 : i16
    %half = arith.bitcast %high : i16 to f16
    %1 = arith.extf %half : f16 to f32
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect"];
}

def AttachTarget : Pass<"sparse-gpu-attach-target", "::mlir::ModuleOp"> {
  let summary = "Validates chip and features and attaches the NVVM target";
  let description = [{
    Attaches `#nvvm.target` to every `gpu.module`. The chip must be one that
    LLVM's NVPTX back end knows, sm_70 or later; features must be known to it
    and give a PTX version that the chip accepts. LLVM only warns about unknown
    names and aborts on a PTX version that is too low, hence the check here.
    Without `features`, the lowest PTX version that has the chip is used, but
    at least 7.1.
  }];
  let options = [
    Option<"chip", "chip", "std::string", /*default=*/"\"sm_80\"",
           "The GPU, for example sm_80 or sm_90a">,
    Option<"features", "features", "std::string", /*default=*/"\"\"",
           "Features of the back end, for example +ptx80; empty: derived">,
    Option<"format", "format", "std::string", /*default=*/"\"isa\"",
           "isa (PTX), bin (cubin), fatbin, or llvm (bitcode)">
  ];
  let dependentDialects = ["::mlir::NVVM::NVVMDialect",
                           "::mlir::gpu::GPUDialect"];
}

//===----------------------------------------------------------------------===//
// All levels
//===----------------------------------------------------------------------===//

def CheckLevel : Pass<"sparse-gpu-check-level", "::mlir::ModuleOp"> {
  let summary = "Checks the contract of one level of the lowering";
  let description = [{
    Fails, naming the operation and the rule, unless the module keeps the
    contract of the level (`docs/Pipeline.md`):

    | level | rule |
    |---|---|
    | 1 | LVL1-1: every `sparse_gpu.spmm` has schedules, the last without guards |
    | 2 | LVL2-1: no value has a sparse type; LVL2-2: no `sparse_gpu.spmm` is left |
    | 3 | LVL3-1: no tensor in a kernel; LVL3-2: no linalg in a kernel; LVL3-3: each kernel has its block size; LVL3-4: no accumulator in memory: no loop in a kernel stores to global memory what it loads from there |
    | 4 | LVL4-1: only the dialects `llvm` and `nvvm` are left, with `gpu.binary` and `gpu.launch_func`, which the translation to LLVM IR takes |
  }];
  let options = [
    Option<"level", "level", "int64_t", /*default=*/"1", "The level, 1 to 4">
  ];
}

#endif // SPARSEGPU_CONVERSION_PASSES_TD
