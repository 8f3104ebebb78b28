"""What can be checked of the article on a Keras classifier without its network."""

from itertools import pairwise
from math import ceil, log

import numpy as np
import streamlit as st

from gdcore import Momentum, descend
from pages.lessons.articles.printed import PARABOLA
from pages.lessons.quadratic import QUADRATIC
from pages.lessons.quadratic.scenes import ARTICLE, DIVERGES, TOO_SMALL
from pages.shared.words import count, number

TITLE = "B · The Keras classifier"
LINKS = ((QUADRATIC, TOO_SMALL), (QUADRATIC, DIVERGES))

LAYERS = (784, 64, 32, 10)  # inputs, two hidden layers, outputs
IMAGES, BATCH, EPOCHS = 60_000, 128, 10  # of MNIST's part for training, and of the listing
KERAS_RATE = 0.01  # of `sgd`, where a listing names none
BETA, DROP, DROPS_AFTER, UPDATES = 0.9, 0.1, 10, 200  # of our comparison of two rules of momentum


def show() -> None:
    weights = sum((n + 1) * m for n, m in pairwise(LAYERS))
    a_pass = ceil(IMAGES / BATCH)
    start = ARTICLE.settings["start"]
    slope = PARABOLA.gradient(start)
    update = f"{number(start)} − {number(KERAS_RATE)} × {number(slope)}"
    constant = np.full(UPDATES, KERAS_RATE)
    dropping = np.where(np.arange(UPDATES) < DROPS_AFTER, KERAS_RATE, KERAS_RATE * DROP)

    st.markdown(
        "“Mastering Python for Machine Learning”. It teaches the same rule, new w = old w − learning rate × gradient "
        "of the loss, on a network that reads handwritten digits. Then it names what can go wrong: a poor start, a "
        "poor learning rate, overfitting."
    )
    st.info(
        "The network itself waits for the lesson on networks: its loss and accuracy, what raw pixels do to it, "
        "overfitting and its cures. What can be checked without it stands here.",
        icon=":material/hourglass_empty:",
    )
    layers = " → ".join(map(str, LAYERS))
    settings = f"{count(IMAGES, 'image')}, batches of {number(BATCH)}, {count(EPOCHS, 'epoch')}"
    st.markdown(
        "| | settings | computed |\n|---|---|--:|\n"
        f"| weights and biases of the network | layers {layers} | {number(weights)} |\n"
        f"| updates in all | {settings} | {number(a_pass * EPOCHS)} |\n"
        f"| images in the last batch of an epoch | the same | {number(IMAGES - (a_pass - 1) * BATCH)} |\n"
        f"| loss of a network that has learned nothing | {number(LAYERS[-1])} equal probabilities "
        f"| ln {number(LAYERS[-1])} = {number(log(LAYERS[-1]), 5)} |\n"
        f"| one update of its rule, on the parabola above | `sgd`, rate {number(KERAS_RATE)} "
        f"| {update} = {number(start - KERAS_RATE * slope, 5)} |"
    )
    st.markdown(
        f"""
**Where it slips, and what to know of Keras**

- There is no printed result to compare with: as published, `fit` gets the images and not their labels, and stops with
  “ValueError: None values not supported.”
- The same name need not mean the same rule. Keras keeps the rate inside the velocity (the memory of momentum); PyTorch,
  and this lab, keep it outside. At a constant rate the two paths differ by rounding alone, here by
  {number(momentum_apart(constant), 2)}. If the rate drops to {number(KERAS_RATE * DROP)} after
  {count(DROPS_AFTER, "update")}, they come to lie {number(momentum_apart(dropping), 3)} apart
  (β = {number(BETA)}, {count(UPDATES, "update")} on the parabola above).
- AdaGrad, RMSProp and Adam, which it names as what to read next, differ between the two as well: in their default rates
  and in where a small constant is added. This lab follows PyTorch.
"""
    )
    st.markdown("A poor learning rate can be seen at once on one parameter:")


def momentum_apart(rates: np.ndarray) -> float:
    """The largest distance between two paths with momentum, with the rate outside the velocity and inside."""
    start = ARTICLE.settings["start"]
    outside = descend(PARABOLA, [start], Momentum(BETA), lambda step: rates[step], len(rates)).theta[:, 0]
    inside, velocity = [start], 0.0
    for rate in rates:
        velocity = BETA * velocity - rate * PARABOLA.gradient(inside[-1])
        inside.append(inside[-1] + velocity)
    return float(np.abs(outside - inside).max())
