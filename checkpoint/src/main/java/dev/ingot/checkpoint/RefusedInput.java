package dev.ingot.checkpoint;

/**
 * What came in cannot be worked with, and trying again will not help. Carries a stable code ({@code adapter.unmatched-key}), a
 * sentence that says what was expected and what was found in which object, and what to do about it.
 */
public final class RefusedInput extends RuntimeException {
    private final String code;
    private final String remedy;

    public RefusedInput(String code, String sentence, String remedy) {
        super(sentence);
        this.code = code;
        this.remedy = remedy;
    }

    public RefusedInput(String code, String sentence, String remedy, Throwable cause) {
        super(sentence, cause);
        this.code = code;
        this.remedy = remedy;
    }

    /** Stable, dotted, lower case: {@code <object>.<what is wrong>}. */
    public String code() {
        return code;
    }

    /** What the user can do, as an imperative sentence. */
    public String remedy() {
        return remedy;
    }
}
