// The kernel at level 3, and what arrow 3 -> 4 makes of it.
// RUN: sparse-opt %s --sparse-gpu-gpu-to-nvvm | FileCheck %s
// It is what the arrow makes of the level before:
// RUN: sparse-opt %S/2-tiles.mlir --sparse-gpu-tiles-to-gpu="operands=device" > %t.made
// RUN: sparse-opt %s > %t.shown
// RUN: diff %t.made %t.shown
//
// Level 3 is code of one lane, in a kernel of its own, and its launch.
//
// 1. --sparse-gpu-attach-target validates chip and features.
// 2. Upstream's conversions lower kernels to NVVM, and host code to LLVM with
//    calls of the runtime; kernels become PTX in a gpu.binary.
// 3. Level 4's contract: nothing is left but LLVM and NVVM.

// CHECK-LABEL: llvm.func @spmm(
// CHECK-SAME:    %[[STREAM:[^:, ]*]]: !llvm.ptr) ->
// CHECK:         gpu.launch_func <%[[STREAM]] : !llvm.ptr> @spmm_kernels::@spmm_kernel
// CHECK:         gpu.binary @spmm_kernels [#gpu.object<#nvvm.target<chip = "sm_80", features = "+ptx71">
// CHECK-SAME:    .visible .entry spmm_kernel(
module attributes {gpu.container_module} {
  func.func @spmm(%positions: memref<?xi32>, %coordinates: memref<?xi32>, %values: memref<?xf32>, %m: index, %k: index, %B: memref<?x64xf32>, %C: memref<?x64xf32>, %stream: !llvm.ptr) -> memref<?x64xf32> {
    %c32 = arith.constant 32 : index
    %cst = arith.constant 0.000000e+00 : f32
    %c1 = arith.constant 1 : index
    %c0 = arith.constant 0 : index
    %c0_0 = arith.constant 0 : index
    %c0_1 = arith.constant 0 : index
    %c64 = arith.constant 64 : index
    %c4 = arith.constant 4 : index
    %c64_2 = arith.constant 64 : index
    %0 = arith.subi %m, %c0_0 : index
    %1 = arith.ceildivui %0, %c4 : index
    %c1_3 = arith.constant 1 : index
    %2 = arith.maxui %1, %c1_3 : index
    %c2147483647 = arith.constant 2147483647 : index
    %grid_x = arith.minui %2, %c2147483647 : index
    %4 = arith.subi %c64, %c0_1 : index
    %5 = arith.ceildivui %4, %c64_2 : index
    %c1_4 = arith.constant 1 : index
    %6 = arith.maxui %5, %c1_4 : index
    %c65535 = arith.constant 65535 : index
    %grid_y = arith.minui %6, %c65535 : index
    %c1_5 = arith.constant 1 : index
    %c128 = arith.constant 128 : index
    %shared = arith.constant 1536 : i32
    %token = builtin.unrealized_conversion_cast %stream : !llvm.ptr to !gpu.async.token
    %9 = gpu.launch_func async [%token] @spmm_kernels::@spmm_kernel blocks in (%grid_x, %grid_y, %c1_5) threads in (%c128, %c1_5, %c1_5)  dynamic_shared_memory_size %shared args(%m : index, %positions : memref<?xi32>, %B : memref<?x64xf32>, %coordinates : memref<?xi32>, %values : memref<?xf32>, %C : memref<?x64xf32>)
    return %C : memref<?x64xf32>
  }
  gpu.module @spmm_kernels {
    gpu.func @spmm_kernel(%m: index, %positions: memref<?xi32>, %B: memref<?x64xf32>, %coordinates: memref<?xi32>, %values: memref<?xf32>, %C: memref<?x64xf32>) kernel attributes {known_block_size = array<i32: 128, 1, 1>} {
      %c3 = arith.constant 3 : index
      %c2 = arith.constant 2 : index
      %c-1_i32 = arith.constant -1 : i32
      %c1024 = arith.constant 1024 : index
      %zero = arith.constant 0.000000e+00 : f32
      %c32 = arith.constant 32 : index
      %c1 = arith.constant 1 : index
      %c4 = arith.constant 4 : index
      %c0 = arith.constant 0 : index
      %c64 = arith.constant 64 : index
      %block_id_x = gpu.block_id  x
      %block_id_y = gpu.block_id  y
      %thread_id_x = gpu.thread_id  x
      %grid_dim_x = gpu.grid_dim  x
      %grid_dim_y = gpu.grid_dim  y
      // 128 threads are four warps.
      %warp = arith.divui %thread_id_x, %c32 : index
      %lane = arith.remui %thread_id_x, %c32 : index
      %2 = arith.muli %block_id_y, %c64 : index
      %3 = arith.muli %grid_dim_y, %c64 : index
      // Grid-stride loops: any extent is covered by any grid.
      scf.for %column = %2 to %c64 step %3 {
        %4 = arith.muli %block_id_x, %c4 : index
        %5 = arith.muli %grid_dim_x, %c4 : index
        scf.for %block = %4 to %m step %5 {
          %row = arith.addi %block, %warp : index
          %exists = arith.cmpi ult, %row, %m : index
          scf.if %exists {
            %8 = arith.addi %row, %c1 : index
            %9 = memref.load %positions[%row] : memref<?xi32>
            %begin = arith.index_castui %9 : i32 to index
            %11 = memref.load %positions[%8] : memref<?xi32>
            %end = arith.index_castui %11 : i32 to index
            // The loop over steps; two columns of one row are in registers.
            %sum:2 = scf.for %step = %begin to %end step %c32 iter_args(%acc0 = %zero, %acc1 = %zero) -> (f32, f32) {
              %15 = arith.subi %end, %step : index
              %count = arith.minui %15, %c32 : index
              %base_buffer, %offset, %sizes:2, %strides:2 = memref.extract_strided_metadata %B : memref<?x64xf32> -> memref<f32>, index, index, index, index, index
              %17 = arith.muli %sizes#0, %c64 : index
              %18 = arith.addi %17, %c64 : index
              %flat_B = memref.reinterpret_cast %B to offset: [0], sizes: [%18], strides: [1] : memref<?x64xf32> to memref<?xf32, strided<[1]>>
              // One arena: 4 x 32 offsets of 8 bytes, then 4 x 32 values.
              %19 = gpu.dynamic_shared_memory : memref<?xi8, #gpu.address_space<workgroup>>
              %offsets = memref.view %19[%c0][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<128xindex, #gpu.address_space<workgroup>>
              %staged_values = memref.view %19[%c1024][] : memref<?xi8, #gpu.address_space<workgroup>> to memref<128xf32, #gpu.address_space<workgroup>>
              %first_slot = arith.muli %warp, %c32 : index
              %mine = arith.cmpi ult, %lane, %count : index
              // Coalesced: lane l loads coordinate and value l of the step.
              scf.if %mine {
                %27 = arith.addi %step, %lane : index
                %28 = memref.load %coordinates[%27] : memref<?xi32>
                %29 = arith.index_castui %28 : i32 to index
                %30 = arith.muli %29, %c64 : index
                %31 = arith.addi %first_slot, %lane : index
                memref.store %30, %offsets[%31] : memref<128xindex, #gpu.address_space<workgroup>>
                %32 = memref.load %values[%27] : memref<?xf32>
                memref.store %32, %staged_values[%31] : memref<128xf32, #gpu.address_space<workgroup>>
              }
              // Only the lanes of this warp wait for each other.
              nvvm.bar.warp.sync %c-1_i32 : i32
              %22 = arith.addi %lane, %c32 : index
              %23 = arith.remsi %count, %c4 : index
              %24 = arith.subi %count, %23 : index
              // Every lane walks all staged entries, four per turn: columns lane
              // and lane + 32 of the row of B that the entry names.
              %25:2 = scf.for %arg11 = %c0 to %24 step %c4 iter_args(%arg12 = %acc0, %arg13 = %acc1) -> (f32, f32) {
                %27 = arith.addi %first_slot, %arg11 : index
                %28 = memref.load %offsets[%27] : memref<128xindex, #gpu.address_space<workgroup>>
                %29 = memref.load %staged_values[%27] : memref<128xf32, #gpu.address_space<workgroup>>
                %30 = arith.addi %28, %lane : index
                %31 = memref.load %flat_B[%30] : memref<?xf32, strided<[1]>>
                %32 = arith.mulf %29, %31 fastmath<contract> : f32
                %33 = arith.addf %arg12, %32 fastmath<contract> : f32
                %34 = arith.addi %28, %22 : index
                %35 = memref.load %flat_B[%34] : memref<?xf32, strided<[1]>>
                %36 = arith.mulf %29, %35 fastmath<contract> : f32
                %37 = arith.addf %arg13, %36 fastmath<contract> : f32
                %38 = arith.addi %arg11, %c1 : index
                %39 = arith.addi %first_slot, %38 : index
                %40 = memref.load %offsets[%39] : memref<128xindex, #gpu.address_space<workgroup>>
                %41 = memref.load %staged_values[%39] : memref<128xf32, #gpu.address_space<workgroup>>
                %42 = arith.addi %40, %lane : index
                %43 = memref.load %flat_B[%42] : memref<?xf32, strided<[1]>>
                %44 = arith.mulf %41, %43 fastmath<contract> : f32
                %45 = arith.addf %33, %44 fastmath<contract> : f32
                %46 = arith.addi %40, %22 : index
                %47 = memref.load %flat_B[%46] : memref<?xf32, strided<[1]>>
                %48 = arith.mulf %41, %47 fastmath<contract> : f32
                %49 = arith.addf %37, %48 fastmath<contract> : f32
                %50 = arith.addi %arg11, %c2 : index
                %51 = arith.addi %first_slot, %50 : index
                %52 = memref.load %offsets[%51] : memref<128xindex, #gpu.address_space<workgroup>>
                %53 = memref.load %staged_values[%51] : memref<128xf32, #gpu.address_space<workgroup>>
                %54 = arith.addi %52, %lane : index
                %55 = memref.load %flat_B[%54] : memref<?xf32, strided<[1]>>
                %56 = arith.mulf %53, %55 fastmath<contract> : f32
                %57 = arith.addf %45, %56 fastmath<contract> : f32
                %58 = arith.addi %52, %22 : index
                %59 = memref.load %flat_B[%58] : memref<?xf32, strided<[1]>>
                %60 = arith.mulf %53, %59 fastmath<contract> : f32
                %61 = arith.addf %49, %60 fastmath<contract> : f32
                %62 = arith.addi %arg11, %c3 : index
                %63 = arith.addi %first_slot, %62 : index
                %64 = memref.load %offsets[%63] : memref<128xindex, #gpu.address_space<workgroup>>
                %65 = memref.load %staged_values[%63] : memref<128xf32, #gpu.address_space<workgroup>>
                %66 = arith.addi %64, %lane : index
                %67 = memref.load %flat_B[%66] : memref<?xf32, strided<[1]>>
                %68 = arith.mulf %65, %67 fastmath<contract> : f32
                %69 = arith.addf %57, %68 fastmath<contract> : f32
                %70 = arith.addi %64, %22 : index
                %71 = memref.load %flat_B[%70] : memref<?xf32, strided<[1]>>
                %72 = arith.mulf %65, %71 fastmath<contract> : f32
                %73 = arith.addf %61, %72 fastmath<contract> : f32
                scf.yield %69, %73 : f32, f32
              }
              // The last entries, where their number is no multiple of four.
              %26:2 = scf.for %arg11 = %24 to %count step %c1 iter_args(%arg12 = %25#0, %arg13 = %25#1) -> (f32, f32) {
                %27 = arith.addi %first_slot, %arg11 : index
                %28 = memref.load %offsets[%27] : memref<128xindex, #gpu.address_space<workgroup>>
                %29 = memref.load %staged_values[%27] : memref<128xf32, #gpu.address_space<workgroup>>
                %30 = arith.addi %28, %lane : index
                %31 = memref.load %flat_B[%30] : memref<?xf32, strided<[1]>>
                %32 = arith.mulf %29, %31 fastmath<contract> : f32
                %33 = arith.addf %arg12, %32 fastmath<contract> : f32
                %34 = arith.addi %28, %22 : index
                %35 = memref.load %flat_B[%34] : memref<?xf32, strided<[1]>>
                %36 = arith.mulf %29, %35 fastmath<contract> : f32
                %37 = arith.addf %arg13, %36 fastmath<contract> : f32
                scf.yield %33, %37 : f32, f32
              }
              nvvm.bar.warp.sync %c-1_i32 : i32
              scf.yield %26#0, %26#1 : f32, f32
            }
            %14 = arith.addi %lane, %c32 : index
            // Each lane stores its two columns.
            memref.store %sum#0, %C[%row, %lane] : memref<?x64xf32>
            memref.store %sum#1, %C[%row, %14] : memref<?x64xf32>
          }
        } {sparse_gpu.grid_stride}
      } {sparse_gpu.grid_stride}
      gpu.return
    }
  }
}
