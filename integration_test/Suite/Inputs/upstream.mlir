// The same product on upstream's encoding, in each of its widths.

!T = f32
#A = #sparse_tensor.encoding<{map = (i, j) -> (i : dense, j : compressed)}>
!A = tensor<?x?x!T, #A>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @upstream(%A: !A {sparse_gpu.name = "A"},
                    %B: !B {sparse_gpu.name = "B"},
                    %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  return %D : !C
}
