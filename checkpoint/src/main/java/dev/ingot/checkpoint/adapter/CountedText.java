package dev.ingot.checkpoint.adapter;

/** A module's path that a regular expression may look at only so often: a pattern from outside must not hold a worker for ever. */
public final class CountedText implements CharSequence {
    /** Far more than any pattern that a trainer writes needs for a path of some hundred characters. */
    private static final int LOOKS = 200_000;

    private final CharSequence text;
    private final int[] left;

    public CountedText(String text) {
        this(text, new int[] {LOOKS});
    }

    private CountedText(CharSequence text, int[] left) {
        this.text = text;
        this.left = left;
    }

    /** Thrown out of the matcher when the looks are used up. */
    public static final class Exhausted extends RuntimeException {
        private Exhausted() {
            super("a pattern looked at one name more than " + LOOKS + " times", null, false, false);
        }
    }

    @Override
    public char charAt(int index) {
        if (left[0]-- <= 0) {
            throw new Exhausted();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return new CountedText(text.subSequence(start, end), left);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
