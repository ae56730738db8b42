package dev.ingot.checkpoint.names;

import java.util.List;

/**
 * What loading does to the rows of one tensor: it cuts them into equal blocks, or puts them behind those of others.
 *
 * @param names of the blocks in order, or of the whole
 * @param source which of the {@code sources} this tensor is, from 0
 * @param sources how many tensors are put together; 1 for a cut
 */
record RowCut(List<String> names, int source, int sources) {
    RowCut {
        names = List.copyOf(names);
    }

    boolean cuts() {
        return sources == 1;
    }
}
