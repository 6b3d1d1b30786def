"""make-tokens.py TOOLS DIR CODE [TOKEN]: data of tokens.mlir, with words of the type CODE. With
TOKEN, a word of row 4 is this one.

make-tokens.py TOOLS DIR check WEIGHTS MU.npy: whether MU is what tokens.mlir computes."""
import os
import sys

sys.path.insert(0, sys.argv[1])
from vib_files import read_npy, read_safetensors, write_npy


def make(folder, code, token=None):
    os.makedirs(folder, exist_ok=True)
    for split, rows in (("train", 23), ("test", 9)):
        # Some words are equal within an example.
        words = [(3 * i + i // 4) % 7 for i in range(5 * rows)]
        if token is not None:
            words[4 * 5 + 2] = int(token)
        tags = [i * 3 % 4 for i in range(rows)]
        for prefix in ("train_",) if split == "train" else ("test_", ""):
            write_npy(f"{folder}/{prefix}words.npy", code, [rows, 5], words)
            write_npy(f"{folder}/{prefix}tag.npy", "q", [rows], tags)
        write_npy(f"{folder}/{split}_label.npy", "i", [rows], [i % 3 for i in range(rows)])


def check(folder, weights, means):
    weights = {name: tensor for name, tensor in read_safetensors(weights)[0].items()}
    words, tags, mu = (read_npy(path) for path in (f"{folder}/words.npy", f"{folder}/tag.npy", means))

    def table(name):
        tensor = weights[name]
        width = tensor.shape[1]
        return [tensor.data[i * width:][:width] for i in range(tensor.shape[0])]

    embed, tag = table("embed.weight"), table("tag.weight")
    assert (len(embed), len(embed[0]), len(tag), len(tag[0])) == (7, 3, 4, 2)
    linear, bias = table("encode.0.weight"), weights["encode.0.bias"].data
    kernel, offset = weights["convolve.weight"], weights["convolve.bias"].data
    assert kernel.shape == (2, 3, 1, 3), kernel.shape
    for row in range(words.shape[0]):
        tokens, label = list(words.row(row)), tags.data[row]
        vectors = [embed[token] for token in tokens]
        values = [sum(v[d] for v in vectors) / 5 for d in range(3)]
        values += [max(v[d] for v in vectors) for d in range(3)]
        # In PyTorch's order, channels first.
        values += [offset[n] + sum(kernel.data[(n * 3 + c) * 3 + q] * vectors[j + q][c]
                                   for c in range(3) for q in range(3))
                   for n in range(2) for j in range(3)]
        values += [*tag[label], *(float(label == n) for n in range(4))]
        values += [float(token == n) for token in tokens for n in range(7)]
        for k in range(2):
            expected = bias[k] + sum(w * v for w, v in zip(linear[k], values))
            found = mu.row(row)[k]
            assert abs(found - expected) < 1e-5, (row, k, found, expected)


folder, command, *rest = sys.argv[2:]
if command == "check":
    check(folder, *rest)
else:
    make(folder, command, *rest)
