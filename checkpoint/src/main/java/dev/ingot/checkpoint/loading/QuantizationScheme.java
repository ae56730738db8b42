package dev.ingot.checkpoint.loading;

import dev.ingot.checkpoint.DType;

/** Into what bitsandbytes quantizes a weight. */
public sealed interface QuantizationScheme {
    /** In a few words, as people call it: {@code NF4 with double quantization}. */
    String words();

    /** What is certain of a value that was reproduced, and what is not, as a sentence; from the analysis of bitsandbytes' CUDA kernels. */
    String certainty(DType dtype);

    /**
     * Linear4bit, in blocks of {@value #BLOCKSIZE}.
     *
     * @param quantType {@code nf4} or {@code fp4}
     * @param doubleQuantized whether the scales are quantized too
     */
    record FourBit(String quantType, boolean doubleQuantized) implements QuantizationScheme {
        /** The block that Linear4bit uses; a BitsAndBytesConfig has no other. */
        public static final int BLOCKSIZE = 64;

        public FourBit {
            if (!quantType.equals("nf4") && !quantType.equals("fp4")) {
                throw new IllegalArgumentException("quantType " + quantType + ": expected nf4 or fp4");
            }
        }

        @Override
        public String words() {
            return (quantType.equals("nf4") ? "NF4" : "FP4")
                    + (doubleQuantized ? " with double quantization" : " without double quantization");
        }

        @Override
        public String certainty(DType dtype) {
            return doubleQuantized ? codes(dtype) + " " + scales(dtype) : codes(dtype);
        }

        private String codes(DType dtype) {
            boolean nf4 = quantType.equals("nf4");
            return switch (dtype) {
                case BF16 ->
                    nf4
                            ? "The 4-bit codes are exactly those of any GPU."
                            : "The 4-bit codes are those of a correctly rounded reciprocal; 1 to 3 in 1,000 values lie between two codes,"
                                    + " and which one a GPU takes depends on its own.";
                case F16 ->
                    nf4
                            ? "The 4-bit codes are exactly those of any GPU, but for one pair of weight and scale in 22 million."
                            : "The 4-bit codes are those of a correctly rounded reciprocal; 1 to 2 in 10,000 values lie between two codes,"
                                    + " and which one a GPU takes depends on its own.";
                default ->
                    "The 4-bit codes are those of a correctly rounded reciprocal; a GPU may differ in fewer than 1 in 1,000,000 values.";
            };
        }

        private static String scales(DType dtype) {
            String known =
                    "Double quantization stores scales around their mean, which is known to two units in the last place: ";
            String values = switch (dtype) {
                case BF16 -> "about 1 in 100,000 values may differ from training's by one unit of bfloat16";
                case F16 -> "about 1 in 8,000 values may differ from training's by one unit of float16";
                default -> "values may differ from training's by one part in a million";
            };
            return known + values + ", and, in fewer than 1 in 10,000 blocks, all of a block's values by 1 or 2 %.";
        }
    }

    /** Linear8bitLt (LLM.int8): each row by its absmax, from float16. */
    record EightBit() implements QuantizationScheme {
        @Override
        public String words() {
            return "8 bit (LLM.int8)";
        }

        @Override
        public String certainty(DType dtype) {
            return "The 8-bit codes are those of a correctly rounded division; a GPU may round a tie otherwise.";
        }
    }
}
