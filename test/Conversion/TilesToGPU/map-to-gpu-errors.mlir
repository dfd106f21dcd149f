// What a nest must look like to be mapped, and what of it cannot be.
// RUN: sparse-opt %s --pass-pipeline='builtin.module(func.func(sparse-gpu-map-to-gpu))' --split-input-file --verify-diagnostics

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  // expected-error @+1 {{a nest mapped to blocks needs rank 2 or 3, no results, and its schedule as 'sparse_gpu.schedule' (LVL2-5)}}
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>]}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  // expected-error @+1 {{a nest mapped to blocks needs rank 2 or 3, no results, and its schedule as 'sparse_gpu.schedule' (LVL2-5)}}
  scf.forall (%u) in (%m) {
    scf.forall (%w) in (4) {
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  // expected-error @+1 {{a nest mapped to blocks whose units are those of warps needs one forall over warps as its body (LVL2-5)}}
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    memref.store %x, %C[%u, %col] : memref<?x?xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  // expected-error @+1 {{a nest mapped to blocks whose units are those of warps needs one forall over warps as its body (LVL2-5)}}
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
    } {mapping = [#gpu.thread<x>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %rows = tensor.from_elements %u : tensor<1xindex>
      %t = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{'tensor.insert' cannot be distributed over the lanes of a warp (LVL2-3)}}
      %0 = tensor.insert %x into %t[%w, %w] : tensor<1x32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{with results cannot be distributed over the lanes of a warp (LVL2-3)}}
      %0 = scf.if %cond -> tensor<1x32xf32> {
        scf.yield %t : tensor<1x32xf32>
      } else {
        scf.yield %t : tensor<1x32xf32>
      }
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %rows = tensor.from_elements %u : tensor<1xindex>
      %t = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{stores a tile that is not in registers (LVL2-3)}}
      sparse_gpu.scatter %t into %C rows(%rows) columns(%col) : tensor<1x32xf32>, tensor<1xindex> into memref<?x?xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x64xf32>
      // expected-error @+1 {{fills a tile whose columns are not those of the schedule (LVL2-3)}}
      %0 = linalg.fill ins(%x : f32) outs(%t : tensor<1x64xf32>) -> tensor<1x64xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{carries a tile that has no registers (LVL2-3)}}
      %0 = scf.for %i = %u to %m step %n iter_args(%a = %t) -> (tensor<1x32xf32>) {
        scf.yield %a : tensor<1x32xf32>
      }
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %rows = tensor.from_elements %u : tensor<1xindex>
      %t = sparse_gpu.gather %B rows(%rows) columns(%col) : memref<?x?xf32>, tensor<1xindex> -> tensor<1x8xf32>
      // expected-error @+1 {{carries an accumulator that does not begin as a fill with the identity of its reduction; 'lanes' below 32 need that (LVL2-4)}}
      %0 = scf.for %i = %u to %m step %n iter_args(%a = %t) -> (tensor<1x8xf32>) {
        scf.yield %a : tensor<1x8xf32>
      }
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<lanes = 8>}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x32xf32>
      %f = linalg.fill ins(%x : f32) outs(%t : tensor<1x32xf32>) -> tensor<1x32xf32>
      %l = tensor.empty() : tensor<1x1xf32>
      %r = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{a contraction on the FMA path multiplies a decoded tile with rows gathered by coordinates (LVL2-3)}}
      %0 = linalg.matmul ins(%l, %r : tensor<1x1xf32>, tensor<1x32xf32>) outs(%f : tensor<1x32xf32>) -> tensor<1x32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x32xf32>
      // expected-error @+1 {{reads a tile that is not in registers (LVL2-3)}}
      %0 = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]} ins(%t : tensor<1x32xf32>) outs(%t : tensor<1x32xf32>) {
        ^bb0(%a: f32, %o: f32):
          linalg.yield %a : f32
      } -> tensor<1x32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x32xf32>
      %f = linalg.fill ins(%x : f32) outs(%t : tensor<1x32xf32>) -> tensor<1x32xf32>
      // expected-error @+1 {{elementwise operations on tiles may not read their destination (LVL2-3)}}
      %0 = linalg.generic {indexing_maps = [affine_map<(r, c) -> (r, c)>, affine_map<(r, c) -> (r, c)>], iterator_types = ["parallel", "parallel"]} ins(%f : tensor<1x32xf32>) outs(%f : tensor<1x32xf32>) {
        ^bb0(%a: f32, %o: f32):
          %1 = arith.addf %a, %o : f32
          linalg.yield %1 : f32
      } -> tensor<1x32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<32xf32>
      // expected-error @+1 {{elementwise operations on tiles have two loops and one result (LVL2-3)}}
      %0 = linalg.generic {indexing_maps = [affine_map<(c) -> (c)>, affine_map<(c) -> (c)>], iterator_types = ["parallel"]} ins(%t : tensor<32xf32>) outs(%t : tensor<32xf32>) {
        ^bb0(%a: f32, %o: f32):
          linalg.yield %a : f32
      } -> tensor<32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %B: memref<?x?xf32>, %v: memref<?xf32>, %crd: memref<?xi32>, %m: index, %n: index, %x: f32, %cond: i1) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      %t = tensor.empty() : tensor<1x8xf32>
      %f = linalg.fill ins(%x : f32) outs(%t : tensor<1x8xf32>) -> tensor<1x8xf32>
      %0 = scf.for %i = %u to %m step %n iter_args(%a = %f) -> (tensor<1x8xf32>) {
        %k = sparse_gpu.coordinates %crd[%i] [%n] : memref<?xi32> -> tensor<?xindex>
        %d = sparse_gpu.decode %v[%i] [%n] : memref<?xf32> -> tensor<1x?xf32>
        %b = sparse_gpu.gather %B rows(%k) columns(%col) : memref<?x?xf32>, tensor<?xindex> -> tensor<?x8xf32>
        // expected-error @+1 {{'lanes' below 32 need a reduction of one operation (SCH-9)}}
        %1 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
            iterator_types = ["parallel", "parallel", "reduction"]}
            ins(%d, %b : tensor<1x?xf32>, tensor<?x8xf32>) outs(%a : tensor<1x8xf32>) {
          ^bb0(%y: f32, %z: f32, %o: f32):
            %2 = arith.mulf %y, %z : f32
            %3 = arith.cmpf ogt, %o, %2 : f32
            %4 = arith.select %3, %o, %2 : f32
            linalg.yield %4 : f32
        } -> tensor<1x8xf32>
        scf.yield %1 : tensor<1x8xf32>
      }
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<lanes = 8>}
  return
}

// -----

func.func @f(%C: memref<?x?xf32>, %m: index, %n: index, %x: f32) {
  scf.forall (%u, %col) = (0, 0) to (%m, %n) step (4, 32) {
    scf.forall (%w) in (4) {
      // expected-error @+1 {{makes a tile of static size that is not one of rows (LVL2-3)}}
      %0 = tensor.generate {
      ^bb0(%i: index, %j: index):
        tensor.yield %x : f32
      } : tensor<2x32xf32>
    } {mapping = [#gpu.warp<linear_dim_0>]}
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule}
  return
}

// -----

func.func @f(%A: memref<64x32xf32>, %t: tensor<64xindex>, %c: tensor<32xindex>, %n: index) {
  %zero = arith.constant 0.0 : f64
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<32xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf64>
    %init = linalg.fill ins(%zero : f64) outs(%empty : tensor<64x64xf64>) -> tensor<64x64xf64>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 32 : memref<64x32xf32>, tensor<64xindex>, tensor<32xindex> -> tensor<64x32xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 32 : memref<64x32xf32>, tensor<32xindex>, tensor<64xindex> -> tensor<32x64xf32>
    // expected-error @+1 {{path mma has no instruction for f32 with sums of f64 (SCH-16)}}
    %sum = linalg.matmul ins(%a, %x : tensor<64x32xf32>, tensor<32x64xf32>) outs(%init : tensor<64x64xf64>) -> tensor<64x64xf64>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%A: memref<64x32xf32>, %t: tensor<64xindex>, %c: tensor<32xindex>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<32xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 32 : memref<64x32xf32>, tensor<64xindex>, tensor<32xindex> -> tensor<64x32xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 32 : memref<64x32xf32>, tensor<32xindex>, tensor<64xindex> -> tensor<32x64xf32>
    // expected-error @+1 {{the warp tile 8 x 64 and the step 32 of #sparse_gpu.schedule<unit = default, scope = block, path = mma, tile = [64, 64, 32], warp_tile = [8, 64]> must be multiples of the instruction's shape m16n8k8 (SCH-16)}}
    %sum = linalg.matmul ins(%a, %x : tensor<64x32xf32>, tensor<32x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, path = mma, tile = [64, 64, 32], warp_tile = [8, 64]>}
  return
}

// -----

func.func @f(%n: index) {
  // expected-error @+1 {{a nest whose units are those of blocks needs a contraction or something computed element by element (LVL2-3)}}
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%A: memref<64x16xf32>, %C: memref<64x64xf32>, %t: tensor<64x64xf32>, %n: index) {
  %value = arith.constant 1.0 : f32
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<16xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf32>
    // expected-error @+1 {{an accumulator of a block begins at zero (LVL2-3)}}
    %init = linalg.fill ins(%value : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 16 : memref<64x16xf32>, tensor<64xindex>, tensor<16xindex> -> tensor<64x16xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 16 : memref<64x16xf32>, tensor<16xindex>, tensor<64xindex> -> tensor<16x64xf32>
    %sum = linalg.matmul ins(%a, %x : tensor<64x16xf32>, tensor<16x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%A: memref<64x16xf32>, %C: memref<64x64xf32>, %t: tensor<64x64xf32>, %n: index) {
  %value = arith.constant 0.0 : f32
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<16xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf32>
    %init = linalg.fill ins(%value : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 16 : memref<64x16xf32>, tensor<64xindex>, tensor<16xindex> -> tensor<64x16xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 16 : memref<64x16xf32>, tensor<16xindex>, tensor<64xindex> -> tensor<16x64xf32>
    // expected-error @+1 {{a contraction of a block multiplies two loaded tiles into an accumulator (LVL2-3)}}
    %sum = linalg.matmul ins(%a, %x : tensor<64x16xf32>, tensor<16x64xf32>) outs(%t : tensor<64x64xf32>) -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%A: memref<64x16xf32>, %C: memref<64x64xf32>, %t: tensor<64x64xf32>, %n: index) {
  %value = arith.constant 0.0 : f32
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<16xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf32>
    %init = linalg.fill ins(%value : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 16 : memref<64x16xf32>, tensor<64xindex>, tensor<16xindex> -> tensor<64x16xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 16 : memref<64x16xf32>, tensor<16xindex>, tensor<64xindex> -> tensor<16x64xf32>
    %sum = linalg.matmul ins(%a, %x : tensor<64x16xf32>, tensor<16x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error @+1 {{stores a tile that is not in registers (LVL2-3)}}
    sparse_gpu.store %t into %C rows(%r)[%n] columns(%r)[%n] contiguous 1 run 64 : tensor<64x64xf32>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%A: memref<64x16xf32>, %C: memref<64x64xf32>, %t: tensor<64x64xf32>, %n: index) {
  %value = arith.constant 0.0 : f32
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<16xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    %empty = tensor.empty() : tensor<64x64xf32>
    %init = linalg.fill ins(%value : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 16 : memref<64x16xf32>, tensor<64xindex>, tensor<16xindex> -> tensor<64x16xf32>
    %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 16 : memref<64x16xf32>, tensor<16xindex>, tensor<64xindex> -> tensor<16x64xf32>
    %sum = linalg.matmul ins(%a, %x : tensor<64x16xf32>, tensor<16x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error @+1 {{'tensor.cast' cannot be distributed over the warps of a block (LVL2-3)}}
    %cast = tensor.cast %sum : tensor<64x64xf32> to tensor<?x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%C: memref<64x64xf32>, %t: tensor<64xindex>, %n: index) {
  %zero = arith.constant 0.0 : f32
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    %0 = tensor.empty() : tensor<64x16xf32>
    // expected-error @+1 {{the warp tile 32 x 16 and the step 16 of #sparse_gpu.schedule<unit = default, scope = block, tile = [64, 16, 16], warp_tile = [32, 16]> must be multiples of the instruction's shape m1n32k1 (SCH-16)}}
    %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<64x16xf32>) -> tensor<64x16xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 16, 16], warp_tile = [32, 16]>}
  return
}

// -----

// Offsets that come from anywhere.
func.func @f(%A: memref<64x16xf32>, %C: memref<64x64xf32>, %rows: tensor<64xindex>, %n: index) {
  %zero = arith.constant 0.0 : f32
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    %0 = tensor.empty() : tensor<64x64xf32>
    %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error @+1 {{has offsets that are neither of a 'tensor.generate' nor 'sparse_gpu.coordinates' (LVL2-3)}}
    sparse_gpu.store %1 into %C rows(%rows) [%n] columns(%rows) [%n] contiguous 1 run 64 : tensor<64x64xf32>, tensor<64xindex>, tensor<64xindex> into memref<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

// They are read from something that is not coordinates.
func.func @f(%A: memref<64x64xf32>, %C: memref<64x64xf32>, %where: tensor<64xindex>, %n: index) {
  %zero = arith.constant 0.0 : f32
  %c = tensor.generate {
  ^bb0(%i: index):
    %at = tensor.extract %where[%i] : tensor<64xindex>
    tensor.yield %at : index
  } : tensor<64xindex>
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    %0 = tensor.empty() : tensor<64x64xf32>
    %1 = linalg.fill ins(%zero : f32) outs(%0 : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error @+1 {{has offsets that are neither of a 'tensor.generate' nor 'sparse_gpu.coordinates' (LVL2-3)}}
    %2 = sparse_gpu.load %A rows(%c) [%n] columns(%c) [%n] contiguous 1 run 1 : memref<64x64xf32>, tensor<64xindex>, tensor<64xindex> -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

// A loop over steps that carries what is no accumulator.
func.func @f(%A: memref<64x16xf32>, %t: tensor<64x64xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %r = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<64xindex>
  %k = tensor.generate {
  ^bb0(%i: index):
    tensor.yield %i : index
  } : tensor<16xindex>
  scf.forall (%m, %col, %b) = (0, 0, 0) to (%n, %n, 1) step (64, 64, 1) {
    // expected-error @+1 {{a loop over steps carries one accumulator (LVL2-3)}}
    %sum = scf.for %step = %c0 to %n step %c16 iter_args(%acc = %t) -> tensor<64x64xf32> {
      %a = sparse_gpu.load %A rows(%r)[%n] columns(%k)[%n] contiguous 1 run 16 : memref<64x16xf32>, tensor<64xindex>, tensor<16xindex> -> tensor<64x16xf32>
      %x = sparse_gpu.load %A rows(%k)[%n] columns(%r)[%n] contiguous 0 run 16 : memref<64x16xf32>, tensor<16xindex>, tensor<64xindex> -> tensor<16x64xf32>
      %next = linalg.matmul ins(%a, %x : tensor<64x16xf32>, tensor<16x64xf32>) outs(%acc : tensor<64x64xf32>) -> tensor<64x64xf32>
      scf.yield %next : tensor<64x64xf32>
    }
  } {mapping = [#gpu.block<x>, #gpu.block<y>, #gpu.block<z>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

func.func @f(%t: tensor<64x64xf32>, %n: index) {
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    %empty = tensor.empty() : tensor<64x64xf32>
    // expected-error @+1 {{reads a tile that is not in registers (LVL2-3)}}
    %0 = linalg.exp ins(%t : tensor<64x64xf32>) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}

// -----

// It reads its destination.
func.func @f(%n: index) {
  %zero = arith.constant 0.0 : f32
  scf.forall (%m, %col) = (0, 0) to (%n, %n) step (64, 64) {
    %empty = tensor.empty() : tensor<64x64xf32>
    %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
    // expected-error @+1 {{elementwise operations on tiles have two loops}}
    %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
        ins(%init : tensor<64x64xf32>) outs(%init : tensor<64x64xf32>) {
    ^bb0(%x: f32, %y: f32):
      %sum = arith.addf %x, %y : f32
      linalg.yield %sum : f32
    } -> tensor<64x64xf32>
  } {mapping = [#gpu.block<x>, #gpu.block<y>], sparse_gpu.schedule = #sparse_gpu.schedule<scope = block, tile = [64, 64, 16], warp_tile = [32, 32]>}
  return
}
