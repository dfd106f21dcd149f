// Two kernels on two streams hand a token to and fro: each can go on only when
// the other has taken its turn. A third adds up what they left, after both.
// RUN: mlir-opt %s \
// RUN:   -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" > %t
// RUN: mlir-runner %t --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s
// RUN: env SPARSEGPU_EMULATOR=hazards,seeds=3 mlir-runner %t --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so 2>&1 \
// RUN: | FileCheck %s
// RUN: env SPARSEGPU_EMULATOR=counters=%t.json,schedule=lockstep,workers=1 mlir-runner %t --entry-point-result=void \
// RUN:     --shared-libs=%sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_runner_utils.so \
// RUN: | FileCheck %s
// RUN: FileCheck --check-prefix=COUNTERS %s < %t.json

// CHECK-NOT: hazard
// CHECK: [10, 0, 11, 1, 12, 2, 13, 3, 52]
// COUNTERS-COUNT-3: "kernel"

module attributes {gpu.container_module} {
gpu.module @kernels {
  // Takes the turns `me`, `me` + 2, ... of eight, and writes in each.
  gpu.func @play(%turn: memref<i32>, %out: memref<9xi32>, %me: i32, %first: i32) kernel {
    %c0 = arith.constant 0 : i32
    %c1 = arith.constant 1 : i32
    %c2 = arith.constant 2 : i32
    %i0 = arith.constant 0 : index
    %i1 = arith.constant 1 : index
    %i4 = arith.constant 4 : index
    scf.for %round = %i0 to %i4 step %i1 {
      %r = arith.index_cast %round : index to i32
      %r2 = arith.muli %r, %c2 : i32
      %mine = arith.addi %r2, %me : i32
      scf.while : () -> () {
        %now = memref.atomic_rmw addi %c0, %turn[] : (i32, memref<i32>) -> i32
        %other = arith.cmpi ne, %now, %mine : i32
        scf.condition(%other)
      } do {
        scf.yield
      }
      %value = arith.addi %first, %r : i32
      %at = arith.index_cast %mine : i32 to index
      memref.store %value, %out[%at] : memref<9xi32>
      %old = memref.atomic_rmw addi %c1, %turn[] : (i32, memref<i32>) -> i32
    }
    gpu.return
  }
  gpu.func @sum(%out: memref<9xi32>) kernel {
    %c0 = arith.constant 0 : i32
    %i0 = arith.constant 0 : index
    %i1 = arith.constant 1 : index
    %i8 = arith.constant 8 : index
    %s = scf.for %i = %i0 to %i8 step %i1 iter_args(%a = %c0) -> i32 {
      %v = memref.load %out[%i] : memref<9xi32>
      %b = arith.addi %a, %v : i32
      scf.yield %b : i32
    }
    memref.store %s, %out[%i8] : memref<9xi32>
    gpu.return
  }
}

func.func @main() {
  %i1 = arith.constant 1 : index
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  %c10 = arith.constant 10 : i32
  %turn = gpu.alloc host_shared () : memref<i32>
  memref.store %c0, %turn[] : memref<i32>
  %out = memref.alloc() : memref<9xi32>
  %any = memref.cast %out : memref<9xi32> to memref<*xi32>
  gpu.host_register %any : memref<*xi32>

  %s0 = gpu.wait async
  %s1 = gpu.wait async
  // The one that has to wait is launched first.
  %t0 = gpu.launch_func async [%s0] @kernels::@play blocks in (%i1, %i1, %i1)
      threads in (%i1, %i1, %i1)
      args(%turn : memref<i32>, %out : memref<9xi32>, %c1 : i32, %c0 : i32)
  %t1 = gpu.launch_func async [%s1] @kernels::@play blocks in (%i1, %i1, %i1)
      threads in (%i1, %i1, %i1)
      args(%turn : memref<i32>, %out : memref<9xi32>, %c0 : i32, %c10 : i32)
  // Makes an event of each stream, which the third waits for.
  %both = gpu.wait async [%t0, %t1]
  %t2 = gpu.launch_func async [%both] @kernels::@sum blocks in (%i1, %i1, %i1)
      threads in (%i1, %i1, %i1) args(%out : memref<9xi32>)
  gpu.wait [%t2]
  call @printMemrefI32(%any) : (memref<*xi32>) -> ()
  return
}
func.func private @printMemrefI32(memref<*xi32>)
}
