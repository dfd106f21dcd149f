// Attributes print readably: what is at its default is left out.
// RUN: sparse-opt --allow-unregistered-dialect %s | sparse-opt --allow-unregistered-dialect | FileCheck %s
// RUN: sparse-opt --allow-unregistered-dialect %s --emit-bytecode | sparse-opt --allow-unregistered-dialect | FileCheck %s

// CHECK: csr.default = #sparse_gpu.csr{{[,}]}}
"test.op"() {csr.default = #sparse_gpu.csr} : () -> ()
// CHECK: csr.explicit = #sparse_gpu.csr{{[,}]}}
"test.op"() {csr.explicit = #sparse_gpu.csr<positions = i32, coordinates = i32>} : () -> ()
// CHECK: csr.positions = #sparse_gpu.csr<positions = index>
"test.op"() {csr.positions = #sparse_gpu.csr<positions = index>} : () -> ()
// CHECK: csr.both = #sparse_gpu.csr<positions = i64, coordinates = i8>
"test.op"() {csr.both = #sparse_gpu.csr<coordinates = i8, positions = i64>} : () -> ()

// CHECK: bsr.default = #sparse_gpu.bsr
"test.op"() {bsr.default = #sparse_gpu.bsr} : () -> ()
// CHECK: bsr.all = #sparse_gpu.bsr<rows = 8, columns = 4, positions = i64, coordinates = i16>
"test.op"() {bsr.all = #sparse_gpu.bsr<coordinates = i16, positions = i64, columns = 4, rows = 8>} : () -> ()
// CHECK: shuffled.default = #sparse_gpu.shuffled_block
"test.op"() {shuffled.default = #sparse_gpu.shuffled_block<v = 32>} : () -> ()
// CHECK: shuffled.all = #sparse_gpu.shuffled_block<v = 64, positions = i64, coordinates = i16>
"test.op"() {shuffled.all = #sparse_gpu.shuffled_block<coordinates = i16, positions = i64, v = 64>} : () -> ()
// CHECK: vectors.default = #sparse_gpu.vector_wise
"test.op"() {vectors.default = #sparse_gpu.vector_wise<v = 32>} : () -> ()
// CHECK: vectors.all = #sparse_gpu.vector_wise<v = 8, positions = index, coordinates = i8>
"test.op"() {vectors.all = #sparse_gpu.vector_wise<v = 8, coordinates = i8, positions = index>} : () -> ()
// CHECK: nm.default = #sparse_gpu.nm
"test.op"() {nm.default = #sparse_gpu.nm<n = 2, m = 4>} : () -> ()
// CHECK: nm.all = #sparse_gpu.nm<n = 4, m = 8>
"test.op"() {nm.all = #sparse_gpu.nm<m = 8, n = 4>} : () -> ()
// CHECK: vnm.default = #sparse_gpu.vnm
"test.op"() {vnm.default = #sparse_gpu.vnm<v = 64>} : () -> ()
// CHECK: vnm.all = #sparse_gpu.vnm<v = 16, n = 1, m = 10>
"test.op"() {vnm.all = #sparse_gpu.vnm<n = 1, m = 10, v = 16>} : () -> ()

// CHECK: coo = #sparse_gpu.coo
"test.op"() {coo = #sparse_gpu.coo} : () -> ()
// CHECK: coo.all = #sparse_gpu.coo<coordinates = i64>
"test.op"() {coo.all = #sparse_gpu.coo<coordinates = i64>} : () -> ()
// CHECK: dcsr.all = #sparse_gpu.dcsr<positions = index, coordinates = i8>
"test.op"() {dcsr.all = #sparse_gpu.dcsr<coordinates = i8, positions = index>} : () -> ()
// CHECK: blocked_ell.all = #sparse_gpu.blocked_ell<size = 32, coordinates = i16>
"test.op"() {blocked_ell.all = #sparse_gpu.blocked_ell<size = 32, coordinates = i16>} : () -> ()
// CHECK: sliced_ell.all = #sparse_gpu.sliced_ell<rows = 4, positions = i64, coordinates = i16>
"test.op"() {sliced_ell.all = #sparse_gpu.sliced_ell<rows = 4, positions = i64, coordinates = i16>} : () -> ()
// CHECK: condensed.default = #sparse_gpu.condensed_tiles{{[,}]}}
"test.op"() {condensed.default = #sparse_gpu.condensed_tiles<layout = bit_tcf, window = 16, tile = 8>} : () -> ()
// CHECK: condensed.tcf = #sparse_gpu.condensed_tiles<layout = tcf>
"test.op"() {condensed.tcf = #sparse_gpu.condensed_tiles<layout = tcf>} : () -> ()
// CHECK: condensed.me_tcf = #sparse_gpu.condensed_tiles<layout = me_tcf, window = 8>
"test.op"() {condensed.me_tcf = #sparse_gpu.condensed_tiles<window = 8, layout = me_tcf>} : () -> ()
// CHECK: condensed.all = #sparse_gpu.condensed_tiles<layout = me_bcrs, window = 8, tile = 1, positions = i64, coordinates = i16>
"test.op"() {condensed.all = #sparse_gpu.condensed_tiles<coordinates = i16, positions = i64, tile = 1, window = 8, layout = me_bcrs>} : () -> ()
// CHECK: csc = #sparse_gpu.csc<positions = i64>
"test.op"() {csc = #sparse_gpu.csc<positions = i64>} : () -> ()
// CHECK: hyb = #sparse_gpu.hyb<coordinates = i16>
"test.op"() {hyb = #sparse_gpu.hyb<coordinates = i16>} : () -> ()
// CHECK: sum = #sparse_gpu.sum<[#sparse_gpu.bsr<rows = 4, columns = 2>, #sparse_gpu.csc, #sparse_gpu.csr], split = [(full_blocks 4, 2, 50), (first_entries 3)]>
"test.op"() {sum = #sparse_gpu.sum<[#sparse_gpu.bsr<rows = 4, columns = 2>, #sparse_gpu.csc, #sparse_gpu.csr], split = [(full_blocks 4, 2, 50), (first_entries 3)]>} : () -> ()
// CHECK: long = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(long_rows 9)]>
"test.op"() {long = #sparse_gpu.sum<[#sparse_gpu.csr, #sparse_gpu.coo], split = [(long_rows 9)]>} : () -> ()

// CHECK: guard = #sparse_gpu.guard<n ge 33>
"test.op"() {guard = #sparse_gpu.guard<n ge 33>} : () -> ()
// CHECK: guards = [#sparse_gpu.guard<rows lt 5>, #sparse_gpu.guard<nnz le -1>, #sparse_gpu.guard<n gt 0>, #sparse_gpu.guard<n eq 7>]
"test.op"() {guards = [#sparse_gpu.guard<rows lt 5>, #sparse_gpu.guard<nnz le -1>, #sparse_gpu.guard<n gt 0>, #sparse_gpu.guard<n eq 7>]} : () -> ()

// CHECK: schedule.default = #sparse_gpu.schedule<unit = default>
"test.op"() {schedule.default = #sparse_gpu.schedule} : () -> ()
// CHECK: schedule.empty = #sparse_gpu.schedule<unit = default>
"test.op"() {schedule.empty = #sparse_gpu.schedule<>} : () -> ()
// CHECK: schedule.defaults = #sparse_gpu.schedule<unit = row>
"test.op"() {schedule.defaults = #sparse_gpu.schedule<unit = row, scope = warp, warps = 4, lanes = 32, coarsening = 1, step = 32, unroll = 4, reduction = tile, path = fma, when = []>} : () -> ()
// CHECK: schedule.all = #sparse_gpu.schedule<unit = other, scope = block, warps = 8, lanes = 16, coarsening = 4, step = 64, unroll = 2, reduction = segmented, when = [n ge 64, rows lt 7]>
"test.op"() {schedule.all = #sparse_gpu.schedule<when = [n ge 64, rows lt 7], reduction = segmented, unroll = 2, step = 64, coarsening = 4, lanes = 16, warps = 8, scope = block, unit = other>} : () -> ()
