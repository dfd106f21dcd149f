#!/usr/bin/env python3
#===----------------------------------------------------------------------===#
#
# Part of SparseGPU, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#===----------------------------------------------------------------------===#
"""Trains a small network on handwritten digits and writes its weights.

    pip install -r requirements.txt
    train.py [-o FOLDER] [--width 512] [--epochs 20] [--seed 1]

Three linear layers with ReLU between them, 64 -> width -> width -> 10, on the
1797 images of 8 x 8 pixels that come with scikit-learn: 1437 to train, 360 to
test. Adam with decoupled weight decay (AdamW) and dropout. Writes FOLDER/layer0.npy (width x 64),
layer1.npy (width x width), layer2.npy (10 x width), float32, rows are outputs,
and prints the accuracy on the images that were not used. One seed gives the
same weights on one machine with the same versions.

`sparse-pack prune` takes them; docs/Pruning.md says what is retained.
"""

import argparse
import os

import numpy as np
from sklearn.datasets import load_digits


def initial_layers(sizes, random):
    """He initialisation: (outputs x inputs, outputs) per layer."""
    return [
        (
            random.standard_normal((outputs, inputs)) * np.sqrt(2 / inputs),
            np.zeros(outputs),
        )
        for inputs, outputs in zip(sizes, sizes[1:])
    ]


def forward(layers, images, random=None, dropout=0.0):
    """Scores (images x 10), the inputs of each layer, and the dropout masks."""
    inputs, masks, x = [], [], images
    for number, (weights, bias) in enumerate(layers):
        inputs.append(x)
        x = x @ weights.T + bias
        if number + 1 == len(layers):
            break
        x = np.maximum(x, 0)
        if random is not None:
            mask = (random.random(x.shape) >= dropout) / (1 - dropout)
            x = x * mask
        else:
            mask = np.ones_like(x)
        masks.append(mask)
    return x, inputs, masks


def gradients(layers, images, labels, random, dropout):
    """Of the mean cross entropy."""
    scores, inputs, masks = forward(layers, images, random, dropout)
    scores -= scores.max(axis=1, keepdims=True)
    slope = np.exp(scores)
    slope /= slope.sum(axis=1, keepdims=True)
    slope[np.arange(len(labels)), labels] -= 1
    slope /= len(labels)
    result = []
    for number in reversed(range(len(layers))):
        result.append((slope.T @ inputs[number], slope.sum(axis=0)))
        if number > 0:
            slope = slope @ layers[number][0]
            slope *= (inputs[number] > 0) * masks[number - 1]
    return result[::-1]


def train(layers, images, labels, epochs, random, batch=64, rate=1e-3, decay=0.05, dropout=0.2):
    parameters = [p for layer in layers for p in layer]
    first = [np.zeros_like(p) for p in parameters]
    second = [np.zeros_like(p) for p in parameters]
    step = 0
    for _ in range(epochs):
        order = random.permutation(len(labels))
        for begin in range(0, len(order), batch):
            chosen = order[begin : begin + batch]
            step += 1
            slopes = gradients(layers, images[chosen], labels[chosen], random, dropout)
            for i, slope in enumerate(s for layer in slopes for s in layer):
                first[i] += 0.1 * (slope - first[i])
                second[i] += 0.001 * (slope * slope - second[i])
                mean = first[i] / (1 - 0.9**step)
                square = second[i] / (1 - 0.999**step)
                if parameters[i].ndim == 2:
                    parameters[i] *= 1 - rate * decay
                parameters[i] -= rate * mean / (np.sqrt(square) + 1e-8)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("-o", "--output", default=".", metavar="FOLDER")
    parser.add_argument("--width", type=int, default=512, help="of the hidden layers")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.width < 1 or arguments.epochs < 0:
        parser.error("--width is at least 1, --epochs at least 0")

    random = np.random.default_rng(arguments.seed)
    digits = load_digits()
    images, labels = digits.data / 16, digits.target
    order = random.permutation(len(labels))
    known, unseen = order[:1437], order[1437:]
    layers = initial_layers([64, arguments.width, arguments.width, 10], random)
    train(layers, images[known], labels[known], arguments.epochs, random)

    os.makedirs(arguments.output, exist_ok=True)
    for number, (weights, _) in enumerate(layers):
        path = os.path.join(arguments.output, f"layer{number}.npy")
        np.save(path, weights.astype(np.float32))
        print(f"{path}: {weights.shape[0]} x {weights.shape[1]}")
    scores, _, _ = forward(layers, images[unseen])
    right = np.mean(scores.argmax(axis=1) == labels[unseen])
    print(f"right on {len(unseen)} images that were not trained on: {100 * right:.1f} %")


if __name__ == "__main__":
    main()
