package dev.ingot.checkpoint.loading;

/** What holds a parameter of rank 2. */
enum ModuleKind {
    /** Exactly nn.Linear. */
    LINEAR,
    /** A subclass of nn.Linear. */
    LINEAR_SUBCLASS,
    /** transformers' Conv1D, which stores its weight as [in, out]. */
    CONV1D,
    /** Anything else: an embedding, a router's bare parameter, a part of fused experts. */
    OTHER,
    /** A linear module whose weight transformers puts together or cuts out of other tensors while it loads. */
    REARRANGED,
    /** A linear module in some configs and something else in others. */
    AMBIGUOUS;

    static ModuleKind ofCode(String code) {
        return switch (code) {
            case "L" -> LINEAR;
            case "S" -> LINEAR_SUBCLASS;
            case "C" -> CONV1D;
            case "O" -> OTHER;
            case "X" -> AMBIGUOUS;
            default ->
                throw new IllegalArgumentException("kind " + code + " of modules.json: expected L, S, C, O or X");
        };
    }
}
