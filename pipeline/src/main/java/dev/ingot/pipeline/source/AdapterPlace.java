package dev.ingot.pipeline.source;

import dev.ingot.pipeline.source.hub.HubAddress;

/**
 * Exactly one adapter, as plans name it: the folder, bucket or repository that holds its files, and behind a {@code #} which one of several it is that a training checkpoint
 * there holds by their names in PEFT's memory. On a hub that is the second {@code #}, for the first goes before a subfolder.
 *
 * @param location that {@link FileSets} open
 * @param inMemory empty where it need not be said
 */
public record AdapterPlace(String location, String inMemory) {

    /** Reads what {@link #toString} writes. */
    public static AdapterPlace parse(String text) {
        int hash = text.indexOf('#');
        if (HubAddress.isOne(text) && hash >= 0) {
            hash = text.indexOf('#', hash + 1);
        }
        if (hash < 0) {
            return new AdapterPlace(text, "");
        }
        String location = text.substring(0, hash);
        return new AdapterPlace(
                location.endsWith("#") ? location.substring(0, hash - 1) : location, text.substring(hash + 1));
    }

    @Override
    public String toString() {
        if (inMemory.isEmpty()) {
            return location;
        }
        boolean wholeRepository = HubAddress.isOne(location) && location.indexOf('#') < 0;
        return location + (wholeRepository ? "##" : "#") + inMemory;
    }
}
