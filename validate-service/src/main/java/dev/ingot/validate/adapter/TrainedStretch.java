package dev.ingot.validate.adapter;

import dev.ingot.checkpoint.adapter.AdapterKey.Role;
import java.util.Map;

/**
 * Rows of a tensor of the base that are rows of one trained parameter.
 *
 * @param first in the tensor
 * @param own the trained parameter's row that is the first
 */
record TrainedStretch(Parts parts, int first, int count, int own) {
    /**
     * What an adapter has for a parameter.
     *
     * @param keys raw, by what they are
     * @param rank of a pair
     * @param scale of what is added
     */
    record Parts(Map<Role, String> keys, int rank, float scale) {
        Parts {
            keys = Map.copyOf(keys);
        }

        boolean has(Role role) {
            return keys.containsKey(role);
        }

        String key(Role role) {
            return keys.get(role);
        }

        /** Elements that a tensor of it needs for a parameter of so many rows. */
        long elements(Role role, int rows, int columns) {
            return switch (role) {
                case LORA_A -> (long) rank * columns;
                case LORA_B -> (long) rows * rank;
                case WHOLE -> (long) rows * columns;
                default -> rows;
            };
        }
    }

    boolean holds(int row) {
        return row >= first && row < first + count;
    }

    /** The trained parameter's row behind one of the tensor's. */
    int ownRow(int row) {
        return row - first + own;
    }
}
