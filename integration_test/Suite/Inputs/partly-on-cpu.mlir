// The product is computed on the GPU, what follows on the CPU: operands stay in
// host memory, and the result is memory that the program allocates.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @partly_on_cpu(%A: !A {sparse_gpu.name = "A"},
                         %B: !B {sparse_gpu.name = "B"},
                         %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %0 = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %rows = tensor.dim %0, %zero : !C
  %columns = tensor.dim %0, %one : !C
  %empty = tensor.empty(%rows, %columns) : !C
  %D = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%0 : !C) outs(%empty : !C) {
    ^bb0(%x: !T, %old: !T):
      %y = arith.mulf %x, %x : !T
      linalg.yield %y : !T
  } -> !C
  return %D : !C
}
