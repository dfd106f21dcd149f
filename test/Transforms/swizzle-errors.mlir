// Each rule by which sparse-gpu-swizzle leaves a buffer as it is, or leaves
// conflicts in it, broken once.
// RUN: sparse-opt %s --sparse-gpu-swizzle --split-input-file --verify-diagnostics | FileCheck %s
// Nothing is rewritten but where the best layout is not free of conflicts.
// CHECK-COUNT-2: arith.xori
// CHECK-NOT: arith.xori

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @best(%A: memref<?x?xf32>) kernel {
    %c4 = arith.constant 4 : index
    %c8 = arith.constant 8 : index
    // Copies of 16 bytes need units of 16 bytes; a column of words has 32 rows.
    // expected-remark @+1 {{shared buffer of type 'memref<32x32xf32, #gpu.address_space<workgroup>>' keeps 4-way bank conflicts of 'memref.load': the best layout is column xor (row mod 8) * 4 (SWZ-6)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    %lane = gpu.lane_id
    %row = arith.divui %lane, %c8 : index
    %part = arith.remui %lane, %c8 : index
    %col = arith.muli %part, %c4 : index
    %0 = nvgpu.device_async_copy %A[%row, %col], %a[%row, %col], 4 : memref<?x?xf32> to memref<32x32xf32, #shared>
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%lane, %c4] : memref<32x32xf32, #shared>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @no_whole_units() kernel {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    // expected-remark @+1 {{keeps 8-way bank conflicts of 'vector.load': no XOR layout keeps its accesses in one piece (SWZ-7)}}
    %a = memref.alloc() : memref<64x8xf32, #shared>
    %lane = gpu.lane_id
    %row = arith.muli %lane, %c2 : index
    // Four words from the second on lie in two units of 16 bytes.
    // expected-note @+1 {{this access}}
    %v = vector.load %a[%row, %c2] {alignment = 8 : i64} : memref<64x8xf32, #shared>, vector<4xf32>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @one_dimension() kernel {
    // expected-remark @+1 {{is not swizzled: it needs two or more dimensions, a static shape, the identity layout, and numbers of 1 to 16 bytes (SWZ-1)}}
    %a = memref.alloc() : memref<1024xf32, #shared>
    gpu.return
  }
  gpu.func @dynamic(%n: index) kernel {
    // expected-remark @+1 {{(SWZ-1)}}
    %a = memref.alloc(%n) : memref<?x32xf32, #shared>
    gpu.return
  }
  gpu.func @strided() kernel {
    // expected-remark @+1 {{(SWZ-1)}}
    %a = memref.alloc() : memref<32x32xf32, strided<[40, 1]>, #shared>
    gpu.return
  }
  gpu.func @parts_of_bytes() kernel {
    // expected-remark @+1 {{(SWZ-1)}}
    %a = memref.alloc() : memref<32x32xi4, #shared>
    gpu.return
  }
  // Not in shared memory: not looked at.
  gpu.func @elsewhere() kernel {
    %a = memref.alloc() : memref<32x32xi4>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @view() kernel {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{is not swizzled: its use by 'memref.reinterpret_cast' is not an access that is understood (SWZ-2)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    %lane = gpu.lane_id
    %v = memref.load %a[%lane, %c0] : memref<32x32xf32, #shared>
    // expected-note @+1 {{this use}}
    %s = memref.reinterpret_cast %a to offset: [0], sizes: [16, 32], strides: [32, 1] : memref<32x32xf32, #shared> to memref<16x32xf32, strided<[32, 1]>, #shared>
    %w = memref.load %s[%c0, %c0] : memref<16x32xf32, strided<[32, 1]>, #shared>
    gpu.return
  }
  gpu.func @vector_of_rows() kernel {
    %c0 = arith.constant 0 : index
    %pad = arith.constant 0.0 : f32
    // expected-remark @+1 {{its use by 'vector.transfer_read' is not an access that is understood (SWZ-2)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    // expected-note @+1 {{this use}}
    %v = vector.transfer_read %a[%c0, %c0], %pad {in_bounds = [true, true]} : memref<32x32xf32, #shared>, vector<2x4xf32>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @gathered(%ids: memref<?xindex>) kernel {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{is not swizzled: a subscript of 'memref.load' differs by lane and is not understood (SWZ-3)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    %lane = gpu.lane_id
    // expected-note @+1 {{this value}}
    %row = memref.load %ids[%lane] : memref<?xindex>
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%row, %c0] : memref<32x32xf32, #shared>
    gpu.return
  }
  gpu.func @carried() kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c8 = arith.constant 8 : index
    // expected-remark @+1 {{a subscript of 'memref.load' is carried by a loop or a branch (SWZ-3)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    // expected-note @+1 {{this value}}
    %r = scf.for %i = %c0 to %c8 step %c1 iter_args(%row = %c0) -> index {
      // expected-note @+1 {{this access}}
      %v = memref.load %a[%row, %c0] : memref<32x32xf32, #shared>
      %next = arith.addi %row, %c1 : index
      scf.yield %next : index
    }
    gpu.return
  }
  // The product of what is not known and what lanes differ in.
  // expected-note @+1 {{this value}}
  gpu.func @product(%stride: index) kernel {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{a subscript of 'memref.load' is needed exactly, and is not known (SWZ-3)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    %lane = gpu.lane_id
    %row = arith.muli %lane, %stride : index
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%row, %c0] : memref<32x32xf32, #shared>
    gpu.return
  }
  // A function of the device: lanes may call it with arguments of their own.
  // expected-note @+1 {{this value}}
  gpu.func @device(%row: index) {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{a subscript of 'memref.load' may differ by lane (SWZ-3)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%row, %c0] : memref<32x32xf32, #shared>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  // expected-note @+1 {{this value}}
  gpu.func @too_many(%x: index, %y: index, %z: index) kernel {
    // expected-remark @+1 {{a subscript of 'memref.load' has more than 65536 cases (SWZ-4)}}
    %a = memref.alloc() : memref<32x128x128xf32, #shared>
    %lane = gpu.lane_id
    %sum = arith.addi %y, %z : index
    %col = arith.addi %sum, %lane : index
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%lane, %x, %col] : memref<32x128x128xf32, #shared>
    %w = memref.load %a[%y, %z, %col] : memref<32x128x128xf32, #shared>
    gpu.return
  }
}

// -----

#shared = #gpu.address_space<workgroup>
gpu.module @m {
  gpu.func @block_of_any_size() kernel {
    %c0 = arith.constant 0 : index
    // expected-remark @+1 {{a subscript of 'memref.load' depends on the size of the block, which is not known (SWZ-5)}}
    %a = memref.alloc() : memref<32x32xf32, #shared>
    // expected-note @+1 {{this value}}
    %t = gpu.thread_id x
    // expected-note @+1 {{this access}}
    %v = memref.load %a[%t, %c0] : memref<32x32xf32, #shared>
    gpu.return
  }
}

// -----

func.func @shuffledWithAnother(%x: f32) {
  %c1 = arith.constant 1 : index
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c32, %sy = %c1, %sz = %c1) {
    %all = arith.constant -1 : i32
    %clamp = arith.constant 31 : i32
    // expected-remark @+1 {{is not swizzled: a subscript of 'memref.store' is computed by what is not understood (SWZ-3)}}
    %a = memref.alloc() : memref<32x32xf32, #gpu.address_space<workgroup>>
    %number = arith.index_castui %tx : index to i32
    // expected-note @+1 {{this value}}
    %other = nvvm.shfl.sync idx %all, %number, %number, %clamp : i32 -> i32
    %lane = arith.index_castui %other : i32 to index
    // expected-note @+1 {{this access}}
    memref.store %x, %a[%lane, %c0] : memref<32x32xf32, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}
