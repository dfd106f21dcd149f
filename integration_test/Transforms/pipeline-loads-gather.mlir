// A chain of loads: coordinates, then the rows of B that they name, then the
// computation. Coordinates run two pipelines ahead, rows and values one. Rows of
// none, of one and of many nonzeros; results are the bits of the kernel as it
// stands.
//
// DEFINE: %{libraries} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so
// RUN: %python %S/Inputs/pipelines.py "mlir-runner" %{libraries} %s equal 1x2 2x1 2x2 3x1 3x4 4x2 5x3 6x4 | FileCheck %s
// CHECK: equal: 8

#shared = #gpu.address_space<workgroup>

func.func private @printMemrefI32(memref<*xi32>)

// y = A x for one sparse row and 8 columns: steps of 32 nonzeros.
func.func @gather(%coordinates: memref<512xi32>, %values: memref<512xf32>, %b: memref<100x8xf32>, %c: memref<8xf32>, %nnz: index) {
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c64, %sy = %c1, %sz = %c1)
             workgroup(%si: memref<32xi32, #shared>, %sv: memref<32xf32, #shared>, %sb: memref<32x8xf32, #shared>) {
    %k0 = arith.constant 0 : index
    %k1 = arith.constant 1 : index
    %k2 = arith.constant 2 : index
    %k4 = arith.constant 4 : index
    %k8 = arith.constant 8 : index
    %k32 = arith.constant 32 : index
    %zero = arith.constant 0.0 : f32
    %column = arith.remui %tx, %k8 : index
    %four = arith.muli %column, %k4 : index
    %first8 = arith.cmpi ult, %tx, %k8 : index
    %row = arith.divui %tx, %k2 : index
    %side = arith.remui %tx, %k2 : index
    %piece = arith.muli %side, %k4 : index
    %sum = scf.for %p = %k0 to %nnz step %k32 iter_args(%acc = %zero) -> (f32) {
      gpu.barrier
      %at = arith.addi %p, %four : index
      %left = arith.subi %nnz, %at : index
      %some = arith.maxsi %left, %k0 : index
      %count = arith.minsi %some, %k4 : index
      scf.if %first8 {
        %ti = nvgpu.device_async_copy %coordinates[%at], %si[%four], 4, %count
          : memref<512xi32> to memref<32xi32, #shared>
      }
      %gi = nvgpu.device_async_create_group
      nvgpu.device_async_wait %gi
      gpu.barrier
      %from = memref.load %si[%row] : memref<32xi32, #shared>
      %fromRow = arith.index_cast %from : i32 to index
      %e = arith.addi %p, %row : index
      %exists = arith.cmpi slt, %e, %nnz : index
      %elements = arith.select %exists, %k4, %k0 : index
      %tb = nvgpu.device_async_copy %b[%fromRow, %piece], %sb[%row, %piece], 4, %elements
        : memref<100x8xf32> to memref<32x8xf32, #shared>
      scf.if %first8 {
        %tv = nvgpu.device_async_copy %values[%at], %sv[%four], 4, %count
          : memref<512xf32> to memref<32xf32, #shared>
      }
      %gb = nvgpu.device_async_create_group %tb
      nvgpu.device_async_wait %gb
      gpu.barrier
      %part = scf.for %j = %k0 to %k32 step %k4 iter_args(%s = %acc) -> (f32) {
        %v = vector.load %sv[%j] : memref<32xf32, #shared>, vector<4xf32>
        %next = scf.for %jj = %k0 to %k4 step %k1 iter_args(%t = %s) -> (f32) {
          %i = arith.addi %j, %jj : index
          %x = memref.load %sb[%i, %column] : memref<32x8xf32, #shared>
          %a = vector.extract %v[%jj] : f32 from vector<4xf32>
          %m = arith.mulf %a, %x : f32
          %n = arith.addf %t, %m : f32
          scf.yield %n : f32
        }
        scf.yield %next : f32
      }
      scf.yield %part : f32
    }
    scf.if %first8 {
      memref.store %sum, %c[%tx] : memref<8xf32>
    }
    gpu.terminator
  }
  return
}

func.func @main() {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %c10 = arith.constant 10 : index
  %c37 = arith.constant 37 : index
  %c100 = arith.constant 100 : index
  %c512 = arith.constant 512 : index
  %scale = arith.constant 0.0731 : f32
  %shift = arith.constant 4.637 : f32
  %coordinates = memref.alloc() : memref<512xi32>
  %values = memref.alloc() : memref<512xf32>
  %b = memref.alloc() : memref<100x8xf32>
  %c = memref.alloc() : memref<8xf32>
  %bits = memref.alloc() : memref<8xi32>
  scf.for %i = %c0 to %c512 step %c1 {
    %p = arith.muli %i, %c37 : index
    %q = arith.remui %p, %c100 : index
    %v = arith.index_cast %q : index to i32
    memref.store %v, %coordinates[%i] : memref<512xi32>
    %f = arith.sitofp %v : i32 to f32
    %g = arith.mulf %f, %scale : f32
    %h = arith.subf %g, %shift : f32
    memref.store %h, %values[%i] : memref<512xf32>
  }
  scf.for %i = %c0 to %c100 step %c1 {
    scf.for %j = %c0 to %c8 step %c1 {
      %p = arith.muli %i, %c37 : index
      %q = arith.addi %p, %j : index
      %r = arith.remui %q, %c100 : index
      %v = arith.index_cast %r : index to i32
      %f = arith.sitofp %v : i32 to f32
      %g = arith.mulf %f, %scale : f32
      memref.store %g, %b[%i, %j] : memref<100x8xf32>
    }
  }
  %ui = memref.cast %coordinates : memref<512xi32> to memref<*xi32>
  %uv = memref.cast %values : memref<512xf32> to memref<*xf32>
  %ub = memref.cast %b : memref<100x8xf32> to memref<*xf32>
  %uc = memref.cast %c : memref<8xf32> to memref<*xf32>
  %ubits = memref.cast %bits : memref<8xi32> to memref<*xi32>
  gpu.host_register %ui : memref<*xi32>
  gpu.host_register %uv : memref<*xf32>
  gpu.host_register %ub : memref<*xf32>
  gpu.host_register %uc : memref<*xf32>
  scf.for %i = %c0 to %c10 step %c1 {
    %nnz = func.call @length(%i) : (index) -> index
    func.call @gather(%coordinates, %values, %b, %c, %nnz) : (memref<512xi32>, memref<512xf32>, memref<100x8xf32>, memref<8xf32>, index) -> ()
    scf.for %j = %c0 to %c8 step %c1 {
      %x = memref.load %c[%j] : memref<8xf32>
      %y = arith.bitcast %x : f32 to i32
      memref.store %y, %bits[%j] : memref<8xi32>
    }
    func.call @printMemrefI32(%ubits) : (memref<*xi32>) -> ()
  }
  return
}

// 0, 1, 32, 33, 64, 65, 100, 160, 300, 512
func.func @length(%i: index) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %c33 = arith.constant 33 : index
  %c64 = arith.constant 64 : index
  %c65 = arith.constant 65 : index
  %c100 = arith.constant 100 : index
  %c160 = arith.constant 160 : index
  %c300 = arith.constant 300 : index
  %c512 = arith.constant 512 : index
  %n = scf.index_switch %i -> index
  case 0 { scf.yield %c0 : index }
  case 1 { scf.yield %c1 : index }
  case 2 { scf.yield %c32 : index }
  case 3 { scf.yield %c33 : index }
  case 4 { scf.yield %c64 : index }
  case 5 { scf.yield %c65 : index }
  case 6 { scf.yield %c100 : index }
  case 7 { scf.yield %c160 : index }
  case 8 { scf.yield %c300 : index }
  default { scf.yield %c512 : index }
  return %n : index
}
