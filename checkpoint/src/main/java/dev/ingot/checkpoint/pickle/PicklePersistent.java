package dev.ingot.checkpoint.pickle;

/** A reference to data outside the pickle: torch's storages. */
public final class PicklePersistent extends PickleContainer {
    private final PickleValue id;

    PicklePersistent(PickleValue id) {
        this.id = id;
        count(id);
    }

    public PickleValue id() {
        return id;
    }
}
