"""IDX files: two zero bytes, 8 for bytes, the rank, the sizes as big-endian words, and the
bytes. Either plain, or compressed by gzip with .gz appended to the name."""

import gzip
import os
import pathlib
import struct

names = [
    f"{split}-{kind}"
    for split in ("train", "t10k")
    for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
]


def find(folder, name):
    """The path of the file, plain or compressed, or None."""
    for ending in ("", ".gz"):
        path = pathlib.Path(folder) / (name + ending)
        if path.is_file():
            return path
    return None


def is_mnist(folder):
    return all(find(folder, name) for name in names)


def open_array(path):
    """The open file, after its header, and the sizes."""
    file = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
    rank = file.read(4)[3]
    return file, struct.unpack(f">{rank}I", file.read(4 * rank))


def stored_bytes(folder):
    """The bytes of the images and labels of both splits, as stored."""
    total = 0
    for name in names:
        file, sizes = open_array(find(folder, name))
        file.close()
        count = 1
        for size in sizes:
            count *= size
        total += count
    return total


def write_synthetic(folder, train_rows, test_rows, side=28):
    """Writes in pieces, because the memory of this process counts for its children."""
    folder.mkdir(exist_ok=True)
    for split, rows in (("train", train_rows), ("t10k", test_rows)):
        with open(folder / f"{split}-images-idx3-ubyte", "wb") as file:
            file.write(struct.pack(">4I", 0x803, rows, side, side))
            for _ in range(rows):
                file.write(os.urandom(side * side))
        with open(folder / f"{split}-labels-idx1-ubyte", "wb") as file:
            file.write(struct.pack(">2I", 0x801, rows))
            file.write(bytes(row % 10 for row in range(rows)))
