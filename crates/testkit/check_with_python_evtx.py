#!/usr/bin/env python3
"""Checks event logs with readers that share no code with the writer.

    pip install python-evtx libevtx-python
    cargo run -p gatewatch-testkit --example write_samples -- target/samples
    python3 crates/testkit/check_with_python_evtx.py target/samples corpus/windows

For every .evtx file under the paths, python-evtx must find the file header and all chunks right
(signatures and checksums) and as many records as the headers of the chunks promise, and every
record must render as well-formed XML that carries its own record id. python-evtx cannot read
BinXML without templates, in Windows' own logs as little as in ours; libevtx can, so it has the
second word on those records. Where libevtx is not installed they are counted and left unchecked.
"""

import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import Evtx.Evtx
import Evtx.Views

try:
    import pyevtx
except ImportError:
    pyevtx = None

NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
RECORD_ID = f"{NAMESPACE}System/{NAMESPACE}EventRecordID"


def check_xml(xml, record_id):
    found = ElementTree.fromstring(xml).find(RECORD_ID).text
    if found != str(record_id):
        raise ValueError(f"record {record_id} renders as {found}")


def has_template(record):
    """Whether the record's BinXML, after its fragment header, is a template instance."""
    return record.unpack_byte(0x18 + 4) == 0x0C


def check(path):
    problems = []
    first_word = second_word = unchecked = 0
    if pyevtx:
        second = pyevtx.file()
        second.open(str(path))
    with Evtx.Evtx.Evtx(str(path)) as log:
        header = log.get_file_header()
        if not header.verify():
            problems.append("the file header does not verify")
        for index, chunk in enumerate(header.chunks()):
            if not chunk.check_magic():
                continue  # Space that is reserved and not yet used.
            if not chunk.verify():
                problems.append(f"chunk {index} does not verify")
            promised = chunk.log_last_record_number() - chunk.log_first_record_number() + 1
            found = 0
            for record in chunk.records():
                found += 1
                record_id = record.record_num()
                try:
                    check_xml(Evtx.Views.evtx_record_xml_view(record), record_id)
                    first_word += 1
                    continue
                except Exception as error:  # The reader's own errors have no common class.
                    first_error = error
                if not pyevtx and not has_template(record):
                    unchecked += 1
                    continue
                try:
                    place = first_word + second_word
                    check_xml(second.get_record(place).get_xml_string(), record_id)
                    second_word += 1
                except Exception as error:
                    problems.append(f"record {record_id}: {first_error!r}, {error!r}")
            if found != promised:
                problems.append(f"chunk {index} has {found} records, not {promised}")
    if pyevtx:
        second.close()
    return first_word, second_word, unchecked, problems


def main(arguments):
    if not arguments:
        print(__doc__, file=sys.stderr)
        return 2
    paths = []
    for argument in map(pathlib.Path, arguments):
        paths += sorted(argument.rglob("*.evtx")) if argument.is_dir() else [argument]
    if not paths:
        print("no .evtx files there", file=sys.stderr)
        return 2
    failed = False
    for path in paths:
        first_word, second_word, unchecked, problems = check(path)
        failed |= bool(problems)
        print(
            f"{path}: {first_word} records by python-evtx, {second_word} by libevtx, "
            f"{unchecked} unchecked, {len(problems)} problems"
        )
        for problem in problems[:10]:
            print(f"  {problem}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
