package dev.ingot.standalone.terminal;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.json.JsonNumber;
import dev.ingot.checkpoint.json.JsonObject;
import dev.ingot.checkpoint.json.JsonText;
import dev.ingot.checkpoint.json.JsonValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.http.HttpTimeoutException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Why a command did not deliver, and what to do about it.
 *
 * @param code stable, dotted
 * @param sentence what was expected and what was found, in which object; further lines are details
 * @param remedy an imperative sentence
 * @param left what the command leaves behind, as the end of a sentence, or empty
 */
public record Complaint(ExitCode exit, String code, String sentence, String remedy, String left) {

    /** What to say about an exception that ended a command. */
    public static Complaint of(Throwable failure) {
        return switch (failure) {
            case RefusedInput refused ->
                new Complaint(
                        ExitCode.REFUSED, refused.code(), String.valueOf(refused.getMessage()), refused.remedy(), "");
            case UncheckedIOException wrapped -> of(wrapped.getCause());
            case IOException io -> dependency(io);
            default ->
                new Complaint(
                        ExitCode.OURS,
                        "ingot.bug",
                        trace(failure),
                        "send this and the output of `ingot --version` to the maintainers of Ingot",
                        "");
        };
    }

    private static Complaint dependency(IOException io) {
        return switch (io) {
            case IOException full
            when String.valueOf(full.getMessage()).contains("No space left on device") ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "disk.full",
                        "the disk is full (" + full.getMessage() + ").",
                        "free some space, or write to another disk",
                        "");
            case ConnectException none ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "server.unreachable",
                        "nothing answers" + at(none) + ".",
                        "check --url, or start an installation with `ingot up`",
                        "");
            case HttpTimeoutException late ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "server.timeout",
                        "the server did not answer in time" + said(late) + ".",
                        "try again",
                        "");
            case AccessDeniedException denied ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "disk.access-denied",
                        denied.getFile() + " may not be read or written by this user.",
                        "check its owner and mode",
                        "");
            case FileSystemException file ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "disk.failed",
                        file.getFile() + ": " + reason(file) + ".",
                        "check the disk and try again",
                        "");
            default ->
                new Complaint(
                        ExitCode.DEPENDENCY,
                        "dependency.failed",
                        String.valueOf(io.getMessage()) + ".",
                        "try again; if it stays, check the disk and the network",
                        "");
        };
    }

    private static String reason(FileSystemException file) {
        return file.getReason() == null ? file.getClass().getSimpleName() : file.getReason();
    }

    private static String at(ConnectException e) {
        return e.getMessage() == null ? "" : " at " + e.getMessage();
    }

    private static String said(IOException e) {
        return e.getMessage() == null ? "" : " (" + e.getMessage() + ")";
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString().stripTrailing();
    }

    /** The same, saying also what is left behind. */
    public Complaint leaving(String whatIsLeft) {
        return new Complaint(exit, code, sentence, remedy, whatIsLeft);
    }

    /** As a block of lines on stderr. */
    public void print(Terminal terminal) {
        String word = word();
        List<String> lines = sentence.lines().toList();
        String first = lines.isEmpty() ? "" : lines.getFirst();
        terminal.say(terminal.paint(Terminal.Color.RED, word) + "  " + code + ": "
                + (left.isEmpty() ? first : joined(first)));
        lines.stream().skip(1).forEach(line -> terminal.say("  " + line));
        if (!remedy.isEmpty()) {
            terminal.say("  do      " + remedy);
        }
    }

    private String joined(String first) {
        String open = first.endsWith(".") ? first.substring(0, first.length() - 1) : first;
        return open + "; " + left + ".";
    }

    private String word() {
        return switch (exit) {
            case DELIVERED -> "done";
            case OURS -> "failed";
            case USAGE -> "usage";
            case REFUSED, REJECTED -> "refused";
            case DEPENDENCY -> "failed";
        };
    }

    /** As one document for {@code --json}. */
    public JsonObject json() {
        Map<String, JsonValue> members = new LinkedHashMap<>();
        members.put("verdict", new JsonText(word()));
        members.put("exit", JsonNumber.of(exit.code()));
        members.put("code", new JsonText(code));
        members.put("sentence", new JsonText(sentence));
        members.put("remedy", new JsonText(remedy));
        return new JsonObject(members);
    }
}
