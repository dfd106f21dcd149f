// Each numbered constraint of the formats and schedules broken once (docs/Spec.md).
// RUN: sparse-opt %s -split-input-file -verify-diagnostics

// expected-error @+1 {{#sparse_gpu.csr encodes tensors of rank 2, got rank 3 (FMT-1)}}
func.func private @f(tensor<?x?x?xf32, #sparse_gpu.csr>)

// -----

// expected-error @+1 {{#sparse_gpu.csr encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<?xf32, #sparse_gpu.csr>)

// -----

// expected-error @+1 {{#sparse_gpu.csr encodes f8E4M3FN, f8E5M2, f16, bf16, f32, f64 or integer elements, got 'f8E4M3B11FNUZ' (FMT-2)}}
func.func private @f(tensor<?x?xf8E4M3B11FNUZ, #sparse_gpu.csr>)

// -----

// expected-error @+1 {{#sparse_gpu.csr encodes f8E4M3FN, f8E5M2, f16, bf16, f32, f64 or integer elements, got 'complex<f32>' (FMT-2)}}
func.func private @f(tensor<?x?xcomplex<f32>, #sparse_gpu.csr>)

// -----

// expected-error @+1 {{'positions' of #sparse_gpu.csr must be i8, i16, i32, i64 or index, got 'i24' (FMT-3)}}
func.func private @f() attributes {a = #sparse_gpu.csr<positions = i24>}

// -----

// expected-error @+1 {{'coordinates' of #sparse_gpu.csr must be i8, i16, i32, i64 or index, got 'f32' (FMT-3)}}
func.func private @f() attributes {a = #sparse_gpu.csr<coordinates = f32>}

// -----

// expected-error @+1 {{'coordinates' of #sparse_gpu.csr must be i8, i16, i32, i64 or index, got 'ui32' (FMT-3)}}
func.func private @f() attributes {a = #sparse_gpu.csr<coordinates = ui32>}

// -----

// expected-error @+1 {{parameter 'size' of format 'blocked_ell' is 1 to 128, got 256 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.blocked_ell<size = 256>>)

// -----

// expected-error @+1 {{parameter 'rows' of format 'sliced_ell' is 1 to 1024, got -1 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.sliced_ell<rows = -1>>)

// -----

// expected-error @+1 {{'positions' of #sparse_gpu.dcsr must be i8, i16, i32, i64 or index, got 'f32' (FMT-3)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.dcsr<positions = f32>>)

// -----

// expected-error @+1 {{parameter 'rows' of format 'bsr' is 1 to 128, got 0 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.bsr<rows = 0>>)

// -----

// expected-error @+1 {{parameter 'columns' of format 'bsr' is 1 to 128, got 129 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.bsr<columns = 129>>)

// -----

// expected-error @+1 {{'coordinates' of #sparse_gpu.bsr must be i8, i16, i32, i64 or index, got 'i1' (FMT-3)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.bsr<coordinates = i1>>)

// -----

// expected-error @+1 {{#sparse_gpu.bsr encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<8xf32, #sparse_gpu.bsr>)

// -----

// expected-error @+1 {{parameter 'window' of format 'condensed_tiles' is 1 to 16, got 17 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.condensed_tiles<window = 17>>)

// -----

// expected-error @+1 {{parameter 'tile' of format 'condensed_tiles' is 1 to 16, got 0 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.condensed_tiles<layout = tcf, tile = 0>>)

// -----

// expected-error @+1 {{'positions' of #sparse_gpu.condensed_tiles must be i8, i16, i32, i64 or index, got 'f32' (FMT-3)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.condensed_tiles<positions = f32>>)

// -----

// expected-error @+2 {{expected one of [tcf, me_tcf, bit_tcf, me_bcrs] for layout of condensed tiles, got: best}}
// expected-error @+1 {{failed to parse SparseGPU_CondensedTilesAttr parameter 'layout'}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.condensed_tiles<layout = best>>)

// -----

// expected-error @+1 {{#sparse_gpu.condensed_tiles encodes tensors of rank 2, got rank 3 (FMT-1)}}
func.func private @f(tensor<8x8x8xf32, #sparse_gpu.condensed_tiles>)

// -----

// expected-error @+1 {{parameter 'v' of format 'shuffled_block' is 8 to 128, got 7 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.shuffled_block<v = 7>>)

// -----

// expected-error @+1 {{'positions' of #sparse_gpu.shuffled_block must be i8, i16, i32, i64 or index, got 'i1' (FMT-3)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.shuffled_block<positions = i1>>)

// -----

// expected-error @+1 {{#sparse_gpu.shuffled_block encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<8xf32, #sparse_gpu.shuffled_block>)

// -----

// expected-error @+1 {{parameter 'v' of format 'vector_wise' is 8 to 128, got 129 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.vector_wise<v = 129>>)

// -----

// expected-error @+1 {{#sparse_gpu.vector_wise encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<8xf32, #sparse_gpu.vector_wise>)

// -----

// expected-error @+1 {{parameter 'm' of format 'nm' is 2 to 16, got 17 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.nm<m = 17>>)

// -----

// expected-error @+1 {{parameter 'n' of format 'nm' must be below 'm', got 4 and 4 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.nm<n = 4>>)

// -----

// expected-error @+1 {{#sparse_gpu.nm encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<8xf32, #sparse_gpu.nm>)

// -----

// expected-error @+1 {{parameter 'n' of format 'vnm' is 1 to 3, got 4 (FMT-4)}}
func.func private @f(tensor<8x8xf32, #sparse_gpu.vnm<n = 4>>)

// -----

// expected-error @+1 {{#sparse_gpu.vnm encodes tensors of rank 2, got rank 1 (FMT-1)}}
func.func private @f(tensor<8xf32, #sparse_gpu.vnm>)

// -----

// expected-error @+1 {{schedule field 'warps' must be 1 to 32, got 0 (SCH-2)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<warps = 0>}

// -----

// expected-error @+1 {{schedule field 'warps' must be 1 to 32, got 33 (SCH-2)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<warps = 33>}

// -----

// expected-error @+1 {{schedule field 'lanes' must be a power of two up to 32, got 0 (SCH-3)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<lanes = 0>}

// -----

// expected-error @+1 {{schedule field 'lanes' must be a power of two up to 32, got 24 (SCH-3)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<lanes = 24>}

// -----

// expected-error @+1 {{schedule field 'lanes' must be a power of two up to 32, got 64 (SCH-3)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<lanes = 64>}

// -----

// expected-error @+1 {{schedule field 'coarsening' must be 1 to 8, got 0 (SCH-4)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<coarsening = 0>}

// -----

// expected-error @+1 {{schedule field 'coarsening' must be 1 to 8, got 9 (SCH-4)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<coarsening = 9>}

// -----

// expected-error @+1 {{schedule field 'step' must be a multiple of 32 up to 256, got 0 (SCH-5)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<step = 0>}

// -----

// expected-error @+1 {{schedule field 'step' must be a multiple of 32 up to 256, got 33 (SCH-5)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<step = 33>}

// -----

// expected-error @+1 {{schedule field 'step' must be a multiple of 32 up to 256, got 288 (SCH-5)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<step = 288>}

// -----

// expected-error @+1 {{schedule field 'unroll' must be 1 to 16, got 0 (SCH-6)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<unroll = 0>}

// -----

// expected-error @+1 {{schedule field 'unroll' must be 1 to 16, got 17 (SCH-6)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<unroll = 17>}

// -----

// expected-error @+1 {{unknown schedule field 'wraps'}}
func.func private @f() attributes {a = #sparse_gpu.schedule<wraps = 4>}

// -----

// expected-error @+1 {{schedule field 'warps' is given twice}}
func.func private @f() attributes {a = #sparse_gpu.schedule<warps = 4, warps = 8>}

// -----

// expected-error @+1 {{unknown value 'grid' for schedule field 'scope'}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = grid>}

// -----

// expected-error @+1 {{unknown value 'atomic' for schedule field 'reduction'}}
func.func private @f() attributes {a = #sparse_gpu.schedule<reduction = atomic>}

// -----

// expected-error @+1 {{unknown value 'mmm' for schedule field 'path'}}
func.func private @f() attributes {a = #sparse_gpu.schedule<path = mmm>}

// -----

// expected-error @+1 {{unknown guard quantity 'm': expected n, rows, nnz, alignment or result_alignment}}
func.func private @f() attributes {a = #sparse_gpu.schedule<when = [m gt 3]>}

// -----

// expected-error @+1 {{unknown comparison 'ne' in a guard: expected lt, le, gt, ge or eq}}
func.func private @f() attributes {a = #sparse_gpu.guard<n ne 3>}

// -----

// expected-error @+1 {{expected valid keyword}}
func.func private @f() attributes {a = #sparse_gpu.schedule<unit = >}

// -----

// expected-error @+1 {{expected integer value}}
func.func private @f() attributes {a = #sparse_gpu.schedule<warps = four>}

// -----

// expected-error @+1 {{#sparse_gpu.sum has 2 to 8 parts, got 1 (SUM-1)}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr], split = []>}

// -----

// expected-error @+1 {{the parts of #sparse_gpu.sum are sparse formats other than sums, got 3 : i64 (SUM-1)}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr, 3], split = [(long_rows 2)]>}

// -----

#inner = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(long_rows 2)]>
// expected-error @+1 {{the parts of #sparse_gpu.sum are sparse formats other than sums}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#inner, #sparse_gpu.csr], split = [(long_rows 2)]>}

// -----

// expected-error @+1 {{#sparse_gpu.sum needs a rule for each part but the last, got 0 for 2 parts (SUM-2)}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = []>}

// -----

// expected-error @+1 {{a rule of a sum needs a number of at least 1, got 0 (SUM-2)}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(first_entries 0)]>}

// -----

// expected-error @+1 {{blocks are full to at most 100 percent, got 101 (SUM-2)}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(full_blocks 2, 2, 101)]>}

// -----

// expected-error @+1 {{unknown rule 'some' of a sum: expected first_entries, long_rows or full_blocks}}
func.func private @f() attributes {a = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(some 2)]>}

// -----

// expected-error @+1 {{'coordinates' of #sparse_gpu.dia must be i8, i16, i32, i64 or index, got 'f32' (FMT-3)}}
func.func private @f() attributes {a = #sparse_gpu.dia<coordinates = f32>}

// -----

// expected-error @+1 {{schedule fields 'path', 'stages', 'register_stages', 'split_k' and 'registers' need 'tile' (SCH-11)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<path = mma>}

// -----

// expected-error @+1 {{schedule field 'tile' must be three positive sizes, [m, n, k] (SCH-11)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64], warp_tile = [32, 32]>}

// -----

// expected-error @+1 {{schedule field 'scope' must be block with 'tile' (SCH-11)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<tile = [64, 64, 32], warp_tile = [32, 32]>}

// -----

// expected-error @+1 {{schedule field 'warp_tile' must be two sizes, [m, n], that divide those of 'tile' (SCH-12)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [48, 32]>}

// -----

// expected-error @+1 {{schedule field 'warps' is 8, but 'tile' has 4 warp tiles (SCH-12)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, warps = 8, tile = [64, 64, 32], warp_tile = [32, 32]>}

// -----

// expected-error @+1 {{schedule field 'copy' must be 16, 8, 4 or 0, got 2 (SCH-13)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], copy = 2>}

// -----

// expected-error @+1 {{schedule field 'stages' must be 1 to 6, got 7 (SCH-14)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], stages = 7>}

// -----

// expected-error @+1 {{schedule field 'register_stages' must be 1 to 4, got 0 (SCH-14)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], register_stages = 0>}

// -----

// expected-error @+1 {{schedule field 'split_k' must be 1 to 64, got 0 (SCH-18)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], split_k = 0>}

// -----

// expected-error @+1 {{schedule field 'split_k' must be 1 to 64, got 65 (SCH-18)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], split_k = 65>}

// -----

// expected-error @+1 {{schedule fields 'path', 'stages', 'register_stages', 'split_k' and 'registers' need 'tile' (SCH-11)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<split_k = 2>}

// -----

// expected-error @+1 {{schedule fields 'path', 'stages', 'register_stages', 'split_k' and 'registers' need 'tile' (SCH-11)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<registers = 128>}

// -----

// expected-error @+1 {{schedule field 'registers' must be 0 or 24 to 255, got 23 (SCH-19)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], registers = 23>}

// -----

// expected-error @+1 {{schedule field 'registers' must be 0 or 24 to 255, got 256 (SCH-19)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [64, 64, 32], warp_tile = [32, 32], registers = 256>}

// -----

// expected-error @+1 {{schedule field 'tile' must fit the shared memory of a block, 232448 bytes at most, with elements of one byte (SCH-20)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [16, 16, 7265], warp_tile = [16, 16]>}

// -----

// No product of these fits 64 bits.
// expected-error @+1 {{(SCH-20)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [4611686018427387904, 64, 16], warp_tile = [4611686018427387904, 32]>}

// -----

// expected-error @+1 {{schedule field 'warp_tile' must have at most 8192 elements, which are registers of 32 lanes (SCH-21)}}
func.func private @f() attributes {a = #sparse_gpu.schedule<scope = block, tile = [128, 128, 32], warp_tile = [128, 128]>}
