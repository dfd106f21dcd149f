// The product at level 3, and what arrow 3 -> 4 makes of it.
// RUN: sparse-opt %s --sparse-gpu-gpu-to-nvvm | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/2-tiles.mlir --sparse-gpu-tiles-to-gpu="operands=device" > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 3 is the code of one thread. Before the loop: the copies of the first two
// steps. In it: copies of the step after next, fragments of the next k, products
// of this one, one wait, one barrier.

// CHECK: gpu.binary @matmul_kernels
module attributes {gpu.container_module} {
  func.func @matmul(%arg0: memref<128x96xf16>, %arg1: memref<96x64xf16>, %arg2: memref<128x64xf32>, %arg3: !llvm.ptr) -> memref<128x64xf32> {
    %c64 = arith.constant 64 : index
    %c1 = arith.constant 1 : index
    %c96 = arith.constant 96 : index
    %c128 = arith.constant 128 : index
    %c0 = arith.constant 0 : index
    %c9 = arith.constant 9 : index
    %cst = arith.constant dense<0.000000e+00> : vector<2x2xf16>
    %c0_0 = arith.constant 0 : index
    %c16 = arith.constant 16 : index
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %c4 = arith.constant 4 : index
    %c1_1 = arith.constant 1 : index
    %cst_2 = arith.constant dense<0.000000e+00> : vector<2x2xf32>
    %c32 = arith.constant 32 : index
    %cst_3 = arith.constant 0.000000e+00 : f32
    %c32_4 = arith.constant 32 : index
    %c64_5 = arith.constant 64 : index
    %c96_6 = arith.constant 96 : index
    %c0_7 = arith.constant 0 : index
    %c0_8 = arith.constant 0 : index
    %c0_9 = arith.constant 0 : index
    %c0_10 = arith.constant 0 : index
    %c128_11 = arith.constant 128 : index
    %c64_12 = arith.constant 64 : index
    %c1_13 = arith.constant 1 : index
    %c32_14 = arith.constant 32 : index
    %c32_15 = arith.constant 32 : index
    %c1_16 = arith.constant 1 : index
    %0 = arith.subi %c128_11, %c0_8 : index
    %1 = arith.ceildivui %0, %c32_14 : index
    %c1_17 = arith.constant 1 : index
    %2 = arith.maxui %1, %c1_17 : index
    %c2147483647 = arith.constant 2147483647 : index
    %3 = arith.minui %2, %c2147483647 : index
    %4 = arith.subi %c64_12, %c0_9 : index
    %5 = arith.ceildivui %4, %c32_15 : index
    %c1_18 = arith.constant 1 : index
    %6 = arith.maxui %5, %c1_18 : index
    %c65535 = arith.constant 65535 : index
    %7 = arith.minui %6, %c65535 : index
    %8 = arith.subi %c1_13, %c0_10 : index
    %9 = arith.ceildivui %8, %c1_16 : index
    %c1_19 = arith.constant 1 : index
    %10 = arith.maxui %9, %c1_19 : index
    %c65535_20 = arith.constant 65535 : index
    %11 = arith.minui %10, %c65535_20 : index
    %c1_21 = arith.constant 1 : index
    %c128_22 = arith.constant 128 : index
    %c12288_i32 = arith.constant 12288 : i32
    %12 = builtin.unrealized_conversion_cast %arg3 : !llvm.ptr to !gpu.async.token
    %13 = gpu.launch_func async [%12] @matmul_kernels::@matmul_kernel blocks in (%3, %7, %11) threads in (%c128_22, %c1_21, %c1_21)  dynamic_shared_memory_size %c12288_i32 args(%arg0 : memref<128x96xf16>, %arg1 : memref<96x64xf16>, %arg2 : memref<128x64xf32>)
    return %arg2 : memref<128x64xf32>
  }
  gpu.module @matmul_kernels {
    gpu.func @matmul_kernel(%arg0: memref<128x96xf16>, %arg1: memref<96x64xf16>, %arg2: memref<128x64xf32>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c6 = arith.constant 6 : index
      %c6144 = arith.constant 6144 : index
      %c128 = arith.constant 128 : index
      %cst = arith.constant dense<0.000000e+00> : vector<2x2xf32>
      %c64 = arith.constant 64 : index
      %c0 = arith.constant 0 : index
      %c96 = arith.constant 96 : index
      %c9 = arith.constant 9 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c4 = arith.constant 4 : index
      %c32 = arith.constant 32 : index
      %block_id_x = gpu.block_id  x
      %block_id_y = gpu.block_id  y
      %block_id_z = gpu.block_id  z
      %thread_id_x = gpu.thread_id  x
      %grid_dim_x = gpu.grid_dim  x
      %grid_dim_y = gpu.grid_dim  y
      %grid_dim_z = gpu.grid_dim  z
      %0 = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %view = memref.view %0[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %view_0 = memref.view %0[%c6144][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %1 = arith.divui %thread_id_x, %c32 : index
      %2 = arith.remui %thread_id_x, %c32 : index
      %3 = arith.muli %block_id_y, %c32 : index
      %4 = arith.muli %grid_dim_y, %c32 : index
      %5 = arith.muli %block_id_x, %c32 : index
      %6 = arith.muli %grid_dim_x, %c32 : index
      %reinterpret_cast = memref.reinterpret_cast %arg0 to offset: [0], sizes: [12385], strides: [1] : memref<128x96xf16> to memref<12385xf16, strided<[1]>>
      %cast = memref.cast %reinterpret_cast : memref<12385xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
      %7 = arith.divui %thread_id_x, %c4 : index
      %8 = arith.andi %7, %c6 : index
      %9 = arith.shli %8, %c2 : index
      %10 = arith.remui %thread_id_x, %c4 : index
      %11 = arith.muli %10, %c8 : index
      %reinterpret_cast_1 = memref.reinterpret_cast %arg1 to offset: [0], sizes: [6209], strides: [1] : memref<96x64xf16> to memref<6209xf16, strided<[1]>>
      %cast_2 = memref.cast %reinterpret_cast_1 : memref<6209xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
      %12 = arith.divui %1, %c2 : index
      %13 = arith.muli %12, %c16 : index
      %14 = arith.remui %1, %c2 : index
      %15 = arith.muli %14, %c16 : index
      %16 = arith.remui %2, %c8 : index
      %17 = arith.andi %16, %c6 : index
      %18 = arith.shli %17, %c2 : index
      %19 = arith.divui %2, %c8 : index
      %20 = arith.remui %19, %c2 : index
      %21 = arith.divui %2, %c16 : index
      %22 = arith.muli %20, %c8 : index
      %23 = arith.addi %22, %16 : index
      %24 = arith.muli %21, %c8 : index
      %25 = arith.addi %13, %23 : index
      %26 = arith.addi %15, %24 : index
      %reinterpret_cast_3 = memref.reinterpret_cast %arg2 to offset: [0], sizes: [8257], strides: [1] : memref<128x64xf32> to memref<8257xf32, strided<[1]>>
      %27 = arith.divui %2, %c4 : index
      %28 = arith.remui %2, %c4 : index
      %29 = arith.muli %28, %c2 : index
      %30 = arith.addi %13, %27 : index
      %31 = arith.addi %15, %29 : index
      %32 = arith.addi %31, %c1 : index
      %33 = arith.addi %30, %c8 : index
      %34 = arith.addi %31, %c8 : index
      %35 = arith.addi %31, %c9 : index
      scf.for %arg3 = %block_id_z to %c1 step %grid_dim_z {
        scf.for %arg4 = %3 to %c64 step %4 {
          %36 = arith.addi %arg4, %11 : index
          %37 = arith.addi %arg4, %31 : index
          %38 = arith.addi %arg4, %32 : index
          %39 = arith.addi %arg4, %34 : index
          %40 = arith.addi %arg4, %35 : index
          scf.for %arg5 = %5 to %c128 step %6 {
            %41 = arith.addi %arg5, %7 : index
            %42 = arith.muli %41, %c96 : index
            gpu.barrier
            %43 = arith.xori %11, %9 : index
            %44 = arith.addi %42, %11 : index
            %45 = nvgpu.device_async_copy %cast[%44], %view_0[%c0, %7, %43], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %46 = arith.muli %7, %c64 : index
            %47 = arith.addi %46, %36 : index
            %48 = nvgpu.device_async_copy %cast_2[%47], %view[%c0, %7, %43], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %49 = nvgpu.device_async_create_group %45, %48
            %50 = arith.addi %11, %c32 : index
            %51 = arith.addi %42, %50 : index
            %52 = nvgpu.device_async_copy %cast[%51], %view_0[%c1, %7, %43], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %53 = arith.addi %7, %c32 : index
            %54 = arith.muli %53, %c64 : index
            %55 = arith.addi %54, %36 : index
            %56 = nvgpu.device_async_copy %cast_2[%55], %view[%c1, %7, %43], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %57 = nvgpu.device_async_create_group %52, %56
            nvgpu.device_async_wait %49 {numGroups = 1 : i32}
            gpu.barrier
            %58 = arith.xori %24, %18 : index
            %59 = nvgpu.ldmatrix %view_0[%c0, %25, %58] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %60 = arith.xori %26, %18 : index
            %61 = nvgpu.ldmatrix %view[%c0, %23, %60] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %62:6 = scf.for %arg6 = %c0 to %c96 step %c32 iter_args(%arg7 = %cst, %arg8 = %cst, %arg9 = %c0, %arg10 = %57, %arg11 = %59, %arg12 = %61) -> (vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>) {
              %83 = arith.addi %24, %c16 : index
              %84 = arith.xori %83, %18 : index
              %85 = nvgpu.ldmatrix %view_0[%arg9, %25, %84] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %86 = arith.addi %23, %c16 : index
              %87 = nvgpu.ldmatrix %view[%arg9, %86, %60] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %88 = arith.subi %c96, %arg6 : index
              %89 = arith.cmpi ugt, %88, %c64 : index
              %90 = arith.addi %arg6, %c64 : index
              %91 = arith.addi %90, %11 : index
              %92 = arith.addi %42, %91 : index
              %93 = arith.cmpi uge, %arg9, %c1 : index
              %94 = arith.addi %arg9, %c2 : index
              %95 = arith.subi %arg9, %c1 : index
              %96 = arith.select %93, %95, %94 : index
              %97 = arith.select %89, %c8, %c0 : index
              %98 = nvgpu.device_async_copy %cast[%92], %view_0[%96, %7, %43], 8, %97 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
              %99 = arith.addi %90, %7 : index
              %100 = arith.muli %99, %c64 : index
              %101 = arith.addi %100, %36 : index
              %102 = nvgpu.device_async_copy %cast_2[%101], %view[%96, %7, %43], 8, %97 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
              %103 = nvgpu.device_async_create_group %98, %102
              %104 = vector.extract %arg12[0] : vector<2xf16> from vector<4x2xf16>
              %105 = vector.extract %arg12[1] : vector<2xf16> from vector<4x2xf16>
              %106:2 = vector.to_elements %104 : vector<2xf16>
              %107:2 = vector.to_elements %105 : vector<2xf16>
              %108 = vector.from_elements %106#0, %106#1, %107#0, %107#1 : vector<2x2xf16>
              %109 = vector.extract %arg12[2] : vector<2xf16> from vector<4x2xf16>
              %110 = vector.extract %arg12[3] : vector<2xf16> from vector<4x2xf16>
              %111:2 = vector.to_elements %109 : vector<2xf16>
              %112:2 = vector.to_elements %110 : vector<2xf16>
              %113 = vector.from_elements %111#0, %111#1, %112#0, %112#1 : vector<2x2xf16>
              %114 = nvgpu.mma.sync(%arg11, %108, %arg7) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              %115 = nvgpu.mma.sync(%arg11, %113, %arg8) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              nvgpu.device_async_wait %arg10 {numGroups = 1 : i32}
              gpu.barrier
              %116 = arith.cmpi uge, %arg9, %c2 : index
              %117 = arith.addi %arg9, %c1 : index
              %118 = arith.subi %arg9, %c2 : index
              %119 = arith.select %116, %118, %117 : index
              %120 = nvgpu.ldmatrix %view_0[%119, %25, %58] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %121 = nvgpu.ldmatrix %view[%119, %23, %60] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %122 = vector.extract %87[0] : vector<2xf16> from vector<4x2xf16>
              %123 = vector.extract %87[1] : vector<2xf16> from vector<4x2xf16>
              %124:2 = vector.to_elements %122 : vector<2xf16>
              %125:2 = vector.to_elements %123 : vector<2xf16>
              %126 = vector.from_elements %124#0, %124#1, %125#0, %125#1 : vector<2x2xf16>
              %127 = vector.extract %87[2] : vector<2xf16> from vector<4x2xf16>
              %128 = vector.extract %87[3] : vector<2xf16> from vector<4x2xf16>
              %129:2 = vector.to_elements %127 : vector<2xf16>
              %130:2 = vector.to_elements %128 : vector<2xf16>
              %131 = vector.from_elements %129#0, %129#1, %130#0, %130#1 : vector<2x2xf16>
              %132 = nvgpu.mma.sync(%85, %126, %114) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              %133 = nvgpu.mma.sync(%85, %131, %115) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              scf.yield %132, %133, %119, %103, %120, %121 : vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>
            } {sparse_gpu.pipelined}
            nvgpu.device_async_wait %62#3 {numGroups = 0 : i32}
            %63 = vector.extract %62#0[0, 0] : f32 from vector<2x2xf32>
            %64 = arith.addi %arg5, %30 : index
            %65 = arith.muli %64, %c64 : index
            %66 = arith.addi %65, %37 : index
            memref.store %63, %reinterpret_cast_3[%66] : memref<8257xf32, strided<[1]>>
            %67 = vector.extract %62#0[0, 1] : f32 from vector<2x2xf32>
            %68 = arith.addi %65, %38 : index
            memref.store %67, %reinterpret_cast_3[%68] : memref<8257xf32, strided<[1]>>
            %69 = vector.extract %62#0[1, 0] : f32 from vector<2x2xf32>
            %70 = arith.addi %arg5, %33 : index
            %71 = arith.muli %70, %c64 : index
            %72 = arith.addi %71, %37 : index
            memref.store %69, %reinterpret_cast_3[%72] : memref<8257xf32, strided<[1]>>
            %73 = vector.extract %62#0[1, 1] : f32 from vector<2x2xf32>
            %74 = arith.addi %71, %38 : index
            memref.store %73, %reinterpret_cast_3[%74] : memref<8257xf32, strided<[1]>>
            %75 = vector.extract %62#1[0, 0] : f32 from vector<2x2xf32>
            %76 = arith.addi %65, %39 : index
            memref.store %75, %reinterpret_cast_3[%76] : memref<8257xf32, strided<[1]>>
            %77 = vector.extract %62#1[0, 1] : f32 from vector<2x2xf32>
            %78 = arith.addi %65, %40 : index
            memref.store %77, %reinterpret_cast_3[%78] : memref<8257xf32, strided<[1]>>
            %79 = vector.extract %62#1[1, 0] : f32 from vector<2x2xf32>
            %80 = arith.addi %71, %39 : index
            memref.store %79, %reinterpret_cast_3[%80] : memref<8257xf32, strided<[1]>>
            %81 = vector.extract %62#1[1, 1] : f32 from vector<2x2xf32>
            %82 = arith.addi %71, %40 : index
            memref.store %81, %reinterpret_cast_3[%82] : memref<8257xf32, strided<[1]>>
          } {sparse_gpu.grid_stride}
        } {sparse_gpu.grid_stride}
      } {sparse_gpu.grid_stride}
      gpu.return
    }
  }
}

