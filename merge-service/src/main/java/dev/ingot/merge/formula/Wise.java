package dev.ingot.merge.formula;

/** Element by element, of one or two matrices of one shape. */
final class Wise {
    private Wise() {}

    /** Of one element. */
    @FunctionalInterface
    interface One {
        float of(float x);
    }

    /** Of two elements. */
    @FunctionalInterface
    interface Two {
        float of(float x, float y);
    }

    static Rows of(Rows matrix, One function) {
        return new ByRow(matrix.rows(), matrix.columns(), (first, count, into, at) -> {
            matrix.read(first, count, into, at);
            int end = at + count * matrix.columns();
            for (int i = at; i < end; i++) {
                into[i] = function.of(into[i]);
            }
        });
    }

    static Rows of(Rows left, Rows right, Two function) {
        return new ByRow(left.rows(), left.columns(), (first, count, into, at) -> {
            left.read(first, count, into, at);
            float[] other = new float[count * right.columns()];
            right.read(first, count, other, 0);
            for (int i = 0; i < other.length; i++) {
                into[at + i] = function.of(into[at + i], other[i]);
            }
        });
    }
}
