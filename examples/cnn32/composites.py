#!/usr/bin/env python3
"""composites.py MNIST OUT [--rows N]: makes coloured images of 32 x 32 x 3 bytes from the images
of MNIST or Fashion-MNIST. A coloured image stands on another one in a second colour, which is
darker. The label is that of the first. Writes train_x.npy, train_y.npy, test_x.npy and
test_y.npy to OUT, of the first N training images and a fifth as many test images."""

import argparse
import gzip
import pathlib
import random
import struct

SIDE, WIDE = 28, 32
PLANE = WIDE * WIDE


def read(folder, name):
    for path, opener in ((folder / name, open), (folder / f"{name}.gz", gzip.open)):
        if path.is_file():
            with opener(path, "rb") as file:
                data = file.read()
            return data[4 + 4 * data[3] :]
    raise SystemExit(f"composites.py: error: {folder}: no {name}[.gz]")


def write(path, data, shape, kind):
    header = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    prefix = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header))
    path.write_bytes(prefix + header.encode() + data)


def place(image, dy, dx):
    """The image on a black one of 32 x 32, its corner at (dy, dx)."""
    rows = [image[i : i + SIDE] for i in range(0, SIDE * SIDE, SIDE)]
    left, right = bytes(dx), bytes(WIDE - SIDE - dx)
    middle = b"".join(left + row + right for row in rows)
    return bytes(WIDE * dy) + middle + bytes(WIDE * (WIDE - SIDE - dy))


def shades():
    """For each strength from 0 to 255, what it makes of each byte."""
    return [bytes(value * strength // 255 for value in range(256)) for strength in range(256)]


def compose(front, back, dice, tables):
    """The channels of a pixel are side by side. A sum is below 256: front adds up to 190, and
    back up to 64."""
    front = place(front, dice.randrange(5), dice.randrange(5))
    back = place(back, dice.randrange(5), dice.randrange(5))
    result = bytearray(3 * PLANE)
    for channel in range(3):
        one = front.translate(tables[dice.randrange(60, 191)])
        two = back.translate(tables[dice.randrange(65)])
        total = int.from_bytes(one, "little") + int.from_bytes(two, "little")
        result[channel::3] = total.to_bytes(PLANE, "little")
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=pathlib.Path)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--rows", type=int, default=60_000)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    dice, tables, size = random.Random(0), shades(), SIDE * SIDE
    for split, name, most in (("train", "train", options.rows), ("test", "t10k", options.rows // 5)):
        images = read(options.source, f"{name}-images-idx3-ubyte")
        labels = read(options.source, f"{name}-labels-idx1-ubyte")[:most]
        count = len(labels)
        found = bytearray()
        for row in range(count):
            other = dice.randrange(count)
            front, back = (images[i * size : (i + 1) * size] for i in (row, other))
            found += compose(front, back, dice, tables)
        write(options.out / f"{split}_x.npy", found, (count, WIDE, WIDE, 3), "|u1")
        write(options.out / f"{split}_y.npy", labels, (count,), "|u1")


if __name__ == "__main__":
    main()
