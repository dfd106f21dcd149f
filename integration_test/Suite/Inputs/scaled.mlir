// C = alpha * A * B + beta * C, with both as arguments.

!T = f32
!N = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @scaled(%A: !A {sparse_gpu.name = "A"},
                  %B: !B {sparse_gpu.name = "B"},
                  %C: !C {sparse_gpu.name = "C"},
                  %alpha: !N {sparse_gpu.name = "alpha"},
                  %beta: !N {sparse_gpu.name = "beta"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      alpha(%alpha : !N) beta(%beta : !N) -> !C
  return %D : !C
}
