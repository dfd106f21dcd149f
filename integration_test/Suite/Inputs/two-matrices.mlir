// C += A * B + G * B with two sparse matrices of different widths of indices:
// two kernels, which add into the same memory.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!G = tensor<?x?x!T, #sparse_gpu.csr<positions = i64, coordinates = i16>>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @two_matrices(%A: !A {sparse_gpu.name = "A"},
                        %G: !G {sparse_gpu.name = "G"},
                        %B: !B {sparse_gpu.name = "B"},
                        %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %0 = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  %D = linalg.matmul ins(%G, %B : !G, !B) outs(%0 : !C) -> !C
  return %D : !C
}
