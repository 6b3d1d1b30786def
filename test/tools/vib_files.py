"""Reads and writes the files of a compiled program with the standard library only: the tests
do not need NumPy, and this is an independent implementation of the formats."""
import array
import ast
import json
import struct

# The names of the types of array.array in safetensors and NPY.
SAFETENSORS = {"F32": "f", "F64": "d", "I64": "q", "U64": "Q", "I32": "i", "U8": "B"}
NPY = {"<f4": "f", "<f8": "d", "<i4": "i", "<i8": "q", "|u1": "B"}


class Tensor:
    """A shape and its elements, row-major."""

    def __init__(self, code, shape, data):
        self.code, self.shape, self.data = code, tuple(shape), data

    def row(self, index):
        width = len(self.data) // self.shape[0]
        return self.data[index * width : (index + 1) * width]


def count(shape):
    total = 1
    for extent in shape:
        total *= extent
    return total


def read_safetensors(path):
    """The tensors in a file by name, and its metadata. Strict: the header must describe
    every byte of the payload exactly once and in order."""
    with open(path, "rb") as file:
        blob = file.read()
    (length,) = struct.unpack_from("<Q", blob)
    header = json.loads(blob[8 : 8 + length])
    payload = blob[8 + length :]
    metadata = header.pop("__metadata__", {})
    assert all(isinstance(v, str) for v in metadata.values()), metadata
    tensors, end = {}, 0
    for name, entry in sorted(header.items(), key=lambda e: e[1]["data_offsets"]):
        begin, stop = entry["data_offsets"]
        code = SAFETENSORS[entry["dtype"]]
        assert begin == end, f"{name}: a gap before it, or an overlap"
        assert stop - begin == count(entry["shape"]) * array.array(code).itemsize
        data = array.array(code)
        data.frombytes(payload[begin:stop])
        tensors[name] = Tensor(code, entry["shape"], data)
        end = stop
    assert end == len(payload), "bytes after the last tensor"
    return tensors, metadata


def write_safetensors(path, tensors, metadata=None):
    names = {code: name for name, code in SAFETENSORS.items()}
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    for name, tensor in tensors.items():
        size = len(tensor.data) * tensor.data.itemsize
        header[name] = {
            "dtype": names[tensor.code],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + size],
        }
        offset += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.data.tobytes())


def read_npy(path):
    with open(path, "rb") as file:
        blob = file.read()
    assert blob[:6] == b"\x93NUMPY", path
    if blob[6] == 1:
        (length,), start = struct.unpack_from("<H", blob, 8), 10
    else:
        (length,), start = struct.unpack_from("<I", blob, 8), 12
    header = ast.literal_eval(blob[start : start + length].decode("latin1"))
    assert not header["fortran_order"]
    code = NPY[header["descr"]]
    data = array.array(code)
    data.frombytes(blob[start + length :])
    assert len(data) == count(header["shape"]), path
    return Tensor(code, header["shape"], data)


def write_npy(path, code, shape, values):
    descr = {code: descr for descr, code in NPY.items()}[code]
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple(shape)}, }}"
    header = header.encode("latin1")
    header += b" " * (-(10 + len(header) + 1) % 64) + b"\n"
    data = array.array(code, values)
    assert len(data) == count(shape), (path, len(data), shape)
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        file.write(data.tobytes())


def read_metrics(path):
    with open(path) as file:
        return [json.loads(line) for line in file]
