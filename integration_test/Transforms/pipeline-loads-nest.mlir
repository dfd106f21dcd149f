// Loops around the pipelined one, which do more than repeating it: it begins
// anew in each of their iterations, over slots that other threads may still
// read (pipeline-loads-chain.mlir has those that become one loop). Bounds and step are data, the
// first bound is not zero. Then a loop with a buffer that is written by stores,
// whose own barriers stay, and a loop whose barrier is behind the reads, with a
// load of coordinates from global memory.
//
// DEFINE: %{libraries} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s equal 1x3 2x1 2x2 2x4 3x1 3x2 4x3 5x1 6x4 | FileCheck %s
// CHECK: equal: 9

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefI32(memref<*xi32>)

// Sums over (h, w, k) with h, w < `outer` and `first` <= k < `end` by `step`.
func.func @nest(%a: memref<1024xf32>, %c: memref<64xf32>, %outer: index, %first: index, %end: index, %step: index) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%s: memref<64xf32, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k5 = arith.constant 5 : index
    %k16 = arith.constant 16 : index
    %k64 = arith.constant 64 : index
    %k63 = arith.constant 63 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.61 : f32
    %mirror = arith.subi %k63, %tx : index
    %q = arith.remui %mirror, %k16 : index
    %sum = scf.for %h = %k0 to %outer step %k1 iter_args(%x = %zero) -> (f32) {
      %inH = scf.for %w = %k0 to %outer step %k1 iter_args(%y = %x) -> (f32) {
        %hw = arith.addi %h, %w : index
        %inW = scf.for %k = %first to %end step %step iter_args(%acc = %y) -> (f32) {
          gpu.barrier
          %from0 = arith.addi %k, %hw : index
          %from = arith.addi %from0, %tx : index
          %t = nvgpu.device_async_copy %a[%from], %s[%tx], 1 : memref<1024xf32> to memref<64xf32, #shared>
          %g = nvgpu.device_async_create_group %t
          nvgpu.device_async_wait %g
          gpu.barrier
          %part = scf.for %i = %k0 to %k64 step %k16 iter_args(%d = %acc) -> (f32) {
            %at = arith.addi %i, %q : index
            %v = memref.load %s[%at] : memref<64xf32, #shared>
            %m = arith.mulf %d, %half : f32
            %n = arith.addf %m, %v : f32
            scf.yield %n : f32
          }
          scf.yield %part : f32
        }
        %between = arith.mulf %inW, %half : f32
        scf.yield %between : f32
      }
      scf.yield %inH : f32
    }
    memref.store %sum, %c[%tx] : memref<64xf32>
    gpu.terminator
  }
  return
}

// Each iteration also passes what a thread has to another one, by stores.
func.func @passing(%a: memref<1024xf32>, %c: memref<64xf32>, %end: index) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%s: memref<64xf32, #shared>, %p: memref<64xf32, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k4 = arith.constant 4 : index
    %k60 = arith.constant 60 : index
    %k63 = arith.constant 63 : index
    %k64 = arith.constant 64 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.61 : f32
    %mirror = arith.subi %k63, %tx : index
    %q = arith.minui %mirror, %k60 : index
    %sum = scf.for %k = %k0 to %end step %k64 iter_args(%acc = %zero) -> (f32) {
      gpu.barrier
      %from = arith.addi %k, %tx : index
      %t = nvgpu.device_async_copy %a[%from], %s[%tx], 1 : memref<1024xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      memref.store %acc, %p[%tx] : memref<64xf32, #shared>
      nvgpu.device_async_wait %g
      gpu.barrier
      %other = memref.load %p[%mirror] : memref<64xf32, #shared>
      %part = scf.for %i = %k0 to %k4 step %k1 iter_args(%d = %other) -> (f32) {
        %at = arith.addi %i, %q : index
        %v = memref.load %s[%at] : memref<64xf32, #shared>
        %m = arith.mulf %d, %half : f32
        %n = arith.addf %m, %v : f32
        scf.yield %n : f32
      }
      scf.yield %part : f32
    }
    memref.store %sum, %c[%tx] : memref<64xf32>
    gpu.terminator
  }
  return
}

// The coordinates have as many entries as the loop has iterations, and are not
// read past them. The barrier before the next copies is behind the reads.
func.func @coordinates(%a: memref<1024xf32>, %indices: memref<?xi32>, %c: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %end = memref.dim %indices, %c0 : memref<?xi32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%s: memref<64xf32, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k63 = arith.constant 63 : index
    %zero = arith.constant 0.0 : f32
    %half = arith.constant 0.61 : f32
    %mirror = arith.subi %k63, %tx : index
    %sum = scf.for %k = %k0 to %end step %k1 iter_args(%acc = %zero) -> (f32) {
      %i = memref.load %indices[%k] : memref<?xi32>
      %base = arith.index_cast %i : i32 to index
      %from = arith.addi %base, %tx : index
      %t = nvgpu.device_async_copy %a[%from], %s[%tx], 1 : memref<1024xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %s[%mirror] : memref<64xf32, #shared>
      %m = arith.mulf %acc, %half : f32
      %n = arith.addf %m, %v : f32
      gpu.barrier
      scf.yield %n : f32
    }
    memref.store %sum, %c[%tx] : memref<64xf32>
    gpu.terminator
  }
  return
}

func.func @print(%c: memref<64xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %bits = memref.alloc() : memref<64xi32>
  scf.for %i = %c0 to %c64 step %c1 {
    %x = memref.load %c[%i] : memref<64xf32>
    %y = arith.bitcast %x : f32 to i32
    memref.store %y, %bits[%i] : memref<64xi32>
  }
  %u = memref.cast %bits : memref<64xi32> to memref<*xi32>
  call @printMemrefI32(%u) : (memref<*xi32>) -> ()
  memref.dealloc %bits : memref<64xi32>
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %c7 = arith.constant 7 : index
  %c9 = arith.constant 9 : index
  %c37 = arith.constant 37 : index
  %c100 = arith.constant 100 : index
  %c64 = arith.constant 64 : index
  %c1024 = arith.constant 1024 : index
  %scale = arith.constant 0.0731 : f32
  %a = memref.alloc() : memref<1024xf32>
  %c = memref.alloc() : memref<64xf32>
  scf.for %i = %c0 to %c1024 step %c1 {
    %p = arith.muli %i, %c37 : index
    %q = arith.remui %p, %c100 : index
    %v = arith.index_cast %q : index to i32
    %f = arith.sitofp %v : i32 to f32
    %g = arith.mulf %f, %scale : f32
    memref.store %g, %a[%i] : memref<1024xf32>
  }
  %ua = memref.cast %a : memref<1024xf32> to memref<*xf32>
  %uc = memref.cast %c : memref<64xf32> to memref<*xf32>
  gpu.host_register %ua : memref<*xf32>
  gpu.host_register %uc : memref<*xf32>
  // None to eight iterations.
  scf.for %i = %c0 to %c9 step %c1 {
    %length = arith.muli %i, %c37 : index
    %end = arith.addi %length, %c7 : index
    func.call @nest(%a, %c, %c3, %c7, %end, %c37) : (memref<1024xf32>, memref<64xf32>, index, index, index, index) -> ()
    func.call @print(%c) : (memref<64xf32>) -> ()
    %tiles = arith.muli %i, %c64 : index
    func.call @passing(%a, %c, %tiles) : (memref<1024xf32>, memref<64xf32>, index) -> ()
    func.call @print(%c) : (memref<64xf32>) -> ()
    %indices = memref.alloc(%i) : memref<?xi32>
    scf.for %j = %c0 to %i step %c1 {
      %p = arith.muli %j, %c100 : index
      %v = arith.index_cast %p : index to i32
      memref.store %v, %indices[%j] : memref<?xi32>
    }
    %ui = memref.cast %indices : memref<?xi32> to memref<*xi32>
    gpu.host_register %ui : memref<*xi32>
    func.call @coordinates(%a, %indices, %c) : (memref<1024xf32>, memref<?xi32>, memref<64xf32>) -> ()
    gpu.host_unregister %ui : memref<*xi32>
    memref.dealloc %indices : memref<?xi32>
    func.call @print(%c) : (memref<64xf32>) -> ()
  }
  return
}
