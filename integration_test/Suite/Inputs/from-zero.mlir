// y = A * x where the program makes y itself, so the operands are in host
// memory and the result is the caller's to free.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!x = tensor<?x!T>

func.func @from_zero(%A: !A {sparse_gpu.name = "A"},
                     %x: !x {sparse_gpu.name = "x"})
    -> (!x {sparse_gpu.name = "y"}) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : !T
  %rows = tensor.dim %A, %c0 : !A
  %empty = tensor.empty(%rows) : !x
  %y0 = linalg.fill ins(%zero : !T) outs(%empty : !x) -> !x
  %y = linalg.matvec ins(%A, %x : !A, !x) outs(%y0 : !x) -> !x
  return %y : !x
}
