// A transposition through a tile of words, and one of rows of 192 bytes read by
// vectors: bank conflicts before sparse-gpu-swizzle, none after, same results.
// DEFINE: %{run} = mlir-opt -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" \
// DEFINE: | env SPARSEGPU_EMULATOR=hazards,counters=%t.json mlir-runner --entry-point-result=void \
// DEFINE:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so

// RUN: cat %s | %{run} | FileCheck %s
// RUN: FileCheck %s --check-prefix=PLAIN --input-file=%t.json
// RUN: sparse-opt %s --sparse-gpu-swizzle | %{run} | FileCheck %s
// RUN: FileCheck %s --check-prefix=SWIZZLED --input-file=%t.json
// Through other passes as well.
// RUN: sparse-opt %s --sparse-gpu-swizzle --loop-invariant-code-motion --canonicalize --cse | %{run} | FileCheck %s
// RUN: FileCheck %s --check-prefix=SWIZZLED --input-file=%t.json

// How many elements are wrong.
// CHECK: data =
// CHECK-NEXT: [0]
// CHECK: data =
// CHECK-NEXT: [0]

// A column of 32 words is 32 wavefronts, for each of 32 columns. Rows of 192
// bytes begin at two different banks: quarters of a warp read 8 rows.
// PLAIN: "sharedLoadBankConflicts": 992,
// PLAIN: "sharedLoadBankConflicts": 96,
// SWIZZLED: "sharedLoadBankConflicts": 0,
// SWIZZLED: "sharedStoreBankConflicts": 0,
// SWIZZLED: "sharedLoadBankConflicts": 0,
// SWIZZLED: "sharedStoreBankConflicts": 0,

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefI32(memref<*xi32>)

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c32 = arith.constant 32 : index
  %c48 = arith.constant 48 : index
  %c64 = arith.constant 64 : index
  %n0 = arith.constant 0 : i32
  %n1 = arith.constant 1 : i32
  %a = memref.alloc() : memref<32x48xi32>
  %at = memref.alloc() : memref<32x32xi32>
  %b = memref.alloc() : memref<32x48xi32>
  scf.for %i = %c0 to %c32 step %c1 {
    scf.for %j = %c0 to %c48 step %c1 {
      %r = arith.muli %i, %c64 : index
      %s = arith.addi %r, %j : index
      %v = arith.index_cast %s : index to i32
      memref.store %v, %a[%i, %j] : memref<32x48xi32>
      memref.store %n0, %b[%i, %j] : memref<32x48xi32>
    }
  }
  %ua = memref.cast %a : memref<32x48xi32> to memref<*xi32>
  %uat = memref.cast %at : memref<32x32xi32> to memref<*xi32>
  %ub = memref.cast %b : memref<32x48xi32> to memref<*xi32>
  gpu.host_register %ua : memref<*xi32>
  gpu.host_register %uat : memref<*xi32>
  gpu.host_register %ub : memref<*xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%x, %y, %z) in (%sx = %c32, %sy = %c8, %sz = %c1)
             workgroup(%tile: memref<32x32xi32, #shared>) {
    scf.for %i = %y to %c32 step %c8 {
      %v = memref.load %a[%i, %x] : memref<32x48xi32>
      memref.store %v, %tile[%i, %x] : memref<32x32xi32, #shared>
    }
    gpu.barrier
    scf.for %i = %y to %c32 step %c8 {
      %v = memref.load %tile[%x, %i] : memref<32x32xi32, #shared>
      memref.store %v, %at[%i, %x] : memref<32x32xi32>
    }
    gpu.terminator
  }
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%x, %y, %z) in (%sx = %c16, %sy = %c4, %sz = %c1)
             workgroup(%tile: memref<32x48xi32, #shared>) {
    // 64 threads store words by rows, and load 16 bytes of each of 32 rows.
    scf.for %i = %y to %c32 step %c4 {
      scf.for %j = %x to %c48 step %c16 {
        %v = memref.load %a[%i, %j] : memref<32x48xi32>
        memref.store %v, %tile[%i, %j] : memref<32x48xi32, #shared>
      }
    }
    gpu.barrier
    %t = affine.apply affine_map<(d0, d1) -> (d0 + d1 * 16)>(%x, %y)
    %row = affine.apply affine_map<(d0) -> (d0 mod 32)>(%t)
    %first = affine.apply affine_map<(d0) -> ((d0 floordiv 32) * 24)>(%t)
    scf.for %j = %c0 to %c4 step %c1 {
      %col = affine.apply affine_map<(d0, d1) -> (d0 + d1 * 4)>(%first, %j)
      %v = vector.load %tile[%row, %col] {alignment = 16 : i64} : memref<32x48xi32, #shared>, vector<4xi32>
      vector.store %v, %b[%row, %col] : memref<32x48xi32>, vector<4xi32>
    }
    gpu.terminator
  }
  %wrong = memref.alloc() : memref<i32>
  memref.store %n0, %wrong[] : memref<i32>
  scf.for %i = %c0 to %c32 step %c1 {
    scf.for %j = %c0 to %c32 step %c1 {
      %v = memref.load %a[%i, %j] : memref<32x48xi32>
      %w = memref.load %at[%j, %i] : memref<32x32xi32>
      %differs = arith.cmpi ne, %v, %w : i32
      scf.if %differs {
        %k = memref.load %wrong[] : memref<i32>
        %k1 = arith.addi %k, %n1 : i32
        memref.store %k1, %wrong[] : memref<i32>
      }
    }
  }
  %u = memref.cast %wrong : memref<i32> to memref<*xi32>
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  memref.store %n0, %wrong[] : memref<i32>
  // Columns 0 to 15 and 24 to 39 were copied, the others are zero.
  scf.for %i = %c0 to %c32 step %c1 {
    scf.for %j = %c0 to %c48 step %c1 {
      %v = memref.load %a[%i, %j] : memref<32x48xi32>
      %w = memref.load %b[%i, %j] : memref<32x48xi32>
      %in = affine.apply affine_map<(d0) -> (d0 mod 24)>(%j)
      %copied = arith.cmpi ult, %in, %c16 : index
      %expected = arith.select %copied, %v, %n0 : i32
      %differs = arith.cmpi ne, %expected, %w : i32
      scf.if %differs {
        %k = memref.load %wrong[] : memref<i32>
        %k1 = arith.addi %k, %n1 : i32
        memref.store %k1, %wrong[] : memref<i32>
      }
    }
  }
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  return
}
