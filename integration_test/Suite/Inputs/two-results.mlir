// Two products of one matrix, one after the other: D = A * B + C and
// F = A * D + E, for a square matrix. Both are results.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @two_results(%A: !A {sparse_gpu.name = "A"},
                       %B: !B {sparse_gpu.name = "B"},
                       %C: !C {sparse_gpu.name = "C"},
                       %E: !C {sparse_gpu.name = "E"})
    -> (!C {sparse_gpu.name = "D"}, !C {sparse_gpu.name = "F"}) {
  %D = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  %F = linalg.matmul ins(%A, %D : !A, !C) outs(%E : !C) -> !C
  return %D, %F : !C, !C
}
