package dev.ingot.checkpoint.torch;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.pickle.PickleInput;
import dev.ingot.checkpoint.pickle.PickleReader;
import dev.ingot.checkpoint.pickle.PickleValue;
import dev.ingot.checkpoint.source.RangedFile;
import java.io.IOException;

/**
 * The zip format, torch's own since 1.6: {@code <top>/data.pkl} and {@code <top>/data/<key>} for every storage, {@code <top>/byteorder} since 2.1.
 */
final class ZippedTorchFile implements TorchFile.Storages {
    private static final int SMALL = 64;

    private final ZipDirectory zip;
    private final ZipContents contents;
    private final String top;

    private ZippedTorchFile(ZipDirectory zip, String top) {
        this.zip = zip;
        this.contents = new ZipContents(zip);
        this.top = top;
    }

    static TorchFile read(RangedFile file, long start, long end) throws IOException {
        ZipDirectory zip = ZipDirectory.read(file, start, end);
        ZippedTorchFile torch = new ZippedTorchFile(zip, topOf(zip));
        torch.requirePlain();
        ZipEntry pickle = torch.entry("data.pkl");
        long from = torch.contents.position(pickle);
        PickleInput input = new PickleInput(file, from, from + pickle.size());
        PickleValue root = PickleReader.read(input);
        if (!input.isAtEnd()) {
            throw input.refuse("trailing", "something follows it");
        }
        return new TorchFile(file.info(), root, torch);
    }

    private static String topOf(ZipDirectory zip) {
        String first = zip.entries().keySet().stream().findFirst().orElse("");
        int slash = first.indexOf('/');
        if (slash < 0) {
            throw zip.refuse("layout", "its entries do not lie in one folder");
        }
        String top = first.substring(0, slash + 1);
        for (String name : zip.entries().keySet()) {
            if (!name.startsWith(top)) {
                throw zip.refuse("layout", "its entries do not lie in one folder: '" + name + "'");
            }
        }
        return top;
    }

    private void requirePlain() throws IOException {
        if (zip.entries().keySet().stream().anyMatch(name -> name.startsWith(top + "code/"))) {
            throw refuse("torchscript", "is a TorchScript program, not a checkpoint");
        }
        ZipEntry order = zip.entries().get(top + "byteorder");
        if (order != null && !contents.text(order, SMALL).equals("little")) {
            throw refuse("big-endian", "was written on a machine of another byte order; expected little-endian");
        }
    }

    private ZipEntry entry(String name) {
        ZipEntry entry = zip.entries().get(top + name);
        if (entry == null) {
            throw refuse("missing-entry", "has no entry '" + top + name + "'");
        }
        return entry;
    }

    @Override
    public long position(String key, long bytes) throws IOException {
        ZipEntry entry = entry("data/" + key);
        if (entry.size() != bytes) {
            throw refuse(
                    "storage-size",
                    "has a storage '%s' of %d bytes, but its pickle says %d".formatted(key, entry.size(), bytes));
        }
        return contents.position(entry);
    }

    private RefusedInput refuse(String code, String why) {
        return TorchFile.refuse(zip.file().info(), code, why);
    }
}
