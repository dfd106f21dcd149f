// C += B * transpose(A), a linear layer: the sparse matrix is on the right.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @linear_layer(%A: !A {sparse_gpu.name = "A"},
                        %B: !B {sparse_gpu.name = "B"},
                        %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = linalg.matmul
      indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                       affine_map<(m, n, k) -> (n, k)>,
                       affine_map<(m, n, k) -> (m, n)>]
      ins(%B, %A : !B, !A) outs(%C : !C) -> !C
  return %D : !C
}
