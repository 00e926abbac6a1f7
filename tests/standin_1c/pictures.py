"""Pictures of goods: a JPEG of a few coloured squares, made without a library."""

import random
import struct

# blocks of 8 × 8 points each way; each block has one colour
SIDE = 12
# lengths of the codes of Huffman, then what they stand for: for the mean of a block
# (0–11 bits of difference) and for all else (the end of the block only)
MEANS = (bytes([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]), bytes(range(12)))
REST = (bytes([1] + [0] * 15), b"\0")


def jpeg(words):
    """The bytes of a picture; the same for the same `words`."""
    rng = random.Random(words)
    back = [rng.randrange(120, 250) for _channel in range(3)]
    front = [rng.randrange(20, 230) for _channel in range(3)]
    half = [[rng.random() < 0.5 for _x in range(SIDE // 2)] for _y in range(SIDE)]
    bits = _Bits()
    last = [0, 0, 0]
    for row in half:
        for is_front in [*row, *reversed(row)]:
            colours = _ycc(front if is_front else back)
            for channel, value in enumerate(colours):
                _mean(bits, value - last[channel])
                last[channel] = value
                # the end of the block
                bits.add(0, 1)
    return _head() + bits.close() + b"\xff\xd9"


def _ycc(colour):
    red, green, blue = colour
    y = 0.299 * red + 0.587 * green + 0.114 * blue - 128
    cb = -0.1687 * red - 0.3313 * green + 0.5 * blue
    cr = 0.5 * red - 0.4187 * green - 0.0813 * blue
    # the mean of a block counts eightfold, and is divided by 16 (see _head)
    return [round(value / 2) for value in (y, cb, cr)]


def _codes(table):
    counts, symbols = table
    code, place, found = 0, 0, {}
    for length, count in enumerate(counts, 1):
        for _one in range(count):
            found[symbols[place]] = (code, length)
            code += 1
            place += 1
        code <<= 1
    return found


CODES = _codes(MEANS)


def _mean(bits, difference):
    size = abs(difference).bit_length()
    bits.add(*CODES[size])
    if size:
        bits.add(difference if difference > 0 else difference + (1 << size) - 1, size)


class _Bits:
    def __init__(self):
        self.value = 0
        self.length = 0
        self.data = bytearray()

    def add(self, value, length):
        self.value = self.value << length | value
        self.length += length
        while self.length >= 8:
            self.length -= 8
            byte = self.value >> self.length & 0xFF
            self.data.append(byte)
            if byte == 0xFF:
                self.data.append(0)
        self.value &= (1 << self.length) - 1

    def close(self):
        self.add(0x7F, -self.length % 8)
        return bytes(self.data)


def _head():
    points = SIDE * 8
    channels = b"".join(bytes([number, 0x11, 0]) for number in (1, 2, 3))
    return b"".join(
        [
            b"\xff\xd8",
            _part(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            _part(0xDB, b"\0" + bytes([16] * 64)),
            _part(0xC0, struct.pack(">BHHB", 8, points, points, 3) + channels),
            _part(0xC4, b"\x00" + MEANS[0] + MEANS[1]),
            _part(0xC4, b"\x10" + REST[0] + REST[1]),
            _part(0xDA, b"\3" + b"\1\0\2\0\3\0" + b"\0\x3f\0"),
        ]
    )


def _part(mark, data):
    return struct.pack(">BBH", 0xFF, mark, len(data) + 2) + data
