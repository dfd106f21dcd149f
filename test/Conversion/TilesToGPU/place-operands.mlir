// Where memrefs live: HOST allocates and copies, DEVICE threads a stream.
// RUN: sparse-opt %s --sparse-gpu-place-operands --split-input-file | FileCheck %s --check-prefix=HOST
// RUN: sparse-opt %s --sparse-gpu-place-operands="operands=device" --split-input-file | FileCheck %s --check-prefix=DEVICE

// What is only read is copied in, what is only written is copied back, and
// everything is freed, in order on one stream; a view counts as its source.
// HOST-LABEL: func @access(
// HOST-SAME:    %[[IN:[^:]*]]: memref<?xf32>, %[[OUT:[^:]*]]: memref<8xf32>, %[[BOTH:[^:]*]]: memref<8xf32>)
// HOST:         %[[T0:.*]] = gpu.wait async
// HOST-DAG:     %[[SIZE:.*]] = memref.dim %[[IN]]
// HOST:         %[[DIN:.*]], %[[T1:.*]] = gpu.alloc async [%[[T0]]] (%[[SIZE]]) : memref<?xf32>
// HOST:         %[[T2:.*]] = gpu.memcpy async [%[[T1]]] %[[DIN]], %[[IN]]
// HOST:         %[[DOUT:.*]], %[[T3:.*]] = gpu.alloc async [%[[T2]]] () : memref<8xf32>
// HOST-NOT:     gpu.memcpy
// HOST:         %[[DBOTH:.*]], %[[T4:.*]] = gpu.alloc async [%[[T3]]] () : memref<8xf32>
// HOST:         %[[T5:.*]] = gpu.memcpy async [%[[T4]]] %[[DBOTH]], %[[BOTH]]
// HOST:         %[[T6:.*]] = gpu.launch async [%[[T5]]]
// HOST:           memref.reinterpret_cast %[[DIN]]
// HOST:           memref.store %{{.*}}, %[[DOUT]]
// HOST:           memref.load %[[DBOTH]]
// HOST:         %[[T7:.*]] = gpu.memcpy async [%[[T6]]] %[[OUT]], %[[DOUT]]
// HOST:         %[[T8:.*]] = gpu.memcpy async [%[[T7]]] %[[BOTH]], %[[DBOTH]]
// HOST:         %[[T9:.*]] = gpu.dealloc async [%[[T8]]] %[[DIN]]
// HOST:         %[[T10:.*]] = gpu.dealloc async [%[[T9]]] %[[DOUT]]
// HOST:         %[[T11:.*]] = gpu.dealloc async [%[[T10]]] %[[DBOTH]]
// HOST:         gpu.wait [%[[T11]]]
// HOST-NOT:     gpu.
// HOST:         return

// On the device nothing is allocated, copied or waited for.
// DEVICE-LABEL: func @access(
// DEVICE-SAME:    %[[IN:[^:]*]]: memref<?xf32>, %[[OUT:[^:]*]]: memref<8xf32>, %[[BOTH:[^:]*]]: memref<8xf32>, %[[STREAM:[^:]*]]: !llvm.ptr)
// DEVICE:         %[[T:.*]] = builtin.unrealized_conversion_cast %[[STREAM]] : !llvm.ptr to !gpu.async.token
// DEVICE:         gpu.launch async [%[[T]]]
// DEVICE:           memref.reinterpret_cast %[[IN]]
// DEVICE:           memref.store %{{.*}}, %[[OUT]]
// DEVICE-NOT:     gpu.wait
// DEVICE-NOT:     gpu.memcpy
// DEVICE-NOT:     gpu.alloc
// DEVICE:         return
func.func @access(%in: memref<?xf32>, %out: memref<8xf32>, %both: memref<8xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %view = memref.reinterpret_cast %in to offset: [0], sizes: [1], strides: [1] : memref<?xf32> to memref<1xf32>
    %x = memref.load %view[%c0] : memref<1xf32>
    memref.store %x, %out[%tx] : memref<8xf32>
    %y = memref.load %both[%tx] : memref<8xf32>
    %z = arith.addf %x, %y : f32
    memref.store %z, %both[%tx] : memref<8xf32>
    gpu.terminator
  } {sparse_gpu.nest}
  return
}

// -----

// A buffer with a layout goes through a packed one, with what lies between
// its elements left alone.
// HOST-LABEL: func @strided(
// HOST-SAME:    %[[B:[^:]*]]: memref<4x4xf32, strided<[8, 1]>>)
// HOST:         %[[PACKED:.*]] = memref.alloc() : memref<4x4xf32>
// HOST:         memref.copy %[[B]], %[[PACKED]]
// HOST:         %[[DEV:.*]], %{{.*}} = gpu.alloc async [%{{.*}}] () : memref<4x4xf32>
// HOST:         gpu.memcpy async [%{{.*}}] %[[DEV]], %[[PACKED]]
// HOST:         gpu.launch async
// HOST:           memref.load %[[DEV]][%{{.*}}, %{{.*}}] : memref<4x4xf32>
// HOST:         gpu.memcpy async [%{{.*}}] %[[PACKED]], %[[DEV]]
// HOST:         gpu.wait
// HOST:         memref.copy %[[PACKED]], %[[B]]
// HOST:         memref.dealloc %[[PACKED]]
// DEVICE-LABEL: func @strided(
func.func @strided(%b: memref<4x4xf32, strided<[8, 1]>>) {
  %c1 = arith.constant 1 : index
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    %x = memref.load %b[%tx, %c1] : memref<4x4xf32, strided<[8, 1]>>
    memref.store %x, %b[%tx, %tx] : memref<4x4xf32, strided<[8, 1]>>
    gpu.terminator
  } {sparse_gpu.nest}
  return
}

// -----

// Everybody who calls a function that computes on the GPU passes the stream;
// nobody else does. A launch that is not ours stays as it is.
// DEVICE-LABEL: func @inner(
// DEVICE-SAME:    %{{[^:]*}}: memref<8xf32>, %[[S:[^:]*]]: !llvm.ptr)
// DEVICE-LABEL: func @middle(
// DEVICE-SAME:    %[[M:[^:]*]]: memref<8xf32>, %[[S:[^:]*]]: !llvm.ptr)
// DEVICE:         call @inner(%[[M]], %[[S]])
// DEVICE:         call @unrelated(%[[M]])
// DEVICE-LABEL: func @outer(
// DEVICE-SAME:    %[[M:[^:]*]]: memref<8xf32>, %[[S:[^:]*]]: !llvm.ptr)
// DEVICE:         call @middle(%[[M]], %[[S]])
// DEVICE:         call @inner(%[[M]], %[[S]])
// DEVICE-LABEL: func @unrelated(
// DEVICE-SAME:    %{{[^:]*}}: memref<8xf32>) {
// DEVICE:         gpu.launch blocks
// HOST-LABEL: func @unrelated(
// HOST-NOT:     gpu.alloc
// HOST:         gpu.launch blocks
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
func.func @middle(%m: memref<8xf32>) {
  call @inner(%m) : (memref<8xf32>) -> ()
  call @unrelated(%m) : (memref<8xf32>) -> ()
  return
}
func.func @outer(%m: memref<8xf32>) {
  call @middle(%m) : (memref<8xf32>) -> ()
  call @inner(%m) : (memref<8xf32>) -> ()
  return
}
func.func @unrelated(%m: memref<8xf32>) {
  %c1 = arith.constant 1 : index
  %x = arith.constant 1.0 : f32
  gpu.launch blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c1, %sy = %c1, %sz = %c1) {
    memref.store %x, %m[%tx] : memref<8xf32>
    gpu.terminator
  }
  return
}
