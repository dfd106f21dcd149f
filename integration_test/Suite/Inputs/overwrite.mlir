// C = A * B: what was in C does not count.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @overwrite(%A: !A {sparse_gpu.name = "A"},
                     %B: !B {sparse_gpu.name = "B"},
                     %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C) -> !C
  return %D : !C
}
