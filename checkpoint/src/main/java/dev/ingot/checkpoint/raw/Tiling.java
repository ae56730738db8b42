package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.Shape;
import dev.ingot.checkpoint.assembly.Block;
import java.util.List;

/** Whether boxes fill a tensor exactly. */
final class Tiling {
    private Tiling() {}

    /** @param blocks none of them empty */
    static boolean fills(Shape shape, List<Block> blocks) {
        long elements = 0;
        for (int i = 0; i < blocks.size(); i++) {
            Block block = blocks.get(i);
            if (!isInside(shape, block)) {
                return false;
            }
            elements += new Shape(block.sizes()).elements();
            for (int j = 0; j < i; j++) {
                if (overlap(block, blocks.get(j))) {
                    return false;
                }
            }
        }
        return elements == shape.elements();
    }

    private static boolean isInside(Shape shape, Block block) {
        if (block.sizes().size() != shape.rank()) {
            return false;
        }
        for (int i = 0; i < shape.rank(); i++) {
            if (block.offsets().get(i) > shape.dim(i)
                    || block.sizes().get(i) > shape.dim(i) - block.offsets().get(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean overlap(Block a, Block b) {
        for (int i = 0; i < a.sizes().size(); i++) {
            boolean apart = a.offsets().get(i) + a.sizes().get(i) <= b.offsets().get(i)
                    || b.offsets().get(i) + b.sizes().get(i) <= a.offsets().get(i);
            if (apart) {
                return false;
            }
        }
        return true;
    }
}
