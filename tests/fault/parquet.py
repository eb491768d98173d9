"""Where things lie in a Parquet file, as far as its footer and page headers tell (Thrift's compact protocol)."""

import dataclasses

CHECKED, UNCHECKED, HEADER, INDEX, FOOTER, REST = (
    "page with checksum", "page without checksum", "page header", "page index", "footer", "magic, length")


@dataclasses.dataclass
class Region:
    start: int
    end: int
    what: str


def regions(content):
    """Every region of a file, in order; what no other region holds is a page index, or at both ends magic and length."""
    footer = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    found = [Region(0, 4, REST), Region(footer, len(content) - 8, FOOTER), Region(len(content) - 8, len(content), REST)]
    metadata, _ = structure(content, footer)
    for group in metadata[4]:
        for column in group[1]:
            # 7: bytes of all pages, 9: the first data page, 11: the dictionary before it.
            chunk = column[3]
            at = min(chunk[9], chunk.get(11, chunk[9]))
            end = at + chunk[7]
            while at < end:
                # 3: bytes of the page, 4: its checksum.
                header, body = structure(content, at)
                found += [Region(at, body, HEADER), Region(body, body + header[3], CHECKED if 4 in header else UNCHECKED)]
                at = body + header[3]
    found.sort(key=lambda region: region.start)
    between = [Region(before.end, after.start, INDEX) for before, after in zip(found, found[1:]) if before.end < after.start]
    return sorted(found + between, key=lambda region: region.start)


def structure(content, at):
    """The struct at `at`, as a dictionary by field number, and where it ends."""
    fields, number = {}, 0
    while content[at]:
        head, at = content[at], at + 1
        if head >> 4:
            number += head >> 4
        else:
            number, at = signed(content, at)
        fields[number], at = value(content, at, head & 15)
    return fields, at + 1


def value(content, at, kind):
    """A value of one of Thrift's kinds, and where it ends."""
    if kind in (1, 2):
        return kind == 1, at
    if kind == 3:
        return content[at], at + 1
    if kind in (4, 5, 6):
        return signed(content, at)
    if kind == 7:
        return content[at:at + 8], at + 8
    if kind == 8:
        n_bytes, at = unsigned(content, at)
        return content[at:at + n_bytes], at + n_bytes
    if kind in (9, 10):
        n_items, kind, at = content[at] >> 4, content[at] & 15, at + 1
        if n_items == 15:
            n_items, at = unsigned(content, at)
        items = []
        for _ in range(n_items):
            # In a list a truth is a byte of its own.
            item, at = value(content, at, 3 if kind in (1, 2) else kind)
            items.append(item)
        return items, at
    if kind == 12:
        return structure(content, at)
    raise ValueError(f"no kind of Thrift's: {kind}")


def unsigned(content, at):
    number = shift = 0
    while True:
        byte, at = content[at], at + 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, at


def signed(content, at):
    number, at = unsigned(content, at)
    return (number >> 1) ^ -(number & 1), at
