"""
Data of the stories about digits: the images that set ranges, as those of models/digits, and what an application hands over that casts values from 0 to 1 to bytes.

    python -m models.stories.digits
"""

from pathlib import Path

import numpy as np

from models.digits.train import TEST, TRAIN, load_pixels, to_real

OUT = Path(__file__).parent
CALIBRATION = 400


def main():
    pixels, _ = load_pixels()
    np.save(OUT / "digits_calibration.npy", pixels[TRAIN][:CALIBRATION])
    np.save(OUT / "digits_cast.npy", to_real(pixels[TEST]).astype(np.uint8))


if __name__ == "__main__":
    main()
