// Asynchronous copies and slots as operations of the transform dialect.
// RUN: sparse-opt %s --split-input-file --transform-interpreter -verify-diagnostics --canonicalize --cse | FileCheck %s

#shared = #gpu.address_space<workgroup>

// Copies are asynchronous, each iteration has its slot, and the loop is
// replaced by one that can be used further.
// CHECK-LABEL: @both
// CHECK: memref.alloc() {alignment = 16 : i64} : memref<3x64xf32, #gpu
// CHECK: scf.for
// CHECK-NEXT: nvgpu.device_async_copy
// CHECK: nvgpu.device_async_wait
// CHECK-NEXT: gpu.barrier
// CHECK-NOT: gpu.barrier
// CHECK: {tagged}
func.func @both(%A: memref<512xf32>, %n: index, %x: index, %y: index, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %s = memref.alloc() : memref<64xf32, #shared>
  %r = scf.for %k = %c0 to %n step %c64 iter_args(%acc = %init) -> (f32) {
    gpu.barrier
    %v = memref.load %A[%k] : memref<512xf32>
    memref.store %v, %s[%x] : memref<64xf32, #shared>
    gpu.barrier
    %w = memref.load %s[%y] : memref<64xf32, #shared>
    %d = arith.addf %acc, %w : f32
    scf.yield %d : f32
  }
  return %r : f32
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %f = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
    transform.sparse_gpu.async_copies %f : !transform.any_op
    %loop = transform.structured.match ops{["scf.for"]} in %f : (!transform.any_op) -> !transform.any_op
    %new = transform.sparse_gpu.multi_buffer %loop {slots = 3} : (!transform.any_op) -> !transform.any_op
    transform.annotate %new "tagged" : !transform.any_op
    transform.yield
  }
}

// -----

// expected-note @below {{in this operation}}
func.func @no_copies() {
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %f = transform.structured.match ops{["func.func"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{no copy became asynchronous}}
    transform.sparse_gpu.async_copies %f : !transform.any_op
    transform.yield
  }
}

// -----

func.func @no_buffers(%n: index) {
  %c0 = arith.constant 0 : index
  // expected-note @below {{this loop}}
  scf.for %k = %c0 to %n step %n {
    gpu.barrier
  }
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
    // expected-error @below {{no buffer of a loop got slots}}
    %new = transform.sparse_gpu.multi_buffer %loop : (!transform.any_op) -> !transform.any_op
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
    %new = transform.sparse_gpu.multi_buffer %barrier : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}

// -----

func.func @out_of_range(%n: index) {
  %c0 = arith.constant 0 : index
  // expected-error @below {{slots must be 2 to 6, got 1 (MBUF-1)}}
  scf.for %k = %c0 to %n step %n {
    gpu.barrier
  }
  return
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %loop = transform.structured.match ops{["scf.for"]} in %root : (!transform.any_op) -> !transform.any_op
    %new = transform.sparse_gpu.multi_buffer %loop {slots = 1} : (!transform.any_op) -> !transform.any_op
    transform.yield
  }
}
