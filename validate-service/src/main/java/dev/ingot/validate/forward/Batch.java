package dev.ingot.validate.forward;

import dev.ingot.validate.measure.Window;
import java.util.ArrayList;
import java.util.List;

/** Windows of one length that pass through a layer together; the order of windows is kept. */
record Batch(List<Window> windows) {
    /** Enough tokens to keep a core busy, few enough for its cache. */
    private static final int TOKENS = 512;

    static List<Batch> of(List<Window> windows) {
        List<Batch> batches = new ArrayList<>();
        List<Window> open = new ArrayList<>();
        for (Window window : windows) {
            boolean full = (open.size() + 1) * window.predicted() > TOKENS;
            if (!open.isEmpty() && (full || open.getFirst().predicted() != window.predicted())) {
                batches.add(new Batch(List.copyOf(open)));
                open.clear();
            }
            open.add(window);
        }
        if (!open.isEmpty()) {
            batches.add(new Batch(List.copyOf(open)));
        }
        return batches;
    }

    /** Positions per window. */
    int length() {
        return windows.getFirst().predicted();
    }

    int tokens() {
        return windows.size() * length();
    }

    /** What goes in, window after window: all but the last token of each. */
    int[] inputs() {
        return flat(0);
    }

    /** What is predicted at each position. */
    int[] targets() {
        return flat(1);
    }

    private int[] flat(int shift) {
        int[] flat = new int[tokens()];
        for (int w = 0; w < windows.size(); w++) {
            System.arraycopy(windows.get(w).tokens(), shift, flat, w * length(), length());
        }
        return flat;
    }
}
