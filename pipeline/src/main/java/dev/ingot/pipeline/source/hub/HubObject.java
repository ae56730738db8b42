package dev.ingot.pipeline.source.hub;

/**
 * What is asked for, for messages.
 *
 * @param path of a file, or empty
 */
record HubObject(HubAddress address, String path) {
    @Override
    public String toString() {
        return path.isEmpty() ? address.toString() : path + " in " + address;
    }
}
