// The product at level 3, and what arrow 3 -> 4 makes of it.
// RUN: sparse-opt %s --sparse-gpu-gpu-to-nvvm | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/2-tiles.mlir --sparse-gpu-tiles-to-gpu="operands=device" > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 3 is the code of one thread. Three slots for each buffer, that of the
// coordinates too; one wait and one barrier in an iteration.

// CHECK: gpu.binary @linear_kernels

module attributes {gpu.container_module} {
  func.func @linear(%arg0: memref<?xi32>, %arg1: memref<?xi32>, %arg2: memref<?xf16>, %arg3: memref<?xi32>, %arg4: index, %arg5: memref<96x64xf16>, %arg6: memref<?x64xf32>, %arg7: !llvm.ptr) -> memref<?x64xf32> {
    %c65 = arith.constant 65 : index
    %c64 = arith.constant 64 : index
    %c96 = arith.constant 96 : index
    %c1 = arith.constant 1 : index
    %c0 = arith.constant 0 : index
    %c9 = arith.constant 9 : index
    %cst = arith.constant dense<0.000000e+00> : vector<2x2xf16>
    %c16 = arith.constant 16 : index
    %c2 = arith.constant 2 : index
    %c8 = arith.constant 8 : index
    %c4 = arith.constant 4 : index
    %c0_0 = arith.constant 0 : index
    %c1_1 = arith.constant 1 : index
    %cst_2 = arith.constant dense<0.000000e+00> : vector<2x2xf32>
    %c32 = arith.constant 32 : index
    %c-1 = arith.constant -1 : index
    %cst_3 = arith.constant 0.000000e+00 : f32
    %c0_4 = arith.constant 0 : index
    %c64_5 = arith.constant 64 : index
    %c32_6 = arith.constant 32 : index
    %c1_7 = arith.constant 1 : index
    %0 = arith.ceildivui %arg4, %c32_6 : index
    %c0_8 = arith.constant 0 : index
    %c0_9 = arith.constant 0 : index
    %c64_10 = arith.constant 64 : index
    %c1_11 = arith.constant 1 : index
    %c32_12 = arith.constant 32 : index
    %1 = arith.subi %0, %c0_8 : index
    %2 = arith.ceildivui %1, %c1_11 : index
    %c1_13 = arith.constant 1 : index
    %3 = arith.maxui %2, %c1_13 : index
    %c2147483647 = arith.constant 2147483647 : index
    %4 = arith.minui %3, %c2147483647 : index
    %5 = arith.subi %c64_10, %c0_9 : index
    %6 = arith.ceildivui %5, %c32_12 : index
    %c1_14 = arith.constant 1 : index
    %7 = arith.maxui %6, %c1_14 : index
    %c65535 = arith.constant 65535 : index
    %8 = arith.minui %7, %c65535 : index
    %c1_15 = arith.constant 1 : index
    %c128 = arith.constant 128 : index
    %c12672_i32 = arith.constant 12672 : i32
    %9 = builtin.unrealized_conversion_cast %arg7 : !llvm.ptr to !gpu.async.token
    %10 = gpu.launch_func async [%9] @linear_kernels::@linear_kernel blocks in (%4, %8, %c1_15) threads in (%c128, %c1_15, %c1_15)  dynamic_shared_memory_size %c12672_i32 args(%arg2 : memref<?xf16>, %arg5 : memref<96x64xf16>, %arg6 : memref<?x64xf32>, %arg0 : memref<?xi32>, %arg1 : memref<?xi32>, %arg3 : memref<?xi32>, %arg4 : index, %0 : index)
    return %arg6 : memref<?x64xf32>
  }
  gpu.module @linear_kernels {
    gpu.func @linear_kernel(%arg0: memref<?xf16>, %arg1: memref<96x64xf16>, %arg2: memref<?x64xf32>, %arg3: memref<?xi32>, %arg4: memref<?xi32>, %arg5: memref<?xi32>, %arg6: index, %arg7: index) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c128 = arith.constant 128 : index
      %c96 = arith.constant 96 : index
      %c6 = arith.constant 6 : index
      %c6528 = arith.constant 6528 : index
      %c384 = arith.constant 384 : index
      %c-1 = arith.constant -1 : index
      %cst = arith.constant dense<0.000000e+00> : vector<2x2xf32>
      %c0 = arith.constant 0 : index
      %c9 = arith.constant 9 : index
      %c65 = arith.constant 65 : index
      %c64 = arith.constant 64 : index
      %c16 = arith.constant 16 : index
      %c2 = arith.constant 2 : index
      %c8 = arith.constant 8 : index
      %c4 = arith.constant 4 : index
      %c1 = arith.constant 1 : index
      %c32 = arith.constant 32 : index
      %block_id_x = gpu.block_id  x
      %block_id_y = gpu.block_id  y
      %thread_id_x = gpu.thread_id  x
      %grid_dim_x = gpu.grid_dim  x
      %grid_dim_y = gpu.grid_dim  y
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
      %view = memref.view %11[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
      %view_0 = memref.view %11[%c384][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %view_1 = memref.view %11[%c6528][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
      %12 = arith.divui %thread_id_x, %c32 : index
      %13 = arith.remui %thread_id_x, %c32 : index
      %14 = arith.muli %10, %c32 : index
      %15 = arith.cmpi ult, %thread_id_x, %c32 : index
      %base_buffer, %offset, %sizes, %strides = memref.extract_strided_metadata %arg0 : memref<?xf16> -> memref<f16>, index, index, index
      %16 = arith.addi %sizes, %c1 : index
      %reinterpret_cast = memref.reinterpret_cast %arg0 to offset: [0], sizes: [%16], strides: [1] : memref<?xf16> to memref<?xf16, strided<[1]>>
      %cast = memref.cast %reinterpret_cast : memref<?xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
      %17 = arith.divui %thread_id_x, %c4 : index
      %18 = arith.andi %17, %c6 : index
      %19 = arith.shli %18, %c2 : index
      %20 = arith.remui %thread_id_x, %c4 : index
      %21 = arith.muli %20, %c8 : index
      %reinterpret_cast_2 = memref.reinterpret_cast %arg1 to offset: [0], sizes: [6209], strides: [1] : memref<96x64xf16> to memref<6209xf16, strided<[1]>>
      %cast_3 = memref.cast %reinterpret_cast_2 : memref<6209xf16, strided<[1]>> to memref<?xf16, strided<[1], offset: ?>>
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
      %32 = arith.muli %31, %c8 : index
      %33 = arith.addi %32, %26 : index
      %34 = arith.muli %30, %c8 : index
      %35 = arith.addi %23, %34 : index
      %36 = arith.addi %34, %26 : index
      %37 = arith.addi %25, %32 : index
      %base_buffer_4, %offset_5, %sizes_6:2, %strides_7:2 = memref.extract_strided_metadata %arg2 : memref<?x64xf32> -> memref<f32>, index, index, index, index, index
      %38 = arith.muli %sizes_6#0, %c64 : index
      %39 = arith.addi %38, %c65 : index
      %reinterpret_cast_8 = memref.reinterpret_cast %arg2 to offset: [0], sizes: [%39], strides: [1] : memref<?x64xf32> to memref<?xf32, strided<[1]>>
      %40 = arith.divui %13, %c4 : index
      %41 = arith.remui %13, %c4 : index
      %42 = arith.muli %41, %c2 : index
      %43 = arith.addi %23, %40 : index
      %44 = arith.addi %25, %42 : index
      %45 = arith.addi %44, %c1 : index
      %46 = arith.addi %43, %c8 : index
      %47 = arith.addi %44, %c8 : index
      %48 = arith.addi %44, %c9 : index
      scf.for %arg8 = %14 to %c64 step %2 {
        %49 = arith.addi %arg8, %21 : index
        scf.for %arg9 = %9 to %arg7 step %grid_dim_x {
          %50 = memref.load %arg3[%arg9] : memref<?xi32>
          %51 = arith.index_castui %50 : i32 to index
          %52 = arith.addi %arg9, %c1 : index
          %53 = memref.load %arg3[%52] : memref<?xi32>
          %54 = arith.index_castui %53 : i32 to index
          %55 = arith.subi %54, %51 : index
          gpu.barrier
          %56 = arith.cmpi sgt, %55, %c0 : index
          %57 = arith.cmpi ugt, %55, %c0 : index
          %58 = arith.andi %56, %57 : i1
          %59 = arith.minui %55, %c32 : index
          scf.if %15 {
            %136 = arith.cmpi ult, %thread_id_x, %59 : index
            %137 = arith.addi %51, %thread_id_x : index
            %138 = arith.select %136, %c1, %c0 : index
            %139 = arith.select %58, %138, %c0 : index
            %140 = nvgpu.device_async_copy %arg4[%137], %view[%c0, %c0, %thread_id_x], 1, %139 : memref<?xi32> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
          }
          %60 = nvgpu.device_async_create_group  {sparse_gpu.no_tokens}
          %61 = arith.cmpi ugt, %55, %c32 : index
          %62 = arith.andi %56, %61 : i1
          %63 = arith.subi %55, %c32 : index
          %64 = arith.minui %63, %c32 : index
          %65 = arith.addi %51, %c32 : index
          scf.if %15 {
            %136 = arith.cmpi ult, %thread_id_x, %64 : index
            %137 = arith.addi %65, %thread_id_x : index
            %138 = arith.select %136, %c1, %c0 : index
            %139 = arith.select %62, %138, %c0 : index
            %140 = nvgpu.device_async_copy %arg4[%137], %view[%c1, %c0, %thread_id_x], 1, %139 : memref<?xi32> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
          }
          %66 = nvgpu.device_async_create_group  {sparse_gpu.no_tokens}
          nvgpu.device_async_wait %60 {numGroups = 1 : i32}
          gpu.barrier
          %67 = arith.xori %21, %19 : index
          %68 = arith.addi %51, %17 : index
          %69 = arith.muli %68, %c32 : index
          %70 = arith.addi %21, %69 : index
          %71 = arith.cmpi ult, %17, %59 : index
          %72 = arith.select %71, %c8, %c0 : index
          %73 = arith.select %58, %72, %c0 : index
          %74 = nvgpu.device_async_copy %cast[%70], %view_1[%c0, %17, %67], 8, %73 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
          %75 = memref.load %view[%c0, %c0, %17] : memref<3x1x32xi32, #gpu.address_space<workgroup>>
          %76 = arith.index_castui %75 : i32 to index
          %77 = arith.muli %76, %c64 : index
          %78 = arith.addi %77, %49 : index
          %79 = nvgpu.device_async_copy %cast_3[%78], %view_0[%c0, %17, %67], 8, %73 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
          %80 = arith.cmpi ugt, %55, %c64 : index
          %81 = arith.andi %56, %80 : i1
          %82 = arith.subi %55, %c64 : index
          %83 = arith.minui %82, %c32 : index
          %84 = arith.addi %51, %c64 : index
          scf.if %15 {
            %136 = arith.cmpi ult, %thread_id_x, %83 : index
            %137 = arith.addi %84, %thread_id_x : index
            %138 = arith.select %136, %c1, %c0 : index
            %139 = arith.select %81, %138, %c0 : index
            %140 = nvgpu.device_async_copy %arg4[%137], %view[%c2, %c0, %thread_id_x], 1, %139 : memref<?xi32> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
          }
          %85 = nvgpu.device_async_create_group %74, %79
          nvgpu.device_async_wait %66 {numGroups = 1 : i32}
          gpu.barrier
          %86 = arith.addi %65, %17 : index
          %87 = arith.muli %86, %c32 : index
          %88 = arith.addi %21, %87 : index
          %89 = arith.cmpi ult, %17, %64 : index
          %90 = arith.select %89, %c8, %c0 : index
          %91 = arith.select %62, %90, %c0 : index
          %92 = nvgpu.device_async_copy %cast[%88], %view_1[%c1, %17, %67], 8, %91 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
          %93 = memref.load %view[%c1, %c0, %17] : memref<3x1x32xi32, #gpu.address_space<workgroup>>
          %94 = arith.index_castui %93 : i32 to index
          %95 = arith.muli %94, %c64 : index
          %96 = arith.addi %95, %49 : index
          %97 = nvgpu.device_async_copy %cast_3[%96], %view_0[%c1, %17, %67], 8, %91 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
          %98 = arith.cmpi ugt, %55, %c96 : index
          %99 = arith.andi %56, %98 : i1
          %100 = arith.subi %55, %c96 : index
          %101 = arith.minui %100, %c32 : index
          %102 = arith.addi %51, %c96 : index
          scf.if %15 {
            %136 = arith.cmpi ult, %thread_id_x, %101 : index
            %137 = arith.addi %102, %thread_id_x : index
            %138 = arith.select %136, %c1, %c0 : index
            %139 = arith.select %99, %138, %c0 : index
            %140 = nvgpu.device_async_copy %arg4[%137], %view[%c0, %c0, %thread_id_x], 1, %139 : memref<?xi32> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
          }
          %103 = nvgpu.device_async_create_group %92, %97
          nvgpu.device_async_wait %85 {numGroups = 1 : i32}
          gpu.barrier
          %104 = arith.xori %35, %28 : index
          %105 = nvgpu.ldmatrix %view_1[%c0, %33, %104] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
          %106 = arith.xori %37, %28 : index
          %107 = nvgpu.ldmatrix %view_0[%c0, %36, %106] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
          %108:6 = scf.for %arg10 = %c0 to %55 step %c32 iter_args(%arg11 = %cst, %arg12 = %cst, %arg13 = %c0, %arg14 = %103, %arg15 = %105, %arg16 = %107) -> (vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>) {
            %136 = arith.addi %33, %c16 : index
            %137 = nvgpu.ldmatrix %view_1[%arg13, %136, %104] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %138 = arith.addi %36, %c16 : index
            %139 = nvgpu.ldmatrix %view_0[%arg13, %138, %106] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %140 = arith.subi %55, %arg10 : index
            %141 = arith.cmpi ugt, %140, %c64 : index
            %142 = arith.addi %arg10, %c64 : index
            %143 = arith.addi %51, %142 : index
            %144 = arith.addi %143, %17 : index
            %145 = arith.muli %144, %c32 : index
            %146 = arith.addi %21, %145 : index
            %147 = arith.subi %55, %142 : index
            %148 = arith.minui %147, %c32 : index
            %149 = arith.cmpi ult, %17, %148 : index
            %150 = arith.select %149, %c8, %c0 : index
            %151 = arith.cmpi uge, %arg13, %c1 : index
            %152 = arith.addi %arg13, %c2 : index
            %153 = arith.subi %arg13, %c1 : index
            %154 = arith.select %151, %153, %152 : index
            %155 = arith.select %141, %150, %c0 : index
            %156 = nvgpu.device_async_copy %cast[%146], %view_1[%154, %17, %67], 8, %155 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %157 = memref.load %view[%154, %c0, %17] : memref<3x1x32xi32, #gpu.address_space<workgroup>>
            %158 = arith.index_castui %157 : i32 to index
            %159 = arith.muli %158, %c64 : index
            %160 = arith.addi %159, %49 : index
            %161 = nvgpu.device_async_copy %cast_3[%160], %view_0[%154, %17, %67], 8, %155 {bypassL1} : memref<?xf16, strided<[1], offset: ?>> to memref<3x32x32xf16, #gpu.address_space<workgroup>>
            %162 = arith.cmpi ugt, %140, %c128 : index
            %163 = arith.addi %arg10, %c128 : index
            %164 = arith.subi %55, %163 : index
            %165 = arith.minui %164, %c32 : index
            %166 = arith.addi %51, %163 : index
            %167 = arith.cmpi uge, %arg13, %c2 : index
            %168 = arith.addi %arg13, %c1 : index
            %169 = arith.subi %arg13, %c2 : index
            %170 = arith.select %167, %169, %168 : index
            scf.if %15 {
              %198 = arith.cmpi ult, %thread_id_x, %165 : index
              %199 = arith.addi %166, %thread_id_x : index
              %200 = arith.select %198, %c1, %c0 : index
              %201 = arith.select %162, %200, %c0 : index
              %202 = nvgpu.device_async_copy %arg4[%199], %view[%170, %c0, %thread_id_x], 1, %201 : memref<?xi32> to memref<3x1x32xi32, #gpu.address_space<workgroup>>
            }
            %171 = nvgpu.device_async_create_group %156, %161
            %172 = vector.extract %arg16[0] : vector<2xf16> from vector<4x2xf16>
            %173 = vector.extract %arg16[1] : vector<2xf16> from vector<4x2xf16>
            %174:2 = vector.to_elements %172 : vector<2xf16>
            %175:2 = vector.to_elements %173 : vector<2xf16>
            %176 = vector.from_elements %174#0, %174#1, %175#0, %175#1 : vector<2x2xf16>
            %177 = vector.extract %arg16[2] : vector<2xf16> from vector<4x2xf16>
            %178 = vector.extract %arg16[3] : vector<2xf16> from vector<4x2xf16>
            %179:2 = vector.to_elements %177 : vector<2xf16>
            %180:2 = vector.to_elements %178 : vector<2xf16>
            %181 = vector.from_elements %179#0, %179#1, %180#0, %180#1 : vector<2x2xf16>
            %182 = nvgpu.mma.sync(%arg15, %176, %arg11) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
            %183 = nvgpu.mma.sync(%arg15, %181, %arg12) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
            nvgpu.device_async_wait %arg14 {numGroups = 1 : i32}
            gpu.barrier
            %184 = nvgpu.ldmatrix %view_1[%170, %33, %104] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %185 = nvgpu.ldmatrix %view_0[%170, %36, %106] {numTiles = 4 : i32, transpose = true} : memref<3x32x32xf16, #gpu.address_space<workgroup>> -> vector<4x2xf16>
            %186 = vector.extract %139[0] : vector<2xf16> from vector<4x2xf16>
            %187 = vector.extract %139[1] : vector<2xf16> from vector<4x2xf16>
            %188:2 = vector.to_elements %186 : vector<2xf16>
            %189:2 = vector.to_elements %187 : vector<2xf16>
            %190 = vector.from_elements %188#0, %188#1, %189#0, %189#1 : vector<2x2xf16>
            %191 = vector.extract %139[2] : vector<2xf16> from vector<4x2xf16>
            %192 = vector.extract %139[3] : vector<2xf16> from vector<4x2xf16>
            %193:2 = vector.to_elements %191 : vector<2xf16>
            %194:2 = vector.to_elements %192 : vector<2xf16>
            %195 = vector.from_elements %193#0, %193#1, %194#0, %194#1 : vector<2x2xf16>
            %196 = nvgpu.mma.sync(%137, %190, %182) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
            %197 = nvgpu.mma.sync(%137, %195, %183) {mmaShape = [16, 8, 16]} : (vector<4x2xf16>, vector<2x2xf16>, vector<2x2xf32>) -> vector<2x2xf32>
            scf.yield %196, %197, %170, %171, %184, %185 : vector<2x2xf32>, vector<2x2xf32>, index, !nvgpu.device.async.token, vector<4x2xf16>, vector<4x2xf16>
          } {sparse_gpu.pipelined}
          nvgpu.device_async_wait %108#3 {numGroups = 0 : i32}
          %109 = arith.muli %arg9, %c32 : index
          %110 = arith.addi %109, %43 : index
          %111 = memref.load %arg5[%110] : memref<?xi32>
          %112 = arith.index_castui %111 : i32 to index
          %113 = arith.muli %112, %c64 : index
          %114 = arith.cmpi ult, %112, %arg6 : index
          %115 = arith.select %114, %113, %c-1 : index
          %116 = arith.cmpi sge, %115, %c0 : index
          scf.if %116 {
            %136 = vector.extract %108#0[0, 0] : f32 from vector<2x2xf32>
            %137 = memref.load %arg5[%110] : memref<?xi32>
            %138 = arith.index_castui %137 : i32 to index
            %139 = arith.muli %138, %c64 : index
            %140 = arith.cmpi ult, %138, %arg6 : index
            %141 = arith.select %140, %139, %c-1 : index
            %142 = arith.addi %arg8, %44 : index
            %143 = arith.addi %141, %142 : index
            memref.store %136, %reinterpret_cast_8[%143] : memref<?xf32, strided<[1]>>
            %144 = vector.extract %108#0[0, 1] : f32 from vector<2x2xf32>
            %145 = memref.load %arg5[%110] : memref<?xi32>
            %146 = arith.index_castui %145 : i32 to index
            %147 = arith.muli %146, %c64 : index
            %148 = arith.cmpi ult, %146, %arg6 : index
            %149 = arith.select %148, %147, %c-1 : index
            %150 = arith.addi %arg8, %45 : index
            %151 = arith.addi %149, %150 : index
            memref.store %144, %reinterpret_cast_8[%151] : memref<?xf32, strided<[1]>>
          }
          %117 = arith.addi %109, %46 : index
          %118 = memref.load %arg5[%117] : memref<?xi32>
          %119 = arith.index_castui %118 : i32 to index
          %120 = arith.muli %119, %c64 : index
          %121 = arith.cmpi ult, %119, %arg6 : index
          %122 = arith.select %121, %120, %c-1 : index
          %123 = arith.cmpi sge, %122, %c0 : index
          scf.if %123 {
            %136 = vector.extract %108#0[1, 0] : f32 from vector<2x2xf32>
            %137 = memref.load %arg5[%117] : memref<?xi32>
            %138 = arith.index_castui %137 : i32 to index
            %139 = arith.muli %138, %c64 : index
            %140 = arith.cmpi ult, %138, %arg6 : index
            %141 = arith.select %140, %139, %c-1 : index
            %142 = arith.addi %arg8, %44 : index
            %143 = arith.addi %141, %142 : index
            memref.store %136, %reinterpret_cast_8[%143] : memref<?xf32, strided<[1]>>
            %144 = vector.extract %108#0[1, 1] : f32 from vector<2x2xf32>
            %145 = memref.load %arg5[%117] : memref<?xi32>
            %146 = arith.index_castui %145 : i32 to index
            %147 = arith.muli %146, %c64 : index
            %148 = arith.cmpi ult, %146, %arg6 : index
            %149 = arith.select %148, %147, %c-1 : index
            %150 = arith.addi %arg8, %45 : index
            %151 = arith.addi %149, %150 : index
            memref.store %144, %reinterpret_cast_8[%151] : memref<?xf32, strided<[1]>>
          }
          %124 = memref.load %arg5[%110] : memref<?xi32>
          %125 = arith.index_castui %124 : i32 to index
          %126 = arith.muli %125, %c64 : index
          %127 = arith.cmpi ult, %125, %arg6 : index
          %128 = arith.select %127, %126, %c-1 : index
          %129 = arith.cmpi sge, %128, %c0 : index
          scf.if %129 {
            %136 = vector.extract %108#1[0, 0] : f32 from vector<2x2xf32>
            %137 = memref.load %arg5[%110] : memref<?xi32>
            %138 = arith.index_castui %137 : i32 to index
            %139 = arith.muli %138, %c64 : index
            %140 = arith.cmpi ult, %138, %arg6 : index
            %141 = arith.select %140, %139, %c-1 : index
            %142 = arith.addi %arg8, %47 : index
            %143 = arith.addi %141, %142 : index
            memref.store %136, %reinterpret_cast_8[%143] : memref<?xf32, strided<[1]>>
            %144 = vector.extract %108#1[0, 1] : f32 from vector<2x2xf32>
            %145 = memref.load %arg5[%110] : memref<?xi32>
            %146 = arith.index_castui %145 : i32 to index
            %147 = arith.muli %146, %c64 : index
            %148 = arith.cmpi ult, %146, %arg6 : index
            %149 = arith.select %148, %147, %c-1 : index
            %150 = arith.addi %arg8, %48 : index
            %151 = arith.addi %149, %150 : index
            memref.store %144, %reinterpret_cast_8[%151] : memref<?xf32, strided<[1]>>
          }
          %130 = memref.load %arg5[%117] : memref<?xi32>
          %131 = arith.index_castui %130 : i32 to index
          %132 = arith.muli %131, %c64 : index
          %133 = arith.cmpi ult, %131, %arg6 : index
          %134 = arith.select %133, %132, %c-1 : index
          %135 = arith.cmpi sge, %134, %c0 : index
          scf.if %135 {
            %136 = vector.extract %108#1[1, 0] : f32 from vector<2x2xf32>
            %137 = memref.load %arg5[%117] : memref<?xi32>
            %138 = arith.index_castui %137 : i32 to index
            %139 = arith.muli %138, %c64 : index
            %140 = arith.cmpi ult, %138, %arg6 : index
            %141 = arith.select %140, %139, %c-1 : index
            %142 = arith.addi %arg8, %47 : index
            %143 = arith.addi %141, %142 : index
            memref.store %136, %reinterpret_cast_8[%143] : memref<?xf32, strided<[1]>>
            %144 = vector.extract %108#1[1, 1] : f32 from vector<2x2xf32>
            %145 = memref.load %arg5[%117] : memref<?xi32>
            %146 = arith.index_castui %145 : i32 to index
            %147 = arith.muli %146, %c64 : index
            %148 = arith.cmpi ult, %146, %arg6 : index
            %149 = arith.select %148, %147, %c-1 : index
            %150 = arith.addi %arg8, %48 : index
            %151 = arith.addi %149, %150 : index
            memref.store %144, %reinterpret_cast_8[%151] : memref<?xf32, strided<[1]>>
          }
        } {sparse_gpu.grid_stride}
      } {sparse_gpu.grid_stride}
      gpu.return
    }
  }
}

