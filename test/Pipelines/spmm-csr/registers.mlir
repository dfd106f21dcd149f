// ptxas keeps the kernel in registers: nothing spilled, no stack.
// REQUIRES: ptxas
// RUN: sparse-opt %S/0-linalg.mlir --sparse-gpu-to-nvvm="operands=device" \
// RUN:   | sed -n -e 's/.*assembly = "//p' | sed -e 's/\\0A/\n/g' -e 's/\\09/\t/g' -e 's/\\00.*//' -e 's/">\].*//' > %t.ptx
// RUN: ptxas -v -arch=sm_80 %t.ptx -o %t.cubin 2>&1 | FileCheck %s
// CHECK: 0 bytes stack frame, 0 bytes spill stores, 0 bytes spill loads
// CHECK: Used {{[1-6]?[0-9]}} registers
