package dev.ingot.validate.forward;

/**
 * What is out of sight at one end of a block of scores.
 *
 * @param rows positions that ask
 * @param columns positions at that end
 * @param ahead whether row {@code r} must not see columns after {@code r}; else those before {@code r - above}
 * @param above rows that see all columns; 0 where it is ahead
 */
record Triangle(int rows, int columns, boolean ahead, int above) {

    /** 0 where a position may look, minus infinity elsewhere: rows x columns. */
    float[] mask() {
        float[] mask = new float[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                boolean hides = ahead ? column > row : column < row - above;
                mask[row * columns + column] = hides ? Float.NEGATIVE_INFINITY : 0;
            }
        }
        return mask;
    }
}
