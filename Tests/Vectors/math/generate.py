#!/usr/bin/env python3
"""Writes functions.jsonl: references for the functions of Shared/CKernels/include/exact_math.h.

Needs mpmath. Deterministic: `python3 generate.py > functions.jsonl` gives the same bytes every time.
One line per case: {"f": name, "x": bits[, "e": bits of the exponent], "y": bits of the correctly rounded result,
"lo": bits of (true result - y) as binary64}. Bits are big-endian hex: 8 digits for binary32, 16 for binary64.
"""

import random
import struct

from mpmath import cos, erf, exp, floor, ldexp, log, mp, mpf, pi, power, sin, tanh

mp.prec = 400


def value32(bits):
    return struct.unpack(">f", struct.pack(">I", bits))[0]


def bits64(x):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", x))[0]


def rounded(x, precision, emin, emax):
    """x as (sign, integer significand, exponent), nearest even; None where it overflows."""
    if x == 0:
        return 0.0
    exponent = max(int(floor(log(abs(x), 2))) - precision + 1, emin)
    if ldexp(abs(x), -exponent) >= 2**precision:
        exponent += 1
    scaled = ldexp(abs(x), -exponent)
    whole = int(floor(scaled))
    rest = scaled - whole
    if rest > mpf(1) / 2 or (rest == mpf(1) / 2 and whole % 2 == 1):
        whole += 1
    result = ldexp(mpf(whole), exponent)
    if result >= ldexp(mpf(1), emax):
        return float("inf") if x > 0 else float("-inf")
    return float(result if x > 0 else -result)


def line32(name, function, bits):
    x = value32(bits)
    true = function(mpf(x))
    y = rounded(true, 24, -149, 128)
    lo = 0.0 if y in (float("inf"), float("-inf")) else float(true - mpf(y))
    y_bits = struct.unpack(">I", struct.pack(">f", y))[0]
    print('{"f":"%s","x":"%08x","y":"%08x","lo":"%s"}' % (name, bits, y_bits, bits64(lo)))


def line64(name, true, x, exponent=None):
    y = rounded(true, 53, -1074, 1024)
    extra = "" if exponent is None else ',"e":"%s"' % bits64(exponent)
    lo = bits64(float(true - mpf(y)))
    print('{"f":"%s","x":"%s"%s,"y":"%s","lo":"%s"}' % (name, bits64(x), extra, bits64(y), lo))


def floats(random_source, low, high, count):
    """Bit patterns of binary32 values spread over [low, high]: half uniform, half near zero in every binade."""
    chosen = []
    while len(chosen) < count:
        x = random_source.uniform(low, high)
        if len(chosen) % 2:
            x *= 2.0 ** -random_source.randint(0, 40)
        chosen.append(struct.unpack(">I", struct.pack(">f", x))[0])
    return chosen


def main():
    source = random.Random(20250101)
    # exp: around the overflow threshold, the subnormal range, the underflow threshold.
    edges = [0x42B17217, 0x42B17218, 0xC2AEAC50, 0xC2AEAC4F, 0xC2CFF1B4, 0xC2CFF1B5, 1, 0x80000001, 0x3F800000]
    for bits in edges + floats(source, -104.5, 89.0, 250) + floats(source, -1.0, 1.0, 150):
        line32("exp", exp, bits)
    logs = [1, 0x007FFFFF, 0x00800000, 0x3F7FFFFF, 0x3F800000, 0x3F800001, 0x3F3504F3, 0x3F3504F4, 0x7F7FFFFF]
    logs += [source.randint(1, 0x7F7FFFFF) for _ in range(250)]
    logs += [source.randint(0x3F000000, 0x40000000) for _ in range(150)]
    for bits in logs:
        line32("log", log, bits)
    for bits in [0x3F1FFFFF, 0x3F200000, 0x00000001, 0x80000001] + floats(source, -10.0, 10.0, 400):
        line32("tanh", tanh, bits)
    for bits in [0x3F7FFFFF, 0x3F800000, 0x40800000, 0x00000001] + floats(source, -4.5, 4.5, 400):
        line32("erf", erf, bits)
    # pow: every RoPE frequency of common bases (base^(-2i/d)), then the whole domain.
    for base in (10000.0, 100000.0, 500000.0, 1000000.0):
        for i in range(0, 64, 3):
            exponent = -2.0 * i / 128
            line64("pow", power(mpf(base), mpf(exponent)), base, exponent)
    for _ in range(250):
        base = source.uniform(0.5, 2.0) * 2.0 ** source.randint(-1000, 1000)
        exponent = source.uniform(-1, 1) * 1019.0 / max(1e-3, abs(float(log(mpf(base), 2))))
        line64("pow", power(mpf(base), mpf(exponent)), base, exponent)
    # sin and cos: RoPE-like angles, the whole domain, and the closest binary64 neighbours of multiples of pi/2.
    angles = [source.uniform(-8, 8) for _ in range(100)] + [source.uniform(-(2.0**20), 2.0**20) for _ in range(150)]
    angles += [float(pi / 2 * source.randint(1, 667543)) for _ in range(80)] + [float(pi / 2), float(pi), 2.0**20]
    angles += [float(pi / 4 * (2 * source.randint(0, 300000) + 1)) for _ in range(40)] + [1e-300, 5e-324, 1e-9]
    for x in angles:
        line64("sin", sin(mpf(x)), x)
        line64("cos", cos(mpf(x)), x)


if __name__ == "__main__":
    main()
