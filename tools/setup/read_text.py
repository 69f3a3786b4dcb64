#!/usr/bin/env python3
"""Prints the text that a PP-OCR recognition model found: the last step of the demo.

The model gives, for each position along the line, a probability for each character. The reading is
CTC's: the likeliest class at each position, repeats merged, blanks dropped. The characters are in
the model file's own metadata.

    read_text.py MODEL.onnx OUTPUT.npy
"""
import sys

import numpy as np
import onnx

BLANK = 0


def alphabet(model_path: str) -> list[str]:
    """Class index to character: a blank, the model's dictionary, a space."""
    model = onnx.load(model_path)
    for entry in model.metadata_props:
        if entry.key == "character":
            return ["", *entry.value.splitlines(), " "]
    raise SystemExit(f"{model_path}: expected a metadata entry 'character', found none")


def decode(probabilities: np.ndarray, characters: list[str]) -> str:
    """Greedy CTC over positions x classes."""
    text, previous = [], BLANK
    for index in probabilities.argmax(axis=-1):
        if index not in (BLANK, previous):
            text.append(characters[index])
        previous = index
    return "".join(text).strip()


def main() -> None:
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    characters = alphabet(sys.argv[1])
    for probabilities in np.load(sys.argv[2]):
        print(decode(probabilities, characters))


if __name__ == "__main__":
    main()
