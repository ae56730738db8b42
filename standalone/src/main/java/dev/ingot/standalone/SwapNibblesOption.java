package dev.ingot.standalone;

import picocli.CommandLine.Option;

/** {@code --swap-nibbles}: what no file says of 4-bit bases. */
final class SwapNibblesOption {
    @Option(
            names = "--swap-nibbles",
            description =
                    "The 4-bit base comes from a pre-release CPU build of bitsandbytes (before 2025), which put the first of two"
                            + " values into the low half of a byte. Nothing in the file tells.")
    boolean isGiven;
}
