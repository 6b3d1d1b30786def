#!/usr/bin/env python3
"""Counts the tests in lit's xUnit report.

Prints why tests were skipped, which ones failed, and as its last line
"N passed, N failed, N skipped". Exits 1 if a test failed or none ran.
"""
import sys
import xml.etree.ElementTree as ElementTree

# What to do so that a skipped test runs.
ADVICE = {
    "mnist": "set VIB_MNIST to a folder with MNIST's IDX files",
    "fashion-mnist": "install dataset-fashion-mnist",
    "python3-safetensors": "install the Python package safetensors, with NumPy",
    "asan": "run tools/check, which builds the runtime under sanitizers",
    "tsan": "run tools/check, which builds the runtime under sanitizers",
}


def reason(message):
    """The message of lit, followed by advice if there is any."""
    features = message.rpartition(":")[2].replace(",", " ").split()
    advice = [ADVICE[name] for name in features if name in ADVICE]
    return f"{message} ({'; '.join(advice)})" if advice else message


def main(reports):
    passed, failed, skipped = 0, [], []
    for report in reports:
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            # lit names the suite of a test in `classname`: suite.folder
            name = f"{case.get('classname')}/{case.get('name')}"
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif skip is not None:
                skipped.append(f"{name}: {reason(skip.get('message') or 'skipped')}")
            else:
                passed += 1
    for name in skipped:
        print("SKIP", name)
    for name in failed:
        print("FAIL", name)
    print(f"{passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: tally.py REPORT.xml...")
    sys.exit(main(sys.argv[1:]))
