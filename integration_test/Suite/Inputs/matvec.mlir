// y += A * x.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!x = tensor<?x!T>
!y = tensor<?x!T>

func.func @matvec(%A: !A {sparse_gpu.name = "A"},
                  %x: !x {sparse_gpu.name = "x"},
                  %y: !y {sparse_gpu.name = "y"})
    -> (!y {sparse_gpu.name = "z"}) {
  %z = linalg.matvec ins(%A, %x : !A, !x) outs(%y : !y) -> !y
  return %z : !y
}
