// The pass as an operation of the transform dialect.
// RUN: sparse-opt %s --split-input-file --transform-interpreter -verify-diagnostics --canonicalize --cse | FileCheck %s

#shared = #gpu.address_space<workgroup>

// CHECK-LABEL: @pipelined
// CHECK: memref.alloc() : memref<4x64xf32, #gpu
// CHECK: nvgpu.device_async_wait {{.*}} {numGroups = 2 : i32}
// CHECK: {sparse_gpu.pipelined, tagged}
func.func @pipelined(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %t = nvgpu.device_async_copy %A[%k], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
    %g = nvgpu.device_async_create_group %t
    nvgpu.device_async_wait %g
    gpu.barrier
    %v = memref.load %a[%x] : memref<64xf32, #shared>
    %d = arith.addf %acc, %v : f32
    scf.yield %d : f32
  }
  return %r : f32
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
    %new = transform.sparse_gpu.pipeline_loads %loop {shared_stages = 4, register_stages = 1} : (!transform.any_op) -> !transform.any_op
    transform.annotate %new "tagged" : !transform.any_op
    transform.yield
  }
}

// -----

// A loop without copies.
func.func @nothing_to_pipeline(%n: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-note @below {{this loop}}
  scf.for %k = %c0 to %n step %c64 {
    gpu.barrier
  }
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{a loop was not pipelined}}
    %new = transform.sparse_gpu.pipeline_loads %loop : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}

// -----

func.func @no_loop() {
  gpu.barrier
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %barrier = transform.structured.match ops{["gpu.barrier"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{needs an scf.for, got 'gpu.barrier'}}
    %new = transform.sparse_gpu.pipeline_loads %barrier : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}

// -----

func.func @out_of_range(%n: index) {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  // expected-error @below {{stages must be 1 to 6 (shared) and 1 to 4 (registers), got 3 and 5 (PIPE-1)}}
  scf.for %k = %c0 to %n step %c64 {
    gpu.barrier
  }
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
    %new = transform.sparse_gpu.pipeline_loads %loop {register_stages = 5} : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}

// -----

#shared = #gpu.address_space<workgroup>

// The loop around becomes one with the loop of the handle.
// CHECK-LABEL: @chain
// CHECK: scf.for
// CHECK-NOT: scf.for
// CHECK: {inner, sparse_gpu.pipelined, tagged}
func.func @chain(%A: memref<512xf32>, %n: index, %x: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c64 = arith.constant 64 : index
  %a = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%outer = %init) -> (f32) {
    %s = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %outer) -> (f32) {
      gpu.barrier
      %t = nvgpu.device_async_copy %A[%k], %a[%x], 1 : memref<512xf32> to memref<64xf32, #shared>
      %g = nvgpu.device_async_create_group %t
      nvgpu.device_async_wait %g
      gpu.barrier
      %v = memref.load %a[%x] : memref<64xf32, #shared>
      %d = arith.addf %acc, %v : f32
      scf.yield %d : f32
    } {inner}
    scf.yield %s : f32
  }
  return %r : f32
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} attributes {inner} in %root : (!transform.any_op) -> !transform.any_op
    %new = transform.sparse_gpu.pipeline_loads %loop : (!transform.any_op) -> !transform.any_op
    transform.annotate %new "tagged" : !transform.any_op
    transform.yield
  }
}
