// RUN: sparse-opt %s --sparse-gpu-place-shared-memory --split-input-file --verify-diagnostics

func.func @f(%n: index) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    // expected-error @+1 {{shared memory needs a static shape and an identity layout (SHM-1)}}
    %a = memref.alloc(%n) : memref<?xf16, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}

// -----

func.func @f(%size: i32) {
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{has dynamic shared memory of a size that is not a constant, so buffers have no place behind it (SHM-1)}}
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1)
             dynamic_shared_memory_size %size {
    %a = memref.alloc() : memref<4xf16, #gpu.address_space<workgroup>>
    gpu.terminator
  }
  return
}
