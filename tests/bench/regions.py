#!/usr/bin/python3
"""Blur and pixelate on 1280x720, one thread, against OpenCV's, in turn:

    regions.py ROUNDS MOONREEL SCRIPT

OpenCV: GaussianBlur with 2 * radius + 1 taps and the sigma that our blur comes close to (that of one box
of 2 * radius + 1 pixels); blur, its single box, for comparison; pixelate: resize with INTER_AREA to a
pixel a block, then with INTER_NEAREST back.
"""
import json
import math
import statistics
import subprocess
import sys
import time

import cv2
import numpy

WIDTH, HEIGHT = 1280, 720


def ours(moonreel, script):
    """What the script measured in its first frame."""
    run = subprocess.run([moonreel, "--headless", "--frames", "1", "--script", script, "--jsonl", "-",
                          "--deadline", "60000", "--log-level", "error", "--size", f"{WIDTH}x{HEIGHT}", "test:"],
                         check=True, capture_output=True, text=True)
    return json.loads(run.stdout)["data"]


def microseconds(times, work):
    work()
    start = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - start) * 1e6 / times


def theirs():
    image = numpy.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 4), dtype=numpy.uint8)
    result = {}
    for radius in (2, 5, 15, 40):
        size = 2 * radius + 1
        sigma = math.sqrt((size * size - 1) / 12)
        result[f"blur {radius}"] = microseconds(5, lambda: cv2.GaussianBlur(image, (size, size), sigma))
        result[f"one box {radius}"] = microseconds(10, lambda: cv2.blur(image, (size, size)))
    for block in (4, 16, 40):
        small = (WIDTH // block, HEIGHT // block)
        result[f"pixelate {block}"] = microseconds(20, lambda: cv2.resize(
            cv2.resize(image, small, interpolation=cv2.INTER_AREA), (WIDTH, HEIGHT),
            interpolation=cv2.INTER_NEAREST))
    return result


def main():
    rounds, moonreel, script = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    cv2.setNumThreads(1)
    pairs = [(ours(moonreel, script), theirs()) for _ in range(rounds)]

    def middle(side, name):
        return statistics.median(pair[side][name] for pair in pairs)

    for name in sorted(pairs[0][0], key=lambda n: (n.split()[0], int(n.split()[1]))):
        ratio = statistics.median(a[name] / b[name] for a, b in pairs)
        box = ""
        if name.startswith("blur"):
            box = f"; OpenCV's single box {middle(1, name.replace('blur', 'one box')):.0f} us"
        print(f"  {name:12} {middle(0, name):6.0f} us, OpenCV {middle(1, name):6.0f} us: ratio {ratio:.2f}{box}")


main()
