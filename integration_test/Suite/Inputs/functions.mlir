// Functions of the math library, one after the other, on numbers that they all
// are good for.

!T = f32
!A = tensor<?x?x!T, #sparse_gpu.csr>
!B = tensor<?x?x!T>
!C = tensor<?x?x!T>

func.func @functions(%A: !A {sparse_gpu.name = "A"},
                     %B: !B {sparse_gpu.name = "B"},
                     %C: !C {sparse_gpu.name = "C"})
    -> (!C {sparse_gpu.name = "D"}) {
  %D = sparse_gpu.spmm a(%A : !A) b(%B : !B) outs(%C : !C)
      epilogue {
      ^bb0(%x: !T):
        %one = arith.constant 1.0 : !T
        %magnitude = math.absf %x : !T
        %positive = arith.addf %magnitude, %one : !T
        %log = math.log %positive : !T
        %root = math.sqrt %positive : !T
        %negative = arith.negf %log : !T
        %exp = math.exp %negative : !T
        %erf = math.erf %x : !T
        %0 = arith.addf %root, %exp : !T
        %1 = arith.addf %0, %erf : !T
        sparse_gpu.yield %1 : !T
      } -> !C
  return %D : !C
}
