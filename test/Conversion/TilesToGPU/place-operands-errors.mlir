// On device memory nothing may run on the CPU, nor be allocated.
// RUN: sparse-opt %s --sparse-gpu-place-operands="operands=device" --split-input-file --verify-diagnostics
// RUN: echo "" | not sparse-opt --sparse-gpu-place-operands="operands=gpu" 2>&1 | FileCheck %s
// CHECK: error: option 'operands' must be host or device, got 'gpu'

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'memref.alloc' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  %0 = memref.alloc() : memref<8xf32>
  return
}

// -----

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'memref.load' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  %0 = memref.load %m[%c1] : memref<8xf32>
  return
}

// -----

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'memref.store' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  memref.store %x, %m[%c1] : memref<8xf32>
  return
}

// -----

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'memref.copy' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  memref.copy %m, %o : memref<8xf32> to memref<8xf32>
  return
}

// -----

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'linalg.fill' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  linalg.fill ins(%x : f32) outs(%m : memref<8xf32>)
  return
}

// -----

func.func @f(%m: memref<8xf32>, %o: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'memref.dealloc' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  memref.dealloc %o : memref<8xf32>
  return
}

// -----

// In a caller too.
func.func @inner(%m: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  return
}
func.func @caller(%m: memref<8xf32>, %o: memref<8xf32>) {
  call @inner(%m) : (memref<8xf32>) -> ()
  // expected-error @+1 {{'memref.copy' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  memref.copy %m, %o : memref<8xf32> to memref<8xf32>
  return
}

// -----

// Upstream's sparse tensors live on the host.
#CSR = #sparse_tensor.encoding<{ map = (i, j) -> (i : dense, j : compressed) }>
func.func @f(%m: memref<8xf32>, %A: tensor<4x4xf32, #CSR>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  // expected-error @+1 {{'sparse_tensor.values' would run on the CPU or allocate, which operands=device does not do: pass buffers, results included, as arguments (LVL3-5)}}
  %0 = sparse_tensor.values %A : tensor<4x4xf32, #CSR> to memref<?xf32>
  return
}

// -----

// A workspace is an argument: its size must be known before the call.
func.func @f(%m: index, %b: i1, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.if %b {
    // expected-error @+1 {{'f' needs a workspace, which operands=device passes as an argument: its size must follow from the arguments, outside of control flow (LVL3-6)}}
    %W = memref.alloc(%m) {sparse_gpu.workspace} : memref<?xf32>
    gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
               threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
      memref.store %x, %W[%c0] : memref<?xf32>
      gpu.terminator
    } {sparse_gpu.nest}
    memref.dealloc %W : memref<?xf32>
  }
  return
}

// -----

func.func @inner(%m: index, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{'inner' needs a workspace, which operands=device passes as an argument: it must not be called in the module (LVL3-6)}}
  %W = memref.alloc(%m) {sparse_gpu.workspace} : memref<?xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %W[%c0] : memref<?xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  memref.dealloc %W : memref<?xf32>
  return
}
func.func @caller(%m: index, %x: f32) {
  call @inner(%m, %x) : (index, f32) -> ()
  return
}

// -----

func.func private @f_workspace_bytes()
func.func @f(%m: index, %x: f32) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @+1 {{'f' needs a workspace, which operands=device passes as an argument: the name of the function that says its size is taken (LVL3-6)}}
  %W = memref.alloc(%m) {sparse_gpu.workspace} : memref<?xf32>
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %W[%c0] : memref<?xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  memref.dealloc %W : memref<?xf32>
  return
}
