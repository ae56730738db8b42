package dev.ingot.validate.family;

/**
 * A part of a stored tensor, seen as a matrix: {@code rows} stretches of {@code columns} elements, {@code stride} elements apart, the first of which
 * begins at element {@code first} of the flattened tensor.
 */
public record Rectangle(String tensor, long first, long rows, long columns, long stride) {
    public Rectangle {
        if (first < 0 || rows <= 0 || columns <= 0 || stride < columns) {
            throw new IllegalArgumentException("%s has no %d rows of %d elements, %d apart, from element %d on"
                    .formatted(tensor, rows, columns, stride, first));
        }
    }

    /** Rows {@code [firstRow, firstRow + rows)} of a matrix with {@code columns} columns. */
    public static Rectangle rows(String tensor, long firstRow, long rows, long columns) {
        return new Rectangle(tensor, firstRow * columns, rows, columns, columns);
    }

    /** Elements {@code [first, first + length)} as one row. */
    public static Rectangle vector(String tensor, long first, long length) {
        return new Rectangle(tensor, first, 1, length, length);
    }

    /** How many elements the tensor has at least. */
    public long end() {
        return first + (rows - 1) * stride + columns;
    }
}
