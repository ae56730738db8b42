package dev.ingot.merge;

/**
 * What a comparison of a copy with the base has counted.
 *
 * @param compared values or nibbles
 * @param differing of a copy of numbers: from the base, from the base in bfloat16, from the base in float16; of a packed one: by each reading
 * @param largest absolute difference
 * @param difference sum of its squares
 * @param base sum of the base's squares
 */
record CopySums(long compared, long[] differing, double largest, double difference, double base) {
    static final CopySums ZERO = new CopySums(0, new long[0], 0, 0, 0);

    CopySums plus(CopySums more) {
        long[] sum = new long[Math.max(differing.length, more.differing.length)];
        for (int i = 0; i < sum.length; i++) {
            sum[i] = at(i) + more.at(i);
        }
        return new CopySums(
                compared + more.compared,
                sum,
                Math.max(largest, more.largest),
                difference + more.difference,
                base + more.base);
    }

    private long at(int index) {
        return index < differing.length ? differing[index] : 0;
    }
}
