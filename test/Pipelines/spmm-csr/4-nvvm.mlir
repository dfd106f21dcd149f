// The kernel at level 4: its PTX, from level 0 by the whole pipeline.
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-to-nvvm="operands=device" \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
// RUN: sparse-opt %S/3-gpu.mlir --sparse-gpu-gpu-to-nvvm \
// RUN:   | sed -e 's/\\0A/\n/g' -e 's/\\09/ /g' | FileCheck %s
//
// Level 4 is LLVM and NVVM; a kernel is text (PTX), a cubin or bitcode. What
// makes the kernel fast can be read off here:
// - the 32 coordinates and the 32 values of a step are one load instruction of
//   the warp each: base + 4 * (position + lane);
// - a row of B is read in pieces of 32 x 4 = 128 bytes, [x] and [x + 128];
// - accumulators are registers, by fma; nothing is stored in the loops;
// - only the warp is synchronised; the block size is recorded.

// CHECK:         .visible .entry spmm_kernel(
// CHECK:         {{\.(maxntid|reqntid)}} 128, 1, 1
// CHECK:         ld.param.b64 [[PVAL:%rd[0-9]+]], [spmm_kernel_param_19];
// CHECK-NEXT:    cvta.to.global.u64 [[VAL:%rd[0-9]+]], [[PVAL]];
// The lane is the thread's number modulo 32.
// CHECK:         mov.u32 [[TID:%r[0-9]+]], %tid.x;
// CHECK:         cvt.u64.u32 [[TID64:%rd[0-9]+]], [[TID]];
// CHECK:         and.b64 [[LANE:%rd[0-9]+]], [[TID64]], 31;
// CHECK:         shl.b64 [[LANE4:%rd[0-9]+]], [[LANE]], 2;
// The epilogue stores two columns of a row, 128 bytes apart.
// CHECK:         st.global.b32 [[[C:%rd[0-9]+]]], [[SUM0:%r[0-9]+]];
// CHECK-NEXT:    st.global.b32 [[[C]]+128], [[SUM1:%r[0-9]+]];
// CHECK-NOT:     st.global
// A step: position + lane, times four.
// CHECK:         add.s64 [[POS:%rd[0-9]+]], [[STEP:%rd[0-9]+]], [[LANE]];
// CHECK-NEXT:    shl.b64 [[OFFSET:%rd[0-9]+]], [[POS]], 2;
// CHECK-NEXT:    add.s64 [[ACRD:%rd[0-9]+]], [[CRD:%rd[0-9]+]], [[OFFSET]];
// CHECK-NEXT:    ld.global.b32 [[K:%r[0-9]+]], [[[ACRD]]];
// CHECK-NEXT:    mul.wide.u32 [[ROW:%rd[0-9]+]], [[K]], 64;
// CHECK-NEXT:    st.shared.b64 {{.*}}, [[ROW]];
// CHECK-NEXT:    add.s64 [[AVAL:%rd[0-9]+]], [[VAL]], [[OFFSET]];
// CHECK-NEXT:    ld.global.b32 [[A:%r[0-9]+]], [[[AVAL]]];
// CHECK-NEXT:    st.shared.b32 {{.*}}, [[A]];
// No other load before the warp meets.
// CHECK-NOT:     ld.global
// CHECK:         bar.warp.sync -1;
// Four entries per turn: four offsets, four values, eight pieces of B.
// CHECK:         ld.shared.v2.b64
// CHECK:         ld.shared.v4.b32
// CHECK:         add.s64 [[B0:%rd[0-9]+]], {{%rd[0-9]+}}, [[LANE4]];
// CHECK-NEXT:    ld.global.b32 [[X0:%r[0-9]+]], [[[B0]]];
// CHECK-NEXT:    fma.rn.f32 {{%r[0-9]+}}, {{%r[0-9]+}}, [[X0]], [[SUM0]];
// CHECK-NEXT:    ld.global.b32 [[X1:%r[0-9]+]], [[[B0]]+128];
// CHECK-NEXT:    fma.rn.f32 {{%r[0-9]+}}, {{%r[0-9]+}}, [[X1]], [[SUM1]];
// CHECK-COUNT-6: fma.rn.f32
// CHECK-NOT:     st.global
// CHECK-NOT:     bar.sync
// CHECK:         ret;
