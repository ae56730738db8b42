package dev.ingot.validate.family;

/** {@code down(activation(gate(x)) · up(x))}. */
public record FeedForwardRecipe(Linear gate, Linear up, Linear down, Activation activation) {}
