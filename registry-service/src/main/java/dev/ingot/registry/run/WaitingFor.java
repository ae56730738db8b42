package dev.ingot.registry.run;

import java.util.List;

/** Says what a run that is not over waits for. */
final class WaitingFor {
    private WaitingFor() {}

    static String of(List<StageView> stages) {
        for (StageView stage : stages) {
            if (stage.state() == StageState.RUNNING) {
                return stage.name() + " is at work" + shards(stage)
                        + (stage.note().isEmpty() ? "" : ": " + stage.note());
            }
            if (stage.state() == StageState.WAITING) {
                return "waits for a worker of " + stage.name();
            }
        }
        return "waits for the verdict";
    }

    private static String shards(StageView stage) {
        return stage.total() > 1 ? ", " + stage.done() + " of " + stage.total() + " shards done" : "";
    }
}
