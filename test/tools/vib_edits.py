"""Random edits of the text of a phase: each takes the lines of a file and returns edited lines,
or None."""
import re


def body_lines(lines):
    """The indices of lines that are ops."""
    return [i for i, line in enumerate(lines) if re.match(r"\s+(%|linalg|vib|scf|memref|vector)", line)]


def block_end(lines, begin):
    """The line behind an op that begins at a line, with its regions."""
    indent = len(lines[begin]) - len(lines[begin].lstrip())
    if not lines[begin].rstrip().endswith("{"):
        return begin + 1
    for i in range(begin + 1, len(lines)):
        if len(lines[i]) - len(lines[i].lstrip()) == indent and not lines[i].lstrip().startswith("^"):
            return i + 1
    return len(lines)


def drop(rng, lines):
    begin = rng.choice(body_lines(lines))
    return lines[:begin] + lines[block_end(lines, begin):]


def duplicate(rng, lines):
    begin = rng.choice(body_lines(lines))
    end = block_end(lines, begin)
    return lines[:end] + lines[begin:end] + lines[end:]


def move(rng, lines):
    begin = rng.choice(body_lines(lines))
    end = block_end(lines, begin)
    block, rest = lines[begin:end], lines[:begin] + lines[end:]
    indent = re.match(r"\s*", lines[begin]).group(0)
    places = [i for i in range(max(0, begin - 60), min(len(rest), begin + 60))
              if re.match(indent + r"\S", rest[i])]
    if not places:
        return None
    place = rng.choice(places)
    return rest[:place] + block + rest[place:]


def replace_in_line(pattern, choose):
    def edit(rng, lines):
        found = [(i, match) for i, line in enumerate(lines)
                 if not line.startswith("module") for match in re.finditer(pattern, line)]
        if not found:
            return None
        i, match = rng.choice(found)
        text = choose(rng, match, lines)
        line = lines[i]
        return lines[:i] + [line[:match.start()] + text + line[match.end():]] + lines[i + 1:]
    return edit


def other_number(rng, match, _):
    value = int(match.group(0))
    return str(rng.choice([0, 1, -1, 2, value + 1, value - 1, 2 * value, 1 << 40, (1 << 63) - 1]))


def other_operand(rng, match, lines):
    names = re.findall(r"%[\w.#]+", match.string)
    return rng.choice(names)


def distant_operand(rng, match, lines):
    at = lines.index(match.string)
    names = re.findall(r"%[\w.#]+", "".join(lines[max(0, at - 30):at]))
    return rng.choice(names) if names else match.group(0)


ARITHMETIC = [["addf", "subf", "mulf", "divf", "maximumf", "minimumf"],
              ["addi", "subi", "muli", "minsi", "divui", "remui"],
              ["exp", "log", "sqrt", "tanh", "absf", "log1p"]]


def other_arithmetic(rng, match, _):
    family = next((f for f in ARITHMETIC if match.group(2) in f), None)
    return match.group(1) + (rng.choice(family) if family else match.group(2))


def other_map(rng, match, lines):
    maps = re.findall(r"^#map\d*", "".join(lines), re.M)
    return rng.choice(maps)


def other_expression(rng, match, _):
    return "-> (" + rng.choice([
        "0", "d0", "d1", "d1, d0", "d0, d1", "d0, d0", "d0 floordiv 2", "d0 + d1", "d0, 0", "",
        "d0 mod 2, d1", "d2, d0"]) + ")>"


WORDS = r"\b(?:uniform|normal|constant|transposed|internal|weights|arena|f32|f64|bf16)\b"


def of_header(rng, lines):
    """A number, a name or a word of the metadata, but not of vib.options."""
    at = next(i for i, line in enumerate(lines) if line.startswith("module"))
    head = re.sub(r"#vib\.options<[^>]*>", lambda m: "\0" * len(m.group(0)), lines[at])
    found = list(re.finditer(r'\d+|"[^"]*"|\b(true|false)\b|\w+ = [^,{}\[\]]+, |' + WORDS, head))
    match = rng.choice(found)
    text = match.group(0)
    if text.isdigit():
        text = other_number(rng, match, lines)
    elif text in ("true", "false"):
        text = "false" if text == "true" else "true"
    elif text.startswith('"'):
        text = rng.choice(re.findall(r'"[^"]*"', head) + ['""', '"x y"'])
    elif re.fullmatch(WORDS, text):
        text = rng.choice(re.findall(WORDS, head))
    else:
        text = ""
    return lines[:at] + [lines[at][:match.start()] + text + lines[at][match.end():]] + lines[at + 1:]


EDITS = [
    drop, duplicate, move, move, of_header,
    replace_in_line(r"(?<![\w.#%])\d+(?![\w.])", other_number),
    replace_in_line(r"(?<=[x<\[ ])\d+(?=[x\], ])", other_number),
    replace_in_line(r"%[\w.#]+", other_operand),
    replace_in_line(r"%[\w.#]+", distant_operand),
    replace_in_line(r"((?:arith|math)\.)(\w+)", other_arithmetic),
    replace_in_line(r"#map\d*\b(?! =)", other_map),
    replace_in_line(r"-> \([^)]*\)>", other_expression),
    replace_in_line(r'"(parallel|reduction)"', lambda rng, m, _: rng.choice(['"parallel"', '"reduction"'])),
    replace_in_line(r"\b(f32|f64|i32|i64|bf16|i8|index)\b",
                    lambda rng, m, _: rng.choice(["f32", "f64", "i32", "i64", "bf16", "i8", "f16"])),
    replace_in_line(r"\b(weight|moment1|moment2|average|input|output|scalar)(?=, \")",
                    lambda rng, m, _: rng.choice(["weight", "moment1", "average", "input", "output", "scalar"])),
    replace_in_line(r'"[^"]*"', lambda rng, m, lines: rng.choice(re.findall(r'"[^"]*"', m.string))),
    replace_in_line(r"\b(train|evaluate)(?= %)", lambda rng, m, _: "train" if m.group(0) == "evaluate" else "evaluate"),
    replace_in_line(r"\b(o?eq|ne|o?lt|o?ge|slt|sgt|ult|uge)\b", lambda rng, m, _: rng.choice(["slt", "sge", "olt", "oge", "eq", "ult"])),
]


def edit(rng, text):
    lines = text.splitlines(keepends=True)
    while True:
        edited = rng.choice(EDITS)(rng, lines)
        if edited is not None and edited != lines:
            return "".join(edited)
