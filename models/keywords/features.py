"""
The audio front end of the keyword spotter: one second of speech -> 49 frames x 16 log-mel bands.

    x        int16 samples / 32768, 16 kHz
    frames   49 of 480 samples (30 ms), one every 320 (20 ms), times a periodic Hann window w, zero-padded to 512
    power    |FFT|^2 / sum(w^2), bins 0..256: white noise of variance v has power v in every bin, whatever the window
    bands    16 triangles, corners equally spaced on the mel scale 2595 log10(1 + f / 700) from 80 to 7600 Hz, each normalized to sum 1
    feature  min(ln(1 + 1e5 * band), 14)

Logarithms of 1 + x rather than of x, so that digital silence is 0: what the padding of a convolution means by zero is then silence.

    python -m models.keywords.features IN.wav OUT.npy
"""

import argparse
import wave

import numpy as np

SAMPLE_RATE = 16000
CLIP_SAMPLES = 16000
FRAME, HOP, FFT = 480, 320, 512
FRAMES, BANDS = 49, 16
LOWEST_HZ, HIGHEST_HZ = 80.0, 7600.0
GAIN = 1e5
LARGEST = 14.0  # a full-scale sine reaches 13 to 15; speech stays below

WINDOW = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / FRAME)


def mel_filters():
    """float64 [BANDS, FFT / 2 + 1], rows of sum 1."""
    mel_ends = 2595 * np.log10(1 + np.array([LOWEST_HZ, HIGHEST_HZ]) / 700)
    corners = 700 * (10 ** (np.linspace(*mel_ends, BANDS + 2) / 2595) - 1)
    left, centre, right = (corners[i : i + BANDS, np.newaxis] for i in range(3))
    hertz = np.arange(FFT // 2 + 1) * SAMPLE_RATE / FFT
    triangles = np.maximum(0, np.minimum((hertz - left) / (centre - left), (right - hertz) / (right - centre)))
    return triangles / triangles.sum(axis=1, keepdims=True)


FILTERS = mel_filters()


def log_mel(samples):
    """int16 [CLIP_SAMPLES] -> float32 [FRAMES, BANDS, 1]."""
    x = samples.astype(np.float64) / 32768
    frames = np.lib.stride_tricks.sliding_window_view(x, FRAME)[::HOP][:FRAMES]
    power = np.abs(np.fft.rfft(frames * WINDOW, FFT)) ** 2 / np.sum(WINDOW**2)
    return np.minimum(np.log1p(GAIN * (power @ FILTERS.T)), LARGEST).astype(np.float32)[..., np.newaxis]


def read_wav(path):
    """int16 samples of a 16 kHz mono file, cut or zero-padded to one second."""
    with wave.open(str(path)) as file:
        form = (file.getframerate(), file.getnchannels(), file.getsampwidth())
        if form != (SAMPLE_RATE, 1, 2):
            raise ValueError(f"{path}: {form[0]} Hz, {form[1]} channels, {form[2]} bytes a sample; expected {SAMPLE_RATE} Hz, mono, 2 bytes")
        samples = np.frombuffer(file.readframes(CLIP_SAMPLES), "<i2")
    return np.pad(samples, (0, CLIP_SAMPLES - len(samples)))


def write_wav(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setframerate(SAMPLE_RATE)
        file.setnchannels(1)
        file.setsampwidth(2)
        file.writeframes(samples.astype("<i2").tobytes())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("wav")
    parser.add_argument("npy")
    arguments = parser.parse_args()
    np.save(arguments.npy, log_mel(read_wav(arguments.wav))[np.newaxis])
