// A function that calls another, twice, with the products in it.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func private @product(%A: !A, %B: !B, %C: !C) -> !C {
  %0 = linalg.matmul ins(%A, %B : !A, !B) outs(%C : !C) -> !C
  return %0 : !C
}

func.func @calls(%A: !A {sparse_gpu.name = "A"},
                 %B: !B {sparse_gpu.name = "B"},
                 %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %0 = call @product(%A, %B, %C) : (!A, !B, !C) -> !C
  %D = call @product(%A, %B, %0) : (!A, !B, !C) -> !C
  return %D : !C
}
