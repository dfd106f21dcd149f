// The product at level 4: its PTX, from level 0 by the whole pipeline.
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-to-nvvm="operands=device schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2} format=isa" \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
// RUN: sparse-opt %S/3-gpu.mlir --sparse-gpu-gpu-to-nvvm \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
//
// What makes the kernel fast can be read off here:
// - rows of X are copied 16 bytes at once from where a coordinate in shared
//   memory says, to where ldmatrix reads them;
// - waits leave one group in flight, coordinates and copies in one order;
// - nothing but copies touches global memory in the loop, and no sums leave
//   registers before it ends.

// CHECK:         .visible .entry linear_kernel(
// CHECK:         cp.async.ca.shared.global {{.*}}, 4,
// CHECK:         cp.async.wait_group 1;
// CHECK:         bar.sync 0;
// CHECK:         cp.async.cg.shared.global {{.*}}, 16,
// CHECK:         ld.shared.b32
// CHECK:         cp.async.cg.shared.global {{.*}}, 16,
// CHECK-COUNT-2: ldmatrix.sync.aligned.m8n8.x4.trans
// CHECK-NOT:     {{ld|st}}.{{global|local}}
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK:         cp.async.wait_group 1;
// CHECK:         bar.sync 0;
// CHECK-COUNT-2: ldmatrix.sync.aligned.m8n8.x4.trans
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
