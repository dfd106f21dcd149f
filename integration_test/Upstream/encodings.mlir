// Upstream's encodings that are formats of ours: triplets side by side and
// between each other, doubly compressed rows, blocks, rows with every place stored.
//
// DEFINE: %{libs} = %sparsegpu_libs/libsparsegpu_emulator.so,%mlir_libs/libmlir_c_runner_utils.so,%mlir_libs/libmlir_runner_utils.so
// DEFINE: %{run} = sparse-opt --sparse-gpu-to-nvvm="format=llvm require-gpu" \
// DEFINE:   | mlir-runner -e main --entry-point-result=void --shared-libs=%{libs} \
// DEFINE:   | FileCheck %s
//
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed(nonunique), j : singleton)/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed(nonunique), j : singleton(soa))/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed(nonunique), j : singleton), posWidth = 16, crdWidth = 8/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed, j : compressed)/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed, j : compressed), posWidth = 8, crdWidth = 32/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i floordiv 2 : dense, j floordiv 4 : compressed, i mod 2 : dense, j mod 4 : dense)/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : dense, j : dense)/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i : dense, j : dense), posWidth = 8, crdWidth = 8/' %s | %{run}
// RUN: sed 's/LEVELS/(i, j) -> (i floordiv 2 : dense, j floordiv 8 : compressed, i mod 2 : dense, j mod 8 : dense), posWidth = 8, crdWidth = 8/' %s | %{run}

// Without upstream's runtime library:
// DEFINE: %{generated} = sparse-opt --sparse-gpu-to-nvvm="format=llvm require-gpu enable-runtime-library=false" \
// DEFINE:   | mlir-runner -e main --entry-point-result=void --shared-libs=%{libs} \
// DEFINE:   | FileCheck %s
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed(nonunique), j : singleton)/' %s | %{generated}
// RUN: sed 's/LEVELS/(i, j) -> (i : compressed, j : compressed)/' %s | %{generated}
// RUN: sed 's/LEVELS/(i, j) -> (i : dense, j : dense)/' %s | %{generated}

#ENC = #sparse_tensor.encoding<{
  map = LEVELS
}>
#map = affine_map<(i, j) -> (i, j)>

module {
  func.func private @printMemrefF32(
      tensor<*xf32> {bufferization.access = "read"})

  func.func @spmm(%A: tensor<?x?xf32, #ENC>, %B: tensor<?x?xf32>,
                  %C: tensor<?x?xf32>) -> tensor<?x?xf32> {
    %0 = linalg.matmul
      ins(%A, %B : tensor<?x?xf32, #ENC>, tensor<?x?xf32>)
      outs(%C : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %0 : tensor<?x?xf32>
  }

  func.func @main() {
    %c2 = arith.constant 2 : index
    %zero = arith.constant 0.0 : f32
    // 2 x 200 with 150 entries at the end of row 0 and one in row 1: position
    // 150 and coordinate 199 have bit 7 set.
    %ae = tensor.empty() : tensor<2x200xf32>
    %a = linalg.generic {indexing_maps = [#map],
        iterator_types = ["parallel", "parallel"]}
        outs(%ae : tensor<2x200xf32>) {
    ^bb0(%old: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %c0 = arith.constant 0 : index
      %c50 = arith.constant 50 : index
      %c199 = arith.constant 199 : index
      %one = arith.constant 1.0 : f32
      %none = arith.constant 0.0 : f32
      %first = arith.cmpi eq, %i, %c0 : index
      %late = arith.cmpi uge, %j, %c50 : index
      %last = arith.cmpi eq, %j, %c199 : index
      %in = arith.select %first, %late, %last : i1
      %v = arith.select %in, %one, %none : f32
      linalg.yield %v : f32
    } -> tensor<2x200xf32>
    %be = tensor.empty() : tensor<200x2xf32>
    %b = linalg.generic {indexing_maps = [#map],
        iterator_types = ["parallel", "parallel"]}
        outs(%be : tensor<200x2xf32>) {
    ^bb0(%old: f32):
      %i = linalg.index 0 : index
      %j = linalg.index 1 : index
      %s = arith.addi %i, %j : index
      %si = arith.index_cast %s : index to i32
      %f = arith.sitofp %si : i32 to f32
      linalg.yield %f : f32
    } -> tensor<200x2xf32>
    %ad = tensor.cast %a : tensor<2x200xf32> to tensor<?x?xf32>
    %bd = tensor.cast %b : tensor<200x2xf32> to tensor<?x?xf32>
    %sparse = sparse_tensor.convert %ad : tensor<?x?xf32> to tensor<?x?xf32, #ENC>
    %ce = tensor.empty(%c2, %c2) : tensor<?x?xf32>
    %c = linalg.fill ins(%zero : f32) outs(%ce : tensor<?x?xf32>)
      -> tensor<?x?xf32>
    %r = call @spmm(%sparse, %bd, %c)
      : (tensor<?x?xf32, #ENC>, tensor<?x?xf32>, tensor<?x?xf32>)
        -> tensor<?x?xf32>
    %u = tensor.cast %r : tensor<?x?xf32> to tensor<*xf32>
    // The sum of 50 to 199, and of 51 to 200.
    // CHECK:      {{\[}}[18675,   18825],
    // CHECK-NEXT: [199,   200]]
    call @printMemrefF32(%u) : (tensor<*xf32>) -> ()
    return
  }
}
