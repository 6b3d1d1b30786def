"""A model compiled with --emit=shared, called from Python through runtime/Abi.h."""
import ctypes
from ctypes import POINTER, c_char_p, c_double, c_int32, c_int64, c_uint32, c_uint64, c_void_p


class Tensor(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("type", c_uint32), ("rank", c_uint32),
                ("shape", c_int64 * 4), ("offset", c_uint64), ("panel_bytes", c_uint64),
                ("panel", c_uint32), ("pad", c_uint32)]


class Parameter(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("type", c_uint32), ("rank", c_uint32),
                ("shape", POINTER(c_int64)), ("permutation", POINTER(c_int64)),
                ("init", c_uint32), ("panel", c_uint32), ("init_scale", c_double),
                ("offset", c_uint64), ("panel_bytes", c_uint64)]


MAX_COEFFICIENTS = 16


class Step(ctypes.Structure):
    _fields_ = [("seed", c_uint64), ("step", c_uint64), ("first_row", c_int64),
                ("total_rows", c_int64), ("rows", c_int32), ("row0", c_uint32),
                ("sample", c_int32), ("pad", c_int32)] + [
        (name, c_double)
        for name in ("rate", "rate1", "scale2", "average", "decay")] + [
        ("coefficients", c_double * MAX_COEFFICIENTS)]


class Call(ctypes.Structure):
    _fields_ = [("step", Step)] + [
        (name, c_void_p)
        for name in ("weights", "moment1", "moment2", "average", "gradients",
                     "arena", "pool")]


class ScheduleEnd(ctypes.Structure):
    _fields_ = [("value", c_double), ("relative", c_uint32), ("pad", c_uint32)]


class Schedule(ctypes.Structure):
    _fields_ = [("kind", c_uint32), ("figure", c_uint32), ("factor", c_double),
                ("start", ScheduleEnd), ("end", ScheduleEnd)] + [
        (name, c_double)
        for name in ("epochs", "delay_epochs", "warmup_epochs", "cycles", "cap")]


class Input(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("tensor", c_char_p), ("scaled", c_uint32),
                ("rank", c_uint32), ("shape", POINTER(c_int64)),
                ("bypassed", c_uint32), ("values", c_uint32), ("x", c_char_p),
                ("gradient", c_char_p)]


class Target(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("tensor", c_char_p), ("classes", c_int64),
                ("outputs", c_int64), ("likelihood", c_char_p), ("predicted", c_char_p),
                ("prediction", c_char_p), ("logits", c_char_p)]


class Stream(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("number", c_int64), ("latents", c_int64),
                ("samples", c_int64)] + [
        (name, c_char_p)
        for name in ("mean", "deviation", "factor", "sample", "rate", "rate_each")] + [
        ("rate_parts", c_int64), ("log_probabilities", c_char_p)]


class Coefficient(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("value", c_double), ("schedule", Schedule),
                ("kind", c_uint32), ("pad", c_uint32)]


class Term(ctypes.Structure):
    _fields_ = [("figure", c_uint32), ("coefficient", c_int32), ("factor", c_double),
                ("function", c_uint32), ("argument_coefficient", c_int32),
                ("argument", c_double)]


Entry = ctypes.CFUNCTYPE(None, POINTER(Call))


class Model(ctypes.Structure):
    _fields_ = [("magic", c_uint64), ("version", c_uint32), ("size", c_uint32)] + [
        (name, c_char_p)
        for name in ("name", "hash", "compiler", "target", "features", "options")] + [
        ("type", c_uint32), ("operands", c_uint32),
        ("batch", c_int64), ("epochs", c_int64),
        ("seed", c_uint64), ("optimizer", c_uint32), ("averaged", c_uint32)] + [
        (name, c_double)
        for name in ("rate", "beta1", "beta2", "epsilon", "momentum",
                     "weight_decay", "average_decay")] + [
        ("rate_schedule", Schedule), ("clip", c_uint32), ("decays_weights_only", c_uint32),
        ("clip_limit", c_double)] + [
        (name, c_uint32)
        for name in ("num_inputs", "num_targets", "num_streams", "num_coefficients",
                     "num_terms", "num_figures", "num_state")] + [
        ("beta", c_int32), ("inputs", POINTER(Input)), ("targets", POINTER(Target)),
        ("streams", POINTER(Stream)), ("coefficients", POINTER(Coefficient)),
        ("terms", POINTER(Term)), ("figures", c_void_p), ("state", c_void_p),
        ("block_bytes", c_uint64), ("moments", c_uint32), ("num_parameters", c_uint32),
        ("parameters", POINTER(Parameter)), ("arena_bytes", c_uint64),
        ("num_tensors", c_uint32), ("num_kernels", c_uint32),
        ("tensors", POINTER(Tensor)), ("kernels", c_void_p)] + [
        (name, Entry)
        for name in ("scale", "train_step", "encode", "evaluate", "draw", "decode", "gradients",
                     "input_gradients")] + [
        # Fields of a program for a GPU; null in a library.
        ("gpu", c_void_p)]


ELEMENTS = {0: ctypes.c_uint8, 1: c_int32, 2: ctypes.c_float, 3: c_double,
            4: ctypes.c_uint16}


def count(shape):
    total = 1
    for extent in shape:
        total *= extent
    return total


class Matrix:
    """A matrix in panels of columns, as a flat list of its elements, row-major."""

    def __init__(self, description, base):
        self.rows, self.columns = description.shape[:2]
        self.width = description.panel
        element = ELEMENTS[description.type]
        panels = -(-self.columns // self.width)
        self.step = description.panel_bytes // ctypes.sizeof(element)
        total = (panels - 1) * self.step + self.rows * self.width
        self.memory = (element * total).from_address(base + description.offset)

    def place(self, index):
        row, column = divmod(index, self.columns)
        panel, column = divmod(column, self.width)
        return panel * self.step + row * self.width + column

    def runs(self):
        """Where each run of neighbours begins, in the matrix and in memory, and its length."""
        for row in range(self.rows):
            for column in range(0, self.columns, self.width):
                begin = row * self.columns + column
                yield begin, self.place(begin), min(self.width, self.columns - column)

    def __len__(self):
        return self.rows * self.columns

    def __iter__(self):
        for _, place, count in self.runs():
            yield from self.memory[place : place + count]

    def __getitem__(self, index):
        if isinstance(index, slice):
            return list(self)[index]
        return self.memory[self.place(range(len(self))[index])]

    def __setitem__(self, index, value):
        if index == slice(None):
            assert len(self) == len(value), (len(self), len(value))
            for begin, place, count in self.runs():
                self.memory[place : place + count] = value[begin : begin + count]
        else:
            self.memory[self.place(range(len(self))[index])] = value


class Library:
    """A model with its own memory. `tensors`, `weights`, `moment1`, `moment2` and `gradients` are
    flat arrays by name; those of parameters are [in, out], row-major."""

    def __init__(self, path):
        # Look up the functions now, so that a missing symbol is an error here.
        self.library = ctypes.CDLL(path, mode=2)
        self.model = Model.in_dll(self.library, "vib_model")
        assert self.model.magic == 0x004249565F434C56, hex(self.model.magic)
        assert self.model.version == 12, self.model.version
        assert self.model.size == ctypes.sizeof(Model), self.model.size
        self.memory = []
        self.call = Call()
        blocks = {name: self.allocate(self.model.block_bytes)
                  for name in ("weights", "moment1", "moment2", "average", "gradients")}
        for name, address in blocks.items():
            setattr(self.call, name, address)
        self.call.arena = self.allocate(self.model.arena_bytes)
        for i, coefficient in enumerate(self.model.coefficients[: self.model.num_coefficients]):
            self.call.step.coefficients[i] = coefficient.value
        self.set_step(rows=self.model.batch)
        self.shapes = {}
        self.tensors = {
            t.name.decode(): self.view(t, t.shape[: t.rank], self.call.arena)
            for t in self.model.tensors[: self.model.num_tensors]}
        parameters = self.model.parameters[: self.model.num_parameters]
        self.weights, self.moment1, self.moment2, self.gradients = (
            {p.name.decode(): self.view(p, p.shape[: p.rank], blocks[block])
             for p in parameters}
            for block in ("weights", "moment1", "moment2", "gradients"))

    def allocate(self, size):
        memory = ctypes.create_string_buffer(size + 64)
        self.memory.append(memory)
        return (ctypes.addressof(memory) + 63) & ~63

    def view(self, description, shape, base):
        self.shapes[description.name.decode()] = shape
        if getattr(description, "panel", 0):
            return Matrix(description, base)
        element = ELEMENTS[description.type]
        return (element * count(shape)).from_address(base + description.offset)

    def set_step(self, **step):
        """Sets values of the step. `beta` is the coefficient of this name; `rows` are a whole
        batch."""
        for name, value in step.items():
            if name == "beta":
                if self.model.beta >= 0:
                    self.call.step.coefficients[self.model.beta] = value
            else:
                setattr(self.call.step, name, value)
        if "rows" in step:
            self.call.step.total_rows = step["rows"]

    def run(self, entry, **step):
        self.set_step(**step)
        getattr(self.model, entry)(ctypes.byref(self.call))
