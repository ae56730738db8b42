"""What torch draws on a CPU from a seed, from the generator itself (Mersenne Twister, 32 bits a draw)."""

import math

import numpy
import torch


class Draws:
    def __init__(self, seed):
        self.state = numpy.random.RandomState(seed)

    def words(self, count):
        return self.state.randint(0, 2**32, size=count, dtype=numpy.uint32).astype(numpy.int64)

    def unit(self, shape):
        """Uniform in [0, 1): the low 24 bits of a word."""
        words = self.words(math.prod(shape)) & 0xFFFFFF
        return torch.from_numpy(words / 2.0**24).reshape(shape)

    def kaiming(self, shape):
        """Uniform within sqrt(3) * sqrt(2 / fan in), of torch.nn.init.kaiming_uniform_."""
        bound = math.sqrt(6 / math.prod(shape[1:]))
        return self.unit(shape) * (2 * bound) - bound

    def kaiming_in_bfloat16(self, shape):
        """Within 1 / sqrt(fan in), rounded; what is rounded up to the bound itself becomes the lower bound."""
        bound = torch.tensor(1 / math.sqrt(math.prod(shape[1:])), dtype=torch.float32)
        drawn = (self.unit(shape).float() * (2 * bound) - bound).to(torch.bfloat16)
        return torch.where(drawn == bound.to(torch.bfloat16), -drawn, drawn)

    def first_of_permutation(self, size, count):
        """The first entries of randperm(size): entry i changes places with one of those that follow, word % (size - i) further on."""
        moved, first = {}, []
        for place, word in enumerate(self.words(count).tolist()):
            other = place + word % (size - place)
            first.append(moved.get(other, other))
            moved[other] = moved.get(place, place)
        return torch.tensor(first)
