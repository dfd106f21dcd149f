// transform.sparse_gpu.swizzle: one buffer, chosen by a script.
// RUN: sparse-opt %s --transform-interpreter --split-input-file --verify-diagnostics | FileCheck %s

#shared = #gpu.address_space<workgroup>
module attributes {transform.with_named_sequence} {
  // CHECK-LABEL: gpu.func @two_buffers
  gpu.module @m {
    gpu.func @two_buffers() kernel {
      %c0 = arith.constant 0 : index
      // expected-remark @+1 {{has no bank conflicts with column xor (row mod 32) * 1; accesses: 1}}
      %a = memref.alloc() {chosen} : memref<32x32xf32, #shared>
      %b = memref.alloc() : memref<32x32xf32, #shared>
      %lane = gpu.lane_id
      // CHECK: %[[KEY:.*]] = arith.andi %[[LANE:.*]], %c31
      // CHECK: %[[COL:.*]] = arith.xori %c0, %[[KEY]]
      // CHECK: memref.load %{{.*}}[%[[LANE]], %[[COL]]]
      %v = memref.load %a[%lane, %c0] : memref<32x32xf32, #shared>
      // CHECK: memref.load %{{.*}}[%[[LANE]], %c0]
      %w = memref.load %b[%lane, %c0] : memref<32x32xf32, #shared>
      gpu.return
    }
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["memref.alloc"]} attributes {chosen} in %root : (!transform.any_op) -> !transform.any_op
    transform.sparse_gpu.swizzle %a {explain} : !transform.any_op
    // The handle is still good.
    transform.annotate %a "done" : !transform.any_op
    transform.yield
  }
}

// -----

#shared = #gpu.address_space<workgroup>
module attributes {transform.with_named_sequence} {
  gpu.module @m {
    gpu.func @refused() kernel {
      // expected-remark @+2 {{(SWZ-1)}}
      // expected-note @+1 {{this buffer}}
      %a = memref.alloc() : memref<32xf32, #shared>
      gpu.return
    }
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["memref.alloc"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{a shared buffer was not swizzled}}
    transform.sparse_gpu.swizzle %a : !transform.any_op
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @elsewhere() {
    %a = memref.alloc() : memref<32x32xf32>
    return
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %a = transform.structured.match ops{["memref.alloc"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{needs a memref.alloc in workgroup memory, got 'memref.alloc'}}
    transform.sparse_gpu.swizzle %a : !transform.any_op
    transform.yield
  }
}

// -----

module attributes {transform.with_named_sequence} {
  func.func @no_buffer() {
    return
  }
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %f = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @+1 {{needs a memref.alloc in workgroup memory, got 'func.func'}}
    transform.sparse_gpu.swizzle %f : !transform.any_op
    transform.yield
  }
}
