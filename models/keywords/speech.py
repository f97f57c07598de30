"""
Spoken words from espeak-ng, placed in a second of noise.

A speaker is an accent and a voice variant of espeak-ng. No variant is in two splits, and those of one family (Andy and AnxiousAndy, steph to
steph3) stay together; only the numbered series (f, m, klatt), whose members are voices of their own, are spread. Effects (robots, whispers,
announcers) are left out.
"""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from scipy.signal import resample_poly

from models.keywords.features import CLIP_SAMPLES, SAMPLE_RATE

KEYWORDS = ("yes", "no", "left", "right", "stop", "go")
LABELS = ("silence", "unknown", *KEYWORDS)
UNKNOWN_WORDS = (
    "up down on off one two three four five six seven eight nine ten cat dog bird house tree happy light night know so top step row lift "
    "guess yet write ghost stock learn follow visual"
).split()
# spoken in the test only, as every other of its unknown words
UNHEARD_WORDS = "forward backward zero bed wow green table window less goat".split()


@dataclass(frozen=True)
class Split:
    accents: tuple
    variants: tuple

    def speakers(self):
        return [(accent, variant) for accent in self.accents for variant in self.variants]


TRAIN = Split(
    ("en-us", "en-gb", "en-gb-x-rp", "en-029", "en-us-nyc", "en-gb-x-gbclan"),
    (
        "m1 m2 m3 m4 m6 m7 f1 f2 f3 Alex Alicia Andrea antonio aunty benjamin boris caleb david Denis Diogo ed edward edward2 Gene Gene2 "
        "gustave Henrique iven iven2 iven3 iven4 Lee linda marcelo Marco max michel miguel Mike Nguyen norbert paul pedro quincy robert shelby "
        "travis victor zac klatt klatt2 klatt4 grandpa anika"
    ).split(),
)
VALIDATION = Split(("en-us", "en-gb"), ("f5", "m8", "belinda", "pablo", "john", "rob", "klatt5"))
# two accents and all variants appear nowhere else
TEST = Split(
    ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbcwmd"),
    ("f4", "m5", "Mario", "Annie", "grandma", "klatt3", "Michael", "steph", "steph2", "steph3", "Andy", "AnxiousAndy", "Hugo", "sandro", "Jacky", "adam"),
)


def check_voices():
    """Raises where espeak-ng lacks a variant: it would speak with its default voice instead, and say nothing about it."""
    listing = subprocess.run(["espeak-ng", "--voices=variant"], check=True, capture_output=True, text=True).stdout
    missing = [variant for split in (TRAIN, VALIDATION, TEST) for variant in split.variants if f"!v/{variant} " not in listing]
    if missing:
        raise ValueError(f"espeak-ng has no voice variants {', '.join(missing)}; version 1.51 has them all")


def render(word, accent, variant, words_per_minute, pitch):
    """float64 samples of the spoken word at 16 kHz, without the silence around it, at most a second, peak 1."""
    command = ["espeak-ng", "-v", f"{accent}+{variant}", "-s", str(words_per_minute), "-p", str(pitch), "--stdout", word]
    output = subprocess.run(command, check=True, capture_output=True).stdout
    # the length fields of a WAV on a pipe are placeholders: skip the 44-byte header and take the rest, 22,050 Hz mono
    samples = resample_poly(np.frombuffer(output[44:], "<i2").astype(np.float64), 320, 441)
    loud = np.flatnonzero(np.abs(samples) > 0.02 * np.abs(samples).max())
    word_only = samples[loud[0] : loud[-1] + 1][:CLIP_SAMPLES]
    return word_only / np.abs(word_only).max()


def render_all(requests):
    """espeak-ng runs as a process each: two threads keep two cores busy."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda request: render(*request), requests))


def noise(rng):
    """One second of unit-variance noise, its spectrum falling by a random power of frequency, half the time with mains hum."""
    spectrum = np.fft.rfft(rng.normal(size=CLIP_SAMPLES))
    hertz = np.maximum(np.fft.rfftfreq(CLIP_SAMPLES, 1 / SAMPLE_RATE), 20)
    result = np.fft.irfft(spectrum * hertz ** -rng.uniform(0, 1))
    result /= result.std()
    if rng.random() < 0.5:
        seconds = np.arange(CLIP_SAMPLES) / SAMPLE_RATE
        harmonics = sum(rng.uniform(0, 1) / n * np.sin(2 * np.pi * 50 * n * seconds + rng.uniform(0, 6.28)) for n in range(1, 8))
        result += rng.uniform(0.2, 1) * harmonics
    return result / result.std()


def to_int16(samples):
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)


def mix(word, rng):
    """int16 clip: the word at a random place and level, 3 to 35 dB above noise while it sounds."""
    clip = np.zeros(CLIP_SAMPLES)
    start = rng.integers(0, CLIP_SAMPLES - len(word) + 1)
    clip[start : start + len(word)] = word
    level = 10 ** (rng.uniform(-20, 0) / 20)
    noise_level = word.std() * 10 ** (-rng.uniform(3, 35) / 20)
    clip = (clip + noise_level * noise(rng)) * level
    return to_int16(clip / max(1.0, np.abs(clip).max()))


def silence(rng):
    """int16 clip of noise alone, from -80 dB to -15 dB of full scale; one in twenty is digital silence."""
    if rng.random() < 0.05:
        return np.zeros(CLIP_SAMPLES, np.int16)
    return to_int16(noise(rng) * 10 ** (rng.uniform(-80, -15) / 20))


def speakers(split, count, rng):
    """`count` draws of accent, variant, speed and pitch; every pair of accent and variant comes up before any repeats."""
    pairs = split.speakers()
    order = np.concatenate([rng.permutation(len(pairs)) for _ in range(count // len(pairs) + 1)])[:count]
    return [(*pairs[i], int(rng.integers(110, 211)), int(rng.integers(15, 86))) for i in order]


def make_clips(split, per_word, unknown_words, mixes, rng):
    """
    int16 clips and their labels: `per_word` renderings of each keyword, twice as many of unknown words, `mixes` clips of each rendering,
    and as many clips of silence as of one keyword.
    """
    requests, request_labels = [], []
    for label, keyword in enumerate(KEYWORDS, start=2):
        requests += [(keyword, *speaker) for speaker in speakers(split, per_word, rng)]
        request_labels += [label] * per_word
    others = speakers(split, 2 * per_word, rng)
    requests += [(unknown_words[i % len(unknown_words)], *speaker) for i, speaker in enumerate(others)]
    request_labels += [1] * len(others)
    clips, labels = [], []
    for word, label in zip(render_all(requests), request_labels):
        clips += [mix(word, rng) for _ in range(mixes)]
        labels += [label] * mixes
    clips += [silence(rng) for _ in range(per_word * mixes)]
    labels += [0] * (per_word * mixes)
    return clips, np.array(labels, np.uint8), requests
