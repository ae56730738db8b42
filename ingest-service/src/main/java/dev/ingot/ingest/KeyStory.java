package dev.ingot.ingest;

import dev.ingot.pipeline.plan.InputFile.InputRole;
import java.util.List;

/**
 * What became of one tensor of base or adapter.
 *
 * @param tensor its name in its file
 * @param rules that made the name the base's, in order, and why it went where it went
 * @param target the base's name for what it belongs to; empty where it belongs to nothing
 * @param outcome as in the ledger, but CHANGED for a tensor of the base that something is done to, COPIED for one that stays as it is; empty where the run was refused before one was known
 * @param changedBy for a tensor of the base: those of the adapter that go into it
 */
public record KeyStory(
        InputRole role, String tensor, List<String> rules, String target, String outcome, List<String> changedBy) {
    public KeyStory {
        rules = List.copyOf(rules);
        changedBy = List.copyOf(changedBy);
    }
}
