package dev.ingot.registry.http;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.pipeline.RunRef;
import dev.ingot.registry.model.ModelRef;

/** An answer that is no success: a status, and a document with a stable code, a sentence and what to do. */
public final class Problem extends RuntimeException {
    private final int status;
    private final Document document;

    /** The body, {@code application/problem+json}. */
    public record Document(int status, String code, String sentence, String remedy) {}

    Problem(int status, String code, String sentence, String remedy) {
        super(sentence);
        this.status = status;
        this.document = new Document(status, code, sentence, remedy);
    }

    static Problem notFound(String what) {
        return new Problem(
                404,
                "registry.not-found",
                "There is no " + what + ".",
                "Check the names; GET /api/runs and /api/models list what there is.");
    }

    /** A request that was understood and refused; a conflict has a status of its own. */
    static Problem of(RefusedInput refused) {
        int status = switch (refused.code()) {
            case "request.conflict" -> 409;
            case "request.unreadable", "request.bad-name", "alias.bad-name" -> 400;
            default -> 422;
        };
        return new Problem(status, refused.code(), String.valueOf(refused.getMessage()), refused.remedy());
    }

    /** The run that a path names; 400 when it cannot be one. */
    public static RunRef run(String team, String run) {
        try {
            return new RunRef(team, run);
        } catch (IllegalArgumentException e) {
            throw badName(e);
        }
    }

    /** The model that a path names; 400 when it cannot be one. */
    public static ModelRef model(String team, String model) {
        try {
            return new ModelRef(team, model);
        } catch (IllegalArgumentException e) {
            throw badName(e);
        }
    }

    private static Problem badName(IllegalArgumentException e) {
        return new Problem(
                400,
                "request.bad-name",
                "The path names nothing that can exist: " + e.getMessage() + ".",
                "Check the address.");
    }

    public int status() {
        return status;
    }

    public Document document() {
        return document;
    }
}
