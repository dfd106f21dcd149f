// sparse-gpu-swizzle: which layout is chosen, from all accesses of a buffer.
// RUN: sparse-opt %s --sparse-gpu-swizzle=explain --split-input-file --verify-diagnostics | FileCheck %s
// Run again, nothing is left to do.
// RUN: sparse-opt %s --sparse-gpu-swizzle --split-input-file --mlir-disable-diagnostic-notes 2>/dev/null > %t.once
// RUN: sparse-opt %t.once --sparse-gpu-swizzle --split-input-file 2>/dev/null | diff %t.once -

// Rows of 64 bytes: two rows share a line of banks, so pairs of rows share a
// key. 256 threads copy 16 bytes each, two times; warps take 16 rows.
#shared = #gpu.address_space<workgroup>
// CHECK-LABEL: gpu.func @a_tile_64_bytes
gpu.module @m {
  gpu.func @a_tile_64_bytes(%A: memref<?x?xf16>, %k: index) kernel attributes {known_block_size = array<i32: 256, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    %c64 = arith.constant 64 : index
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{has no bank conflicts with column xor ((row / 2) mod 4) * 8; accesses: 3, different cases: 32}}
    %a = memref.alloc() : memref<128x32xf16, #shared>
    %t = gpu.thread_id x
    %row = arith.divui %t, %c4 : index
    %chunk = arith.remui %t, %c4 : index
    %col = arith.muli %chunk, %c8 : index
    %row2 = arith.addi %row, %c64 : index
    %bx = gpu.block_id x
    // Both halves of the tile have the key of one row: 64 is a multiple of 8.
    // CHECK: %[[ROW:.*]] = arith.divui %{{.*}}, %c4
    // CHECK: %[[BITS:.*]] = arith.andi %[[ROW]], %c6
    // CHECK: %[[KEY:.*]] = arith.shli %[[BITS]], %c2
    // CHECK: %[[COL:.*]] = arith.muli
    // CHECK: %[[ROW2:.*]] = arith.addi %[[ROW]]
    // CHECK: %[[NEW:.*]] = arith.xori %[[COL]], %[[KEY]]
    // CHECK: nvgpu.device_async_copy %{{.*}}, %{{.*}}[%[[ROW]], %[[NEW]]], 8
    // CHECK: %[[NEW2:.*]] = arith.xori %[[COL]], %[[KEY]]
    // CHECK: nvgpu.device_async_copy %{{.*}}, %{{.*}}[%[[ROW2]], %[[NEW2]]], 8
    %0 = nvgpu.device_async_copy %A[%bx, %col], %a[%row, %col], 8 : memref<?x?xf16> to memref<128x32xf16, #shared>
    %1 = nvgpu.device_async_copy %A[%bx, %col], %a[%row2, %col], 8 : memref<?x?xf16> to memref<128x32xf16, #shared>
    %lane = gpu.lane_id
    %warp = arith.divui %t, %c32 : index
    %first = arith.muli %warp, %c16 : index
    %in = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %left = arith.muli %half, %c8 : index
    %r = arith.addi %first, %in : index
    // The key is computed before the loop, from the row within the warp's.
    // CHECK: %[[IN:.*]] = arith.remui %{{.*}}, %c16
    // CHECK: %[[B:.*]] = arith.andi %[[IN]], %c6
    // CHECK: %[[K:.*]] = arith.shli %[[B]], %c2
    // CHECK: scf.for
    scf.for %kk = %c0 to %c32 step %c16 {
      %c = arith.addi %kk, %left : index
      // CHECK-NEXT: %[[C:.*]] = arith.addi
      // CHECK-NEXT: %[[X:.*]] = arith.xori %[[C]], %[[K]]
      // CHECK-NEXT: nvgpu.ldmatrix %{{.*}}[%{{.*}}, %[[X]]]
      %f = nvgpu.ldmatrix %a[%r, %c] {numTiles = 4 : i32, transpose = false} : memref<128x32xf16, #shared> -> vector<4x2xf16>
    }
    gpu.return
  }
}

// -----

// Rows of 128 bytes: eight rows, eight keys. A gpu.launch, affine subscripts,
// and a K loop with bounds that nobody knows.
#shared = #gpu.address_space<workgroup>
// CHECK-LABEL: func.func @a_tile_128_bytes
func.func @a_tile_128_bytes(%A: memref<?x?xf16>, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %c128 = arith.constant 128 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %n, %gy = %c1, %gz = %c1)
             threads(%t, %ty, %tz) in (%sx = %c128, %sy = %c1, %sz = %c1) {
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 8) * 8; accesses: 2,}}
    %a = memref.alloc() : memref<128x64xf16, #shared>
    // i * 16 does not change the key: it is computed once.
    // CHECK: arith.andi
    // CHECK: %[[KEY2:.*]] = arith.shli
    // CHECK: %[[R:.*]] = affine.apply #{{.*}}()[%{{.*}}]
    // CHECK: %[[BITS:.*]] = arith.andi %[[R]], %c7
    // CHECK: %[[KEY:.*]] = arith.shli %[[BITS]], %c3
    // CHECK: scf.for
    scf.for %k = %c0 to %n step %c64 {
      scf.for %i = %c0 to %c8 step %c1 {
        %row = affine.apply affine_map<(d0, d1) -> (d0 floordiv 8 + d1 * 16)>(%t, %i)
        %col = affine.apply affine_map<(d0) -> ((d0 mod 8) * 8)>(%t)
        // CHECK: %[[NEW:.*]] = arith.xori %{{.*}}, %[[KEY]]
        // CHECK: nvgpu.device_async_copy %{{.*}}, %{{.*}}[%{{.*}}, %[[NEW]]]
        %0 = nvgpu.device_async_copy %A[%row, %k], %a[%row, %col], 8 : memref<?x?xf16> to memref<128x64xf16, #shared>
      }
      %row = affine.apply affine_map<(d0) -> ((d0 floordiv 32) * 16 + d0 mod 16)>(%t)
      scf.for %kk = %c0 to %c64 step %c8 {
        %col = affine.apply affine_map<(d0, d1) -> (d0 + ((d1 mod 32) floordiv 16) * 8)>(%kk, %t)
        // CHECK: %[[X:.*]] = arith.xori %{{.*}}, %[[KEY2]]
        // CHECK: nvgpu.ldmatrix %{{.*}}[%{{.*}}, %[[X]]]
        %f = nvgpu.ldmatrix %a[%row, %col] {numTiles = 4 : i32, transpose = false} : memref<128x64xf16, #shared> -> vector<4x2xf16>
      }
    }
    gpu.terminator
  }
  return
}

// -----

// Rows of 256 bytes, read with transposition.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @b_tile_transposed
  gpu.func @b_tile_transposed(%B: memref<?x?xf16>) kernel attributes {known_block_size = array<i32: 32, 4, 1>} {
    %c8 = arith.constant 8 : index
    %c0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 8) * 8; accesses: 2,}}
    %b = memref.alloc() : memref<32x128xf16, #shared>
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    %t = affine.linearize_index [%y, %x] by (4, 32) : index
    %r:2 = affine.delinearize_index %t into (8, 16) : index, index
    %col = arith.muli %r#1, %c8 : index
    scf.for %i = %c0 to %c32 step %c8 {
      %row = arith.addi %i, %r#0 : index
      // CHECK: nvgpu.device_async_copy
      %0 = nvgpu.device_async_copy %B[%row, %col], %b[%row, %col], 8 : memref<?x?xf16> to memref<32x128xf16, #shared>
    }
    %k = arith.remui %x, %c16 : index
    %half = arith.divui %x, %c16 : index
    %left = arith.muli %half, %c8 : index
    %warp = arith.muli %y, %c32 : index
    %n = arith.addi %warp, %left : index
    scf.for %kk = %c0 to %c32 step %c16 {
      %row = arith.addi %kk, %k : index
      // CHECK: %[[NEW:.*]] = arith.xori
      // CHECK: nvgpu.ldmatrix %{{.*}}[%{{.*}}, %[[NEW]]] {{.*}}transpose = true
      %f = nvgpu.ldmatrix %b[%row, %n] {numTiles = 4 : i32, transpose = true} : memref<32x128xf16, #shared> -> vector<4x2xf16>
    }
    gpu.return
  }
}

// -----

// f32, fragments of mma m16n8k8 by plain loads: rows of 128 bytes, lanes read
// 8 rows and 4 columns. Copies of 16 bytes keep the unit at 4 elements.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @tf32_fragments
  gpu.func @tf32_fragments(%A: memref<?x?xf32>) kernel attributes {known_block_size = array<i32: 32, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c0 = arith.constant 0 : index
    %c32 = arith.constant 32 : index
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 8) * 4; accesses: 3,}}
    %a = memref.alloc() : memref<16x32xf32, #shared>
    %lane = gpu.lane_id
    %row = arith.divui %lane, %c8 : index
    %part = arith.remui %lane, %c8 : index
    %col = arith.muli %part, %c4 : index
    %0 = nvgpu.device_async_copy %A[%row, %col], %a[%row, %col], 4 : memref<?x?xf32> to memref<16x32xf32, #shared>
    %group = arith.divui %lane, %c4 : index
    %in = arith.remui %lane, %c4 : index
    // CHECK: scf.for
    scf.for %kk = %c0 to %c32 step %c4 {
      %c = arith.addi %kk, %in : index
      %below = arith.addi %group, %c8 : index
      // CHECK: %[[X:.*]] = arith.xori %[[C:.*]], %[[K:.*]] :
      // CHECK: memref.load %{{.*}}[%{{.*}}, %[[X]]]
      %v = memref.load %a[%group, %c] : memref<16x32xf32, #shared>
      // CHECK: %[[Y:.*]] = arith.xori %[[C]], %[[K]]
      // CHECK: memref.load %{{.*}}[%{{.*}}, %[[Y]]]
      %w = memref.load %a[%below, %c] : memref<16x32xf32, #shared>
    }
    gpu.return
  }
}

// -----

// s8: 16 elements are 16 bytes; rows of 64 bytes.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @bytes
  gpu.func @bytes(%A: memref<?x?xi8>) kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c4 = arith.constant 4 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    // expected-remark @+1 {{has no bank conflicts with column xor ((row / 2) mod 4) * 16; accesses: 2,}}
    %a = memref.alloc() : memref<32x64xi8, #shared>
    %t = gpu.thread_id x
    %row = arith.divui %t, %c4 : index
    %part = arith.remui %t, %c4 : index
    %col = arith.muli %part, %c16 : index
    // CHECK: %[[B:.*]] = arith.andi %{{.*}}, %c6
    // CHECK: arith.shli %[[B]], %c3
    %0 = nvgpu.device_async_copy %A[%row, %col], %a[%row, %col], 16 : memref<?x?xi8> to memref<32x64xi8, #shared>
    %lane = arith.remui %t, %c32 : index
    %r = arith.remui %lane, %c16 : index
    %half = arith.divui %lane, %c16 : index
    %c = arith.muli %half, %c16 : index
    %f = nvgpu.ldmatrix %a[%r, %c] {numTiles = 4 : i32, transpose = false} : memref<32x64xi8, #shared> -> vector<4x4xi8>
    gpu.return
  }
}

// -----

// Pairs of bytes, transposed: lines 0, 1, 4, 5, 10, 11, 14 and 15 of sixteen, and
// the others, differ modulo 8.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @pairs
  gpu.func @pairs(%A: memref<?x?xi8>) kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    %c32 = arith.constant 32 : index
    // expected-remark @+1 {{has no bank conflicts with column xor ((row / 2) mod 4) * 16; accesses: 2,}}
    %a = memref.alloc() : memref<32x64xi8, #shared>
    %t = gpu.thread_id x
    %row = arith.divui %t, %c4 : index
    %part = arith.remui %t, %c4 : index
    %col = arith.muli %part, %c16 : index
    %0 = nvgpu.device_async_copy %A[%row, %col], %a[%row, %col], 16 : memref<?x?xi8> to memref<32x64xi8, #shared>
    %lane = arith.remui %t, %c32 : index
    %in = arith.remui %lane, %c8 : index
    %matrix = arith.divui %lane, %c8 : index
    %four = arith.divui %in, %c2 : index
    %first = arith.muli %four, %c4 : index
    %one = arith.remui %in, %c2 : index
    %second = arith.divui %in, %c4 : index
    %odd = arith.remui %matrix, %c2 : index
    %upper = arith.xori %second, %odd : index
    %two = arith.muli %upper, %c2 : index
    %half = arith.divui %matrix, %c2 : index
    %sixteen = arith.muli %half, %c16 : index
    %r0 = arith.addi %first, %one : index
    %r1 = arith.addi %r0, %two : index
    %r2 = arith.addi %r1, %sixteen : index
    %warp = arith.divui %t, %c32 : index
    %c = arith.muli %warp, %c16 : index
    // CHECK: nvgpu.device_async_copy
    // CHECK: %[[KEY:.*]] = arith.shli
    // CHECK: %[[X:.*]] = arith.xori %{{.*}}, %[[KEY]] : index
    // CHECK-NEXT: sparse_gpu.ldmatrix_pairs %{{.*}}[%{{.*}}, %[[X]]]
    %f = sparse_gpu.ldmatrix_pairs %a[%r2, %c] : memref<32x64xi8, #shared> -> vector<4x2xi16>
    gpu.return
  }
}

// -----

// A transposition of words, without wide accesses: units of 4 bytes, 32 keys.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @transposition
  gpu.func @transposition(%A: memref<?x?xf32>)
      // expected-remark @+1 {{has no bank conflicts with column xor (row mod 32) * 1; accesses: 2,}}
      workgroup(%tile: memref<32x32xf32, #shared>) kernel attributes {known_block_size = array<i32: 32, 8, 1>} {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %x = gpu.thread_id x
    %y = gpu.thread_id y
    scf.for %i = %y to %c32 step %c8 {
      %v = memref.load %A[%i, %x] : memref<?x?xf32>
      // CHECK: scf.for %[[I:[a-z0-9]+]] =
      // CHECK: %[[K:.*]] = arith.andi %[[I]], %c31
      // CHECK: %[[C:.*]] = arith.xori %{{.*}}, %[[K]]
      // CHECK: memref.store %{{.*}}, %{{.*}}[%[[I]], %[[C]]]
      memref.store %v, %tile[%i, %x] : memref<32x32xf32, #shared>
    }
    gpu.barrier
    scf.for %i = %y to %c32 step %c8 {
      %v = memref.load %tile[%x, %i] : memref<32x32xf32, #shared>
      memref.store %v, %A[%i, %x] : memref<?x?xf32>
    }
    gpu.return
  }
}

// -----

// Nothing to do: one row at a time.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @rows
  gpu.func @rows(%A: memref<?x?xf32>, %n: index) kernel {
    // expected-remark @+1 {{has no bank conflicts as it is; accesses: 2,}}
    %a = memref.alloc() : memref<16x32xf32, #shared>
    %lane = gpu.lane_id
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    scf.for %i = %c0 to %n step %c1 {
      // CHECK-NOT: arith.xori
      memref.store %zero, %a[%i, %lane] : memref<16x32xf32, #shared>
      %v = memref.load %a[%i, %lane] : memref<16x32xf32, #shared>
    }
    gpu.return
  }
}

// -----

// Three dimensions: stages of a tile. Only rows and columns are permuted. A
// vector keeps its 16 bytes; a known row has a known key.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @stages
  gpu.func @stages(%n: index) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c3 = arith.constant 3 : index
    %c8 = arith.constant 8 : index
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 8) * 8; accesses: 3,}}
    %a = memref.alloc() : memref<3x16x64xf16, #shared>
    %lane = gpu.lane_id
    scf.for %i = %c0 to %n step %c1 {
      %stage = arith.remui %i, %c3 : index
      %row = arith.remui %lane, %c8 : index
      %part = arith.divui %lane, %c8 : index
      %col = arith.muli %part, %c8 : index
      // CHECK: %[[X:.*]] = arith.xori
      // CHECK: vector.load %{{.*}}[%[[S:.*]], %{{.*}}, %[[X]]] {alignment = 16 : i64}
      %v = vector.load %a[%stage, %row, %col] {alignment = 16 : i64} : memref<3x16x64xf16, #shared>, vector<8xf16>
      %below = arith.addi %row, %c8 : index
      // CHECK: vector.load %{{.*}}[%[[S]], %{{.*}}, %{{.*}}]
      %w = vector.load %a[%stage, %below, %col] {alignment = 16 : i64} : memref<3x16x64xf16, #shared>, vector<8xf16>
      // CHECK: memref.load %{{.*}}[%[[S]], %c3{{.*}}, %c25
      %u = memref.load %a[%stage, %c3, %c1] : memref<3x16x64xf16, #shared>
    }
    gpu.return
  }
}

// -----

// Lanes that no access has: ldmatrix of two matrices takes 16 addresses; a lane
// past the last row is not there, whatever the condition says; a copy at an
// unknown column is at a multiple of its size.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @lanes_without_access
  gpu.func @lanes_without_access(%n: index) kernel {
    %c0 = arith.constant 0 : index
    %c8 = arith.constant 8 : index
    %c16 = arith.constant 16 : index
    // expected-remark @+1 {{has no bank conflicts as it is; accesses: 1,}}
    %a = memref.alloc() : memref<256x8xf16, #shared>
    %lane = gpu.lane_id
    %isHigh = arith.cmpi uge, %lane, %c16 : index
    %far = arith.muli %lane, %c8 : index
    %row = arith.select %isHigh, %far, %lane : index
    // CHECK: nvgpu.ldmatrix %{{.*}}[%{{.*}}, %c0]
    %f = nvgpu.ldmatrix %a[%row, %c0] {numTiles = 2 : i32, transpose = false} : memref<256x8xf16, #shared> -> vector<2x2xf16>
    gpu.return
  }
  // CHECK-LABEL: gpu.func @rows_that_exist
  gpu.func @rows_that_exist(%n: index) kernel {
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    %c32 = arith.constant 32 : index
    %zero = arith.constant 0.0 : f32
    // expected-remark @+1 {{has no bank conflicts as it is; accesses: 1,}}
    %b = memref.alloc() : memref<8x32xf32, #shared>
    %lane = gpu.lane_id
    %col4 = arith.muli %lane, %c4 : index
    %col = arith.remui %col4, %c32 : index
    %isThere = arith.cmpi ult, %lane, %c8 : index
    scf.if %isThere {
      // CHECK: memref.store %{{.*}}, %{{.*}}[%{{.*}}, %[[COL:.*]]]
      memref.store %zero, %b[%lane, %col] : memref<8x32xf32, #shared>
    }
    gpu.return
  }
  // CHECK-LABEL: gpu.func @aligned
  gpu.func @aligned(%n: index) kernel {
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 8) * 4; accesses: 1,}}
    %c = memref.alloc() : memref<32x32xf32, #shared>
    %lane = gpu.lane_id
    // CHECK: arith.xori
    %v = vector.load %c[%lane, %n] {alignment = 16 : i64} : memref<32x32xf32, #shared>, vector<4xf32>
    gpu.return
  }
}

// -----

// Half a warp, and what affine.delinearize_index makes of lanes; units wider
// than 16 bytes where nothing narrower does.
#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // CHECK-LABEL: gpu.func @half_a_warp
  gpu.func @half_a_warp() kernel attributes {known_block_size = array<i32: 16, 1, 1>} {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{has no bank conflicts as it is; accesses: 1, different cases: 1}}
    %a = memref.alloc() : memref<2x64xf32, #shared>
    %t = gpu.thread_id x
    %z = gpu.thread_id z
    // A lane past the block would have z = 1.
    %col = affine.apply affine_map<(d0, d1) -> (d0 * 2 + d1 * 32)>(%t, %z)
    %v = memref.load %a[%c0, %col] : memref<2x64xf32, #shared>
    gpu.return
  }
  // CHECK-LABEL: gpu.func @wide_units
  gpu.func @wide_units() kernel {
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 4) * 8; accesses: 1, different cases: 1}}
    %a = memref.alloc() : memref<4x32xf32, #shared>
    %lane = gpu.lane_id
    %p:2 = affine.delinearize_index %lane into (4, 8) : index, index
    // CHECK: %[[P:.*]]:2 = affine.delinearize_index
    // CHECK: %[[C:.*]] = arith.xori %[[P]]#1, %{{.*}}
    // CHECK: memref.load %{{.*}}[%[[P]]#0, %[[C]]]
    %v = memref.load %a[%p#0, %p#1] : memref<4x32xf32, #shared>
    gpu.return
  }
}

// -----

// A shuffle of each lane with itself is what it shuffles: rows of 128 bytes that
// lanes store by columns.
// CHECK-LABEL: func.func @shuffledWithItself
// CHECK: arith.xori
func.func @shuffledWithItself(%x: f32) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %all = arith.constant -1 : i32
    %clamp = arith.constant 31 : i32
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 32) * 1; accesses: 3, different cases: 3}}
    %a = memref.alloc() : memref<32x32xf32, #gpu.address_space<workgroup>>
    %number = arith.index_castui %tx : index to i32
    %self = nvvm.read.ptx.sreg.laneid : i32
    %same = nvvm.shfl.sync idx %all, %number, %self, %clamp : i32 -> i32
    %lane = arith.index_castui %same : i32 to index
    memref.store %x, %a[%lane, %c0] : memref<32x32xf32, #gpu.address_space<workgroup>>
    gpu.barrier
    %y = memref.load %a[%c0, %lane] : memref<32x32xf32, #gpu.address_space<workgroup>>
    memref.store %y, %a[%lane, %c0] : memref<32x32xf32, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}

// -----

// Shared memory by its number.
// CHECK-LABEL: func.func @numbered
// CHECK: arith.xori
func.func @numbered(%x: f32) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    // expected-remark @+1 {{has no bank conflicts with column xor (row mod 32) * 1; accesses: 3, different cases: 3}}
    %a = memref.alloc() : memref<32x32xf32, 3>
    memref.store %x, %a[%tx, %c0] : memref<32x32xf32, 3>
    gpu.barrier
    %y = memref.load %a[%c0, %tx] : memref<32x32xf32, 3>
    memref.store %y, %a[%tx, %c0] : memref<32x32xf32, 3>
    gpu.terminator
  }
  return
}
