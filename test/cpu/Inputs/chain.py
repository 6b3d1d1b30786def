"""Writes a kernel that stores where a chain of NUMBER ops is true.

chain.py and|max NUMBER
"""
import sys

kind, number = sys.argv[1], int(sys.argv[2])
if kind == "and":
    ops = ["%a0 = arith.cmpi sge, %b, %c1 : index"]
    ops += [f"%a{i + 1} = arith.andi %a{i}, %a{i} : i1" for i in range(number)]
    condition = f"%a{number}"
else:
    ops = ["%m0 = arith.maxsi %b, %c0 : index"]
    ops += [
        f"%m{i + 1} = arith.maxsi %m{i}, %c0 : index" for i in range(number)
    ]
    ops += [f"%is = arith.cmpi sge, %m{number}, %c1 : index"]
    condition = "%is"
body = "\n    ".join(ops)
print(f"""\
module attributes {{vib.phase = "kernels", vib.parameters = [], vib.tensors = [], vib.block_bytes = 64 : i64, vib.arena_bytes = 64 : i64}} {{
  func.func private @step.k(%b: index, %e: index, %arena: memref<64xi8> {{vib.base = "arena"}}) attributes {{vib.kernel = #vib.kernel_info<"k", entry = "step", units = 8>}} {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %v = memref.view %arena[%c0][] : memref<64xi8> to memref<8xf32>
    {body}
    scf.if {condition} {{
      %before = arith.subi %b, %c1 : index
      memref.store %zero, %v[%before] : memref<8xf32>
    }}
    return
  }}
}}""")
