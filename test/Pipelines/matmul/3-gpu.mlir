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
      %0 = arith.muli %block_id_y, %grid_dim_x : index
      %1 = arith.addi %block_id_x, %0 : index
      %2 = arith.muli %grid_dim_y, %c32 : index
      %3 = arith.divui %1, %2 : index
      %4 = arith.muli %3, %c32 : index
      %5 = arith.remui %1, %2 : index
      %6 = arith.subi %grid_dim_x, %4 : index
      %7 = arith.minui %6, %c32 : index
      %8 = arith.remui %5, %7 : index
      %9 = arith.addi %4, %8 : index
      %10 = arith.divui %5, %7 : index
      %11 = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
      %view = memref.view %11[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %view_0 = memref.view %11[%c6144][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %12 = arith.divui %thread_id_x, %c32 : index
      %13 = arith.remui %thread_id_x, %c32 : index
      %14 = arith.muli %10, %c32 : index
      %15 = arith.muli %9, %c32 : index
      %16 = arith.muli %grid_dim_x, %c32 : index
      %reinterpret_cast = memref.reinterpret_cast %arg0 to offset: [0], sizes: [12385], strides: [1] : memref<128x96xf16> to memref<12385xf16, strided<[1]>>
      %cast = memref.cast %reinterpret_cast : memref<12385xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
      %17 = arith.divui %thread_id_x, %c4 : index
      %18 = arith.andi %17, %c6 : index
      %19 = arith.shli %18, %c2 : index
      %20 = arith.remui %thread_id_x, %c4 : index
      %21 = arith.muli %20, %c8 : index
      %reinterpret_cast_1 = memref.reinterpret_cast %arg1 to offset: [0], sizes: [6209], strides: [1] : memref<96x64xf16> to memref<6209xf16, strided<[1]>>
      %cast_2 = memref.cast %reinterpret_cast_1 : memref<6209xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
      %22 = arith.divui %12, %c2 : index
      %23 = arith.muli %22, %c16 : index
      %24 = arith.remui %12, %c2 : index
      %25 = arith.muli %24, %c16 : index
      %26 = arith.remui %13, %c8 : index
      %27 = arith.andi %26, %c6 : index
      %28 = arith.shli %27, %c2 : index
      %29 = arith.divui %13, %c8 : index
      %30 = arith.remui %29, %c2 : index
      %31 = arith.divui %13, %c16 : index
      %32 = arith.muli %30, %c8 : index
      %33 = arith.addi %32, %26 : index
      %34 = arith.muli %31, %c8 : index
      %35 = arith.addi %23, %33 : index
      %36 = arith.addi %25, %34 : index
      %reinterpret_cast_3 = memref.reinterpret_cast %arg2 to offset: [0], sizes: [8257], strides: [1] : memref<128x64xf32> to memref<8257xf32, strided<[1]>>
      %37 = arith.divui %13, %c4 : index
      %38 = arith.remui %13, %c4 : index
      %39 = arith.muli %38, %c2 : index
      %40 = arith.addi %23, %37 : index
      %41 = arith.addi %25, %39 : index
      %42 = arith.addi %41, %c1 : index
      %43 = arith.addi %40, %c8 : index
      %44 = arith.addi %41, %c8 : index
      %45 = arith.addi %41, %c9 : index
      scf.for %arg3 = %block_id_z to %c1 step %grid_dim_z {
        scf.for %arg4 = %14 to %c64 step %2 {
          %46 = arith.addi %arg4, %21 : index
          %47 = arith.addi %arg4, %41 : index
          %48 = arith.addi %arg4, %42 : index
          %49 = arith.addi %arg4, %44 : index
          %50 = arith.addi %arg4, %45 : index
          scf.for %arg5 = %15 to %c128 step %16 {
            %51 = arith.addi %arg5, %17 : index
            %52 = arith.muli %51, %c96 : index
            gpu.barrier
            %53 = arith.xori %21, %19 : index
            %54 = arith.addi %52, %21 : index
            %55 = nvgpu.device_async_copy %cast[%54], %view_0[%c0, %17, %53], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %56 = arith.muli %17, %c64 : index
            %57 = arith.addi %56, %46 : index
            %58 = nvgpu.device_async_copy %cast_2[%57], %view[%c0, %17, %53], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %59 = nvgpu.device_async_create_group %55, %58
            %60 = arith.addi %21, %c32 : index
            %61 = arith.addi %52, %60 : index
            %62 = nvgpu.device_async_copy %cast[%61], %view_0[%c1, %17, %53], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %63 = arith.addi %17, %c32 : index
            %64 = arith.muli %63, %c64 : index
            %65 = arith.addi %64, %46 : index
            %66 = nvgpu.device_async_copy %cast_2[%65], %view[%c1, %17, %53], 8 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %67 = nvgpu.device_async_create_group %62, %66
            nvgpu.device_async_wait %59 {numGroups = 1 : i32}
            gpu.barrier
            %68 = arith.xori %34, %28 : index
            %69 = nvgpu.ldmatrix %view_0[%c0, %35, %68] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %70 = arith.xori %36, %28 : index
            %71 = nvgpu.ldmatrix %view[%c0, %33, %70] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %72:6 = scf.for %arg6 = %c0 to %c96 step %c32 iter_args(%arg7 = %cst, %arg8 = %cst, %arg9 = %c0, %arg10 = %67, %arg11 = %69, %arg12 = %71) -> (vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>) {
              %93 = arith.addi %34, %c16 : index
              %94 = arith.xori %93, %28 : index
              %95 = nvgpu.ldmatrix %view_0[%arg9, %35, %94] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %96 = arith.addi %33, %c16 : index
              %97 = nvgpu.ldmatrix %view[%arg9, %96, %70] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %98 = arith.subi %c96, %arg6 : index
              %99 = arith.cmpi ugt, %98, %c64 : index
              %100 = arith.addi %arg6, %c64 : index
              %101 = arith.addi %100, %21 : index
              %102 = arith.addi %52, %101 : index
              %103 = arith.cmpi uge, %arg9, %c1 : index
              %104 = arith.addi %arg9, %c2 : index
              %105 = arith.subi %arg9, %c1 : index
              %106 = arith.select %103, %105, %104 : index
              %107 = arith.select %99, %c8, %c0 : index
              %108 = nvgpu.device_async_copy %cast[%102], %view_0[%106, %17, %53], 8, %107 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
              %109 = arith.addi %100, %17 : index
              %110 = arith.muli %109, %c64 : index
              %111 = arith.addi %110, %46 : index
              %112 = nvgpu.device_async_copy %cast_2[%111], %view[%106, %17, %53], 8, %107 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
              %113 = nvgpu.device_async_create_group %108, %112
              %114 = vector.extract %arg12[0] : vector<2xf16> from vector<4x2xf16>
              %115 = vector.extract %arg12[1] : vector<2xf16> from vector<4x2xf16>
              %116:2 = vector.to_elements %114 : vector<2xf16>
              %117:2 = vector.to_elements %115 : vector<2xf16>
              %118 = vector.from_elements %116#0, %116#1, %117#0, %117#1 : vector<2x2xf16>
              %119 = vector.extract %arg12[2] : vector<2xf16> from vector<4x2xf16>
              %120 = vector.extract %arg12[3] : vector<2xf16> from vector<4x2xf16>
              %121:2 = vector.to_elements %119 : vector<2xf16>
              %122:2 = vector.to_elements %120 : vector<2xf16>
              %123 = vector.from_elements %121#0, %121#1, %122#0, %122#1 : vector<2x2xf16>
              %124 = nvgpu.mma.sync(%arg11, %118, %arg7) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              %125 = nvgpu.mma.sync(%arg11, %123, %arg8) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              nvgpu.device_async_wait %arg10 {numGroups = 1 : i32}
              gpu.barrier
              %126 = arith.cmpi uge, %arg9, %c2 : index
              %127 = arith.addi %arg9, %c1 : index
              %128 = arith.subi %arg9, %c2 : index
              %129 = arith.select %126, %128, %127 : index
              %130 = nvgpu.ldmatrix %view_0[%129, %35, %68] {numTiles = 4 : i32, transpose = false} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %131 = nvgpu.ldmatrix %view[%129, %33, %70] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
              %132 = vector.extract %97[0] : vector<2xf16> from vector<4x2xf16>
              %133 = vector.extract %97[1] : vector<2xf16> from vector<4x2xf16>
              %134:2 = vector.to_elements %132 : vector<2xf16>
              %135:2 = vector.to_elements %133 : vector<2xf16>
              %136 = vector.from_elements %134#0, %134#1, %135#0, %135#1 : vector<2x2xf16>
              %137 = vector.extract %97[2] : vector<2xf16> from vector<4x2xf16>
              %138 = vector.extract %97[3] : vector<2xf16> from vector<4x2xf16>
              %139:2 = vector.to_elements %137 : vector<2xf16>
              %140:2 = vector.to_elements %138 : vector<2xf16>
              %141 = vector.from_elements %139#0, %139#1, %140#0, %140#1 : vector<2x2xf16>
              %142 = nvgpu.mma.sync(%95, %136, %124) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              %143 = nvgpu.mma.sync(%95, %141, %125) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
              scf.yield %142, %143, %129, %113, %130, %131 : vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>
            } {sparse_gpu.pipelined}
            nvgpu.device_async_wait %72#3 {numGroups = 0 : i32}
            %73 = vector.extract %72#0[0, 0] : f32 from vector<2x2xf32>
            %74 = arith.addi %arg5, %40 : index
            %75 = arith.muli %74, %c64 : index
            %76 = arith.addi %75, %47 : index
            memref.store %73, %reinterpret_cast_3[%76] : memref<8257xf32, strided<[1]>>
            %77 = vector.extract %72#0[0, 1] : f32 from vector<2x2xf32>
            %78 = arith.addi %75, %48 : index
            memref.store %77, %reinterpret_cast_3[%78] : memref<8257xf32, strided<[1]>>
            %79 = vector.extract %72#0[1, 0] : f32 from vector<2x2xf32>
            %80 = arith.addi %arg5, %43 : index
            %81 = arith.muli %80, %c64 : index
            %82 = arith.addi %81, %47 : index
            memref.store %79, %reinterpret_cast_3[%82] : memref<8257xf32, strided<[1]>>
            %83 = vector.extract %72#0[1, 1] : f32 from vector<2x2xf32>
            %84 = arith.addi %81, %48 : index
            memref.store %83, %reinterpret_cast_3[%84] : memref<8257xf32, strided<[1]>>
            %85 = vector.extract %72#1[0, 0] : f32 from vector<2x2xf32>
            %86 = arith.addi %75, %49 : index
            memref.store %85, %reinterpret_cast_3[%86] : memref<8257xf32, strided<[1]>>
            %87 = vector.extract %72#1[0, 1] : f32 from vector<2x2xf32>
            %88 = arith.addi %75, %50 : index
            memref.store %87, %reinterpret_cast_3[%88] : memref<8257xf32, strided<[1]>>
            %89 = vector.extract %72#1[1, 0] : f32 from vector<2x2xf32>
            %90 = arith.addi %81, %49 : index
            memref.store %89, %reinterpret_cast_3[%90] : memref<8257xf32, strided<[1]>>
            %91 = vector.extract %72#1[1, 1] : f32 from vector<2x2xf32>
            %92 = arith.addi %81, %50 : index
            memref.store %91, %reinterpret_cast_3[%92] : memref<8257xf32, strided<[1]>>
          } {sparse_gpu.grid_stride}
        } {sparse_gpu.grid_stride}
      } {sparse_gpu.grid_stride}
      gpu.return
    }
  }
}
