// The CUDA runtime library under the stock runner, with upstream's pipeline and
// the driver's JIT: the fake driver executes the kernel on the software GPU.
//
// REQUIRES: fake-cuda, emulator
// DEFINE: %{run} = mlir-runner --entry-point-result=void --shared-libs=%sparsegpu_libs/libsparsegpu_cuda_runtime.so,%mlir_libs/libmlir_runner_utils.so,%mlir_libs/libmlir_c_runner_utils.so
// RUN: rm -rf %t && mkdir -p %t
// RUN: mlir-opt %s -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=llvm" -o %t/llvm.mlir
// RUN: %python %sparsegpu_src/utils/kernel-code.py %t/llvm.mlir -o %t/bc
// RUN: mlir-opt %s -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_80 cubin-features=+ptx80 cubin-format=isa" -o %t/isa.mlir
// RUN: %fake_cuda_execute FAKE_CUDA_BITCODE=%t/bc FAKE_CUDA_BOOKS=%t/books %{run} %t/isa.mlir | FileCheck %s
// RUN: FileCheck %s --check-prefix=BOOKS --input-file=%t/books
// CHECK: before
// CHECK: [0,  3.5,  7,  10.5,  14,  17.5,  21,  24.5]
// BOOKS: allocations 0
// BOOKS-NEXT: registered 0
// BOOKS-NEXT: streams 0
// BOOKS-NEXT: events 0
// BOOKS-NEXT: modules 0
// BOOKS-DAG: launches 1
// BOOKS-DAG: cuStreamCreate 1

// A cubin and a fat binary, where CUDA's programs are there to make them.
// RUN: %if ptxas %{ mlir-opt %s -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_90 cubin-features=+ptx80 cubin-format=bin" -o %t/bin.mlir %}
// RUN: %if ptxas %{ %fake_cuda_execute FAKE_CUDA_BITCODE=%t/bc %{run} %t/bin.mlir | FileCheck %s %}
// RUN: %if ptxas %{ mlir-opt %s -gpu-lower-to-nvvm-pipeline="cubin-chip=sm_90 cubin-features=+ptx80 cubin-format=fatbin" -o %t/fatbin.mlir %}
// RUN: %if ptxas %{ %fake_cuda_execute FAKE_CUDA_BITCODE=%t/bc %{run} %t/fatbin.mlir | FileCheck %s %}

// Bitcode is refused, with what to do instead; no driver is asked.
// RUN: not %{run} %t/llvm.mlir 2>&1 | FileCheck %s --check-prefix=BITCODE
// BITCODE: sparsegpu-cuda: error: mgpuModuleLoad: the module is LLVM bitcode, which only the software GPU runs; compile with format=isa, bin or fatbin

// Nothing is asked of a driver before main; the first use says what is wrong
// and ends with status 1.
// RUN: not env LD_LIBRARY_PATH=%sparsegpu_build/unittests/incomplete-cuda %{run} %t/isa.mlir 2>&1 | FileCheck %s --check-prefix=DRIVER
// DRIVER: before
// DRIVER-NEXT: sparsegpu-cuda: error: mgpuStreamCreate: libcuda.so.1 has no cuDriverGetVersion: it is not a CUDA driver, or a very old one

func.func private @printMemrefF32(memref<*xf32>)

func.func @main() {
  vector.print str "before\n"
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  %x = memref.alloc() : memref<8xf32>
  scf.for %i = %c0 to %c8 step %c1 {
    %i32 = arith.index_cast %i : index to i32
    %f = arith.sitofp %i32 : i32 to f32
    memref.store %f, %x[%i] : memref<8xf32>
  }
  %t0 = gpu.wait async
  %d, %t1 = gpu.alloc async [%t0] () : memref<8xf32>
  %t2 = gpu.memcpy async [%t1] %d, %x : memref<8xf32>, memref<8xf32>
  %t3 = gpu.launch async [%t2] blocks(%bx, %by, %bz) in (%gx = %c1, %gy = %c1, %gz = %c1)
             threads(%tx, %ty, %tz) in (%sx = %c8, %sy = %c1, %sz = %c1) {
    %factor = arith.constant 3.5 : f32
    %v = memref.load %d[%tx] : memref<8xf32>
    %w = arith.mulf %v, %factor : f32
    memref.store %w, %d[%tx] : memref<8xf32>
    gpu.terminator
  }
  %t4 = gpu.memcpy async [%t3] %x, %d : memref<8xf32>, memref<8xf32>
  %t5 = gpu.dealloc async [%t4] %d : memref<8xf32>
  gpu.wait [%t5]
  %u = memref.cast %x : memref<8xf32> to memref<*xf32>
  call @printMemrefF32(%u) : (memref<*xf32>) -> ()
  memref.dealloc %x : memref<8xf32>
  return
}
