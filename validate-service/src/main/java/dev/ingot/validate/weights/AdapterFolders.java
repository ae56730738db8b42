package dev.ingot.validate.weights;

import dev.ingot.pipeline.source.AdapterFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The adapters of a run, open. The opener closes them. */
public record AdapterFolders(List<AdapterFolder> inOrder) implements AutoCloseable {
    public AdapterFolders {
        inOrder = List.copyOf(inOrder);
    }

    /** Reads configs and headers, as {@link AdapterFolder#open}; closes those that are open when one cannot be read. */
    public static AdapterFolders open(List<AdapterFiles> adapters) throws IOException {
        List<AdapterFolder> open = new ArrayList<>();
        try {
            for (AdapterFiles adapter : adapters) {
                open.add(AdapterFolder.open(adapter));
            }
            return new AdapterFolders(open);
        } catch (IOException | RuntimeException e) {
            for (AdapterFolder folder : open) {
                folder.close();
            }
            throw e;
        }
    }

    /** @param onResidual whether the request declares the base to be what their initialization left */
    public List<AdapterFolder> inOrder(boolean onResidual) {
        return onResidual ? inOrder.stream().map(AdapterFolder::forResidual).toList() : inOrder;
    }

    @Override
    public void close() throws IOException {
        for (AdapterFolder folder : inOrder) {
            folder.close();
        }
    }
}
