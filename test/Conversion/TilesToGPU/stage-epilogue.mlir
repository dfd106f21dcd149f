// Results of 8 and 16 bits are staged where their alignment is known; those of
// 32 bits fill sectors as they are. What is staged is written to shared memory
// between two barriers and stored from there, 16 bytes a thread.
// RUN: sparse-opt %s --split-input-file --sparse-gpu-stage-epilogue | FileCheck %s
// RUN: sparse-opt %s --split-input-file --sparse-gpu-tiles-to-gpu="operands=device" | FileCheck %s --check-prefix=GPU
// RUN: sparse-opt %s --split-input-file --sparse-gpu-tiles-to-gpu="operands=device stage-epilogue=false" | FileCheck %s --check-prefix=OFF

// Two stages of 128 x 32 and 32 x 128 halves take 32768 bytes, and so does C: they
// share their place.
// CHECK-LABEL: func.func @half
// CHECK: sparse_gpu.store {{.*}} contiguous 1 run 128 staged
// GPU-LABEL: func.func @half
// GPU: %[[BYTES:.*]] = arith.constant 32768 : i32
// GPU: gpu.launch_func {{.*}} dynamic_shared_memory_size %[[BYTES]] args
// GPU-LABEL: gpu.func @half_kernel
// GPU: %[[SELF:.*]] = nvvm.read.ptx.sreg.laneid
// GPU: nvgpu.mma.sync
// GPU: gpu.barrier
// GPU: nvvm.shfl.sync idx %{{.*}}, %{{.*}}, %[[SELF]], %{{.*}} : i32 -> i32
// GPU: vector.store {{.*}} {alignment = 4 : i64} : memref<128x128xf16, #gpu.address_space<workgroup>>, vector<2xf16>
// GPU: gpu.barrier
// GPU: scf.for
// GPU: %[[IN:.*]] = arith.cmpi ult
// GPU-NEXT: scf.if %[[IN]] {
// GPU: %[[PIECE:.*]] = vector.load {{.*}} {alignment = 16 : i64} : memref<128x128xf16, #gpu.address_space<workgroup>>, vector<8xf16>
// GPU: %[[ALL:.*]] = arith.cmpi ult
// GPU-NEXT: scf.if %[[ALL]] {
// GPU: vector.store %[[PIECE]], {{.*}} {alignment = 16 : i64} : memref<?xf16, {{.*}}>, vector<8xf16>
// GPU: } else {
// GPU-COUNT-7: memref.store {{.*}} : memref<?xf16,
// GPU-NOT: memref.load {{.*}} : memref<128x128xf16, #gpu.address_space<workgroup>>
// OFF-LABEL: gpu.func @half_kernel
// OFF-NOT: memref<128x128xf16, #gpu.address_space<workgroup>>
// OFF: vector.store {{.*}} {alignment = 4 : i64} : memref<?xf16, {{.*}}>, vector<2xf16>
#id = affine_map<(i, j) -> (i, j)>
func.func @half(%A: memref<?x?xf16>, %B: memref<?x?xf16>, %C: memref<?x?xf16>, %m: index, %n: index, %k: index) {
  %c0 = arith.constant 0 : index
  %c32 = arith.constant 32 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i, %j, %b) = (0, 0, 0) to (%m, %n, 1) step (128, 128, 1) {
    %empty = tensor.empty() : tensor<128x128xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<128x128xf32>) -> tensor<128x128xf32>
    %sum = scf.for %s = %c0 to %k step %c32 iter_args(%acc = %init) -> (tensor<128x128xf32>) {
      %ra = tensor.generate {
      ^bb0(%x: index):
        %p = arith.addi %i, %x : index
        %o = arith.muli %p, %k : index
        tensor.yield %o : index
      } : tensor<128xindex>
      %ca = tensor.generate {
      ^bb0(%x: index):
        %p = arith.addi %s, %x : index
        tensor.yield %p : index
      } : tensor<32xindex>
      %a = sparse_gpu.load %A rows(%ra)[%m] columns(%ca)[%k] contiguous 1 run 32 : memref<?x?xf16>, tensor<128xindex>, tensor<32xindex> -> tensor<128x32xf16>
      %rb = tensor.generate {
      ^bb0(%x: index):
        %p = arith.addi %s, %x : index
        %o = arith.muli %p, %n : index
        tensor.yield %o : index
      } : tensor<32xindex>
      %cb = tensor.generate {
      ^bb0(%x: index):
        %p = arith.addi %j, %x : index
        tensor.yield %p : index
      } : tensor<128xindex>
      %bb = sparse_gpu.load %B rows(%rb)[%k] columns(%cb)[%n] contiguous 1 run 128 : memref<?x?xf16>, tensor<32xindex>, tensor<128xindex> -> tensor<32x128xf16>
      %next = linalg.matmul ins(%a, %bb : tensor<128x32xf16>, tensor<32x128xf16>) outs(%acc : tensor<128x128xf32>) -> tensor<128x128xf32>
      scf.yield %next : tensor<128x128xf32>
    }
    %out = tensor.empty() : tensor<128x128xf16>
    %half = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
        ins(%sum : tensor<128x128xf32>) outs(%out : tensor<128x128xf16>) {
    ^bb0(%x: f32, %y: f16):
      %t = arith.truncf %x : f32 to f16
      linalg.yield %t : f16
    } -> tensor<128x128xf16>
    %rc = tensor.generate {
    ^bb0(%x: index):
      %p = arith.addi %i, %x : index
      %o = arith.muli %p, %n : index
      tensor.yield %o : index
    } : tensor<128xindex>
    %cc = tensor.generate {
    ^bb0(%x: index):
      %p = arith.addi %j, %x : index
      tensor.yield %p : index
    } : tensor<128xindex>
    sparse_gpu.store %half into %C rows(%rc)[%m] columns(%cc)[%n] contiguous 1 run 128 : tensor<128x128xf16>, tensor<128xindex>, tensor<128xindex> into memref<?x?xf16>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [128, 128, 32], warp_tile = [64, 64], stages = 2, when = [alignment ge 16, result_alignment ge 16]>}
  return
}
