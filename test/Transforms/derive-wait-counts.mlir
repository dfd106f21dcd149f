// The number of groups that a wait leaves in flight: commits after the group
// that it waits for, the fewest over all paths.
// RUN: sparse-opt %s --sparse-gpu-derive-wait-counts | FileCheck %s

// Nothing is committed after it; then one group, then two.
// CHECK-LABEL: @straight
func.func @straight() {
  %a = nvgpu.device_async_create_group {keep}
  // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
  nvgpu.device_async_wait %a {numGroups = 7 : i32}
  %b = nvgpu.device_async_create_group %a
  // CHECK: device_async_wait {{.*}} {numGroups = 1 : i32}
  nvgpu.device_async_wait %a
  %c = nvgpu.device_async_create_group %b
  // CHECK: device_async_wait {{.*}} {numGroups = 2 : i32}
  nvgpu.device_async_wait %a
  // CHECK: device_async_wait {{.*}} {numGroups = 1 : i32}
  nvgpu.device_async_wait %b
  return
}

// A pipeline of three stages: the oldest of two tokens that the loop carries.
// What is left after it waits for the newest.
// CHECK-LABEL: @carried
func.func @carried(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = nvgpu.device_async_create_group {keep}
  %b = nvgpu.device_async_create_group {keep}
  // CHECK: scf.for
  %r:2 = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a, %y = %b) -> (!nvgpu.device.async.token, !nvgpu.device.async.token) {
    // CHECK: device_async_wait {{.*}} {numGroups = 1 : i32}
    nvgpu.device_async_wait %x
    %c = nvgpu.device_async_create_group {keep}
    // CHECK: device_async_wait {{.*}} {numGroups = 2 : i32}
    nvgpu.device_async_wait %x
    // CHECK: device_async_wait {{.*}} {numGroups = 1 : i32}
    nvgpu.device_async_wait %y
    scf.yield %y, %c : !nvgpu.device.async.token, !nvgpu.device.async.token
  }
  // CHECK: device_async_wait {{.*}}#0 {numGroups = 1 : i32}
  nvgpu.device_async_wait %r#0
  // CHECK: device_async_wait {{.*}}#1 {numGroups = 0 : i32}
  nvgpu.device_async_wait %r#1
  return
}

// The prologue has a group too few: the first iteration decides.
// CHECK-LABEL: @short_prologue
func.func @short_prologue(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = nvgpu.device_async_create_group {keep}
  scf.for %i = %c0 to %n step %c1 iter_args(%x = %a, %y = %a) -> (!nvgpu.device.async.token, !nvgpu.device.async.token) {
    // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
    nvgpu.device_async_wait %x
    %c = nvgpu.device_async_create_group {keep}
    scf.yield %y, %c : !nvgpu.device.async.token, !nvgpu.device.async.token
  }
  return
}

// A later iteration decides: the groups before the loop make its token older
// than any that follows.
// CHECK-LABEL: @later_iteration
func.func @later_iteration(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = nvgpu.device_async_create_group {keep}
  %b = nvgpu.device_async_create_group {keep}
  %c = nvgpu.device_async_create_group {keep}
  scf.for %i = %c0 to %n step %c1 iter_args(%x = %a) -> (!nvgpu.device.async.token) {
    // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
    nvgpu.device_async_wait %x
    %d = nvgpu.device_async_create_group {keep}
    scf.yield %d : !nvgpu.device.async.token
  }
  // A loop may have no iteration: its commits do not count behind it.
  // CHECK: device_async_wait {{.*}} {numGroups = 2 : i32}
  nvgpu.device_async_wait %a
  return
}

// The branch that commits less decides.
// CHECK-LABEL: @branches
func.func @branches(%p: i1, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %a = nvgpu.device_async_create_group {keep}
  %t = scf.if %p -> !nvgpu.device.async.token {
    %b = nvgpu.device_async_create_group {keep}
    %c = nvgpu.device_async_create_group {keep}
    scf.yield %b : !nvgpu.device.async.token
  } else {
    %b = nvgpu.device_async_create_group {keep}
    scf.yield %a : !nvgpu.device.async.token
  }
  // CHECK: device_async_wait {{.*}} {numGroups = 1 : i32}
  nvgpu.device_async_wait %a
  %d = nvgpu.device_async_create_group %t
  // CHECK: device_async_wait {{.*}} {numGroups = 2 : i32}
  nvgpu.device_async_wait %t
  scf.if %p {
    %e = nvgpu.device_async_create_group {keep}
  }
  // CHECK: device_async_wait {{.*}} {numGroups = 2 : i32}
  nvgpu.device_async_wait %a
  return
}

// What cannot be followed waits for everything.
// CHECK-LABEL: @unknown
func.func @unknown(%p: i1, %given: !nvgpu.device.async.token) {
  %a = nvgpu.device_async_create_group {keep}
  // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
  nvgpu.device_async_wait %given
  %b = nvgpu.device_async_create_group {keep}
  %w = scf.while (%x = %a) : (!nvgpu.device.async.token) -> !nvgpu.device.async.token {
    scf.condition(%p) %x : !nvgpu.device.async.token
  } do {
  ^bb0(%x: !nvgpu.device.async.token):
    // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
    nvgpu.device_async_wait %x
    scf.yield %x : !nvgpu.device.async.token
  }
  // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
  nvgpu.device_async_wait %w
  cf.br ^next
^next:
  // CHECK: device_async_wait {{.*}} {numGroups = 0 : i32}
  nvgpu.device_async_wait %b
  return
}
