// The product at level 4: its PTX, from level 0 by the whole pipeline.
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-to-nvvm="operands=device schedule={scope = block, path = mma, tile = [32, 32, 32], warp_tile = [16, 16], stages = 3, register_stages = 2}" \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
// RUN: sparse-opt %S/3-gpu.mlir --sparse-gpu-gpu-to-nvvm \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
//
// What makes the kernel fast can be read off here:
// - two steps of copies are committed before the loop, and one is left in flight
//   by the wait in it: wait_group 1, derived from the order of commits;
// - fragments of the second k of a step are loaded before the products of the
//   first, and those of the next step before the products of the second;
// - one barrier in an iteration, and no other access to memory.

// CHECK:         .visible .entry matmul_kernel(
// CHECK:         {{\.(maxntid|reqntid)}} 128, 1, 1
// CHECK-COUNT-2: cp.async.cg.shared.global
// CHECK:         cp.async.commit_group;
// CHECK-COUNT-2: cp.async.cg.shared.global
// CHECK:         cp.async.commit_group;
// CHECK:         cp.async.wait_group 1;
// CHECK:         bar.sync 0;
// CHECK-COUNT-2: ldmatrix.sync.aligned.m8n8.x4
// The loop.
// CHECK:         {{^ *}}$L__BB0_{{[0-9]+}}:
// CHECK-NOT:     {{ld|st}}.{{global|local}}
// CHECK-COUNT-2: cp.async.cg.shared.global
// CHECK:         cp.async.commit_group;
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK:         cp.async.wait_group 1;
// CHECK:         bar.sync 0;
// CHECK:         ldmatrix.sync.aligned.m8n8.x4
// CHECK:         mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32
// CHECK-NOT:     {{ld|st}}.{{global|local}}
// CHECK:         bra
// CHECK:         cp.async.wait_group 0;
// CHECK:         st.global
