package dev.ingot.pipeline.store.memory;

import dev.ingot.pipeline.store.ObjectStore;
import dev.ingot.pipeline.store.ObjectStoreContract;

class MemoryStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore newStore() {
        return new MemoryStore();
    }

    @Override
    protected void assertNothingIsBeingUploaded() {
        // An upload here is a buffer of its own: the store never knew of it.
    }
}
