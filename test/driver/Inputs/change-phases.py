"""change-phases FUSED STEP OUT: writes changed files of phases to OUT."""

import sys

fused = open(sys.argv[1]).read()
step = open(sys.argv[2]).read()
out = sys.argv[3]


def write(name, text, original):
    assert text != original, name
    open(f"{out}/{name}.mlir", "w").write(text)


def find_kernel(name):
    """Begin and end of the text of the first kernel of this name."""
    begin = fused.rindex("\n", 0, fused.index(f'vib.kernel "{name}"')) + 1
    end = fused.index("\n    } ->", begin)
    return begin, fused.index("\n", end + 1) + 1


begin, end = find_kernel("encode.2.in")
_, after = find_kernel("encode.2.grad")
write("late", fused[:begin] + fused[end:after] + fused[begin:end] + fused[after:], fused)

write("map", fused.replace("affine_map<(d0, d1) -> (d1)>", "affine_map<(d0, d1) -> (0)>", 1), fused)

begin = step.rindex("\n", 0, step.index("tensor.extract_slice")) + 1
changed = step[begin:].replace("[0, 2]", "[0, %two]", 1)
write("slice", step[:begin] + "    %two = arith.constant 2 : index\n" + changed, step)
