package dev.ingot.checkpoint.raw;

import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.FileSet;
import java.io.IOException;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** Names of files by the folder of a set that they lie in; the set's own folder is the empty name. */
final class Folders {
    private Folders() {}

    static boolean isIn(String file, String folder) {
        return of(file).equals(folder);
    }

    static String of(String file) {
        int slash = file.lastIndexOf('/');
        return slash < 0 ? "" : file.substring(0, slash);
    }

    /** {@code folder/name}, or the name alone in the set's own folder. */
    static String in(String folder, String name) {
        return folder.isEmpty() ? name : folder + "/" + name;
    }

    /** The folders with a file whose name in the folder matches whole, sorted. */
    static List<String> with(FileSet files, Pattern name) throws IOException {
        TreeSet<String> folders = new TreeSet<>();
        for (FileInfo file : files.list()) {
            String folder = of(file.name());
            String inFolder = folder.isEmpty() ? file.name() : file.name().substring(folder.length() + 1);
            if (name.matcher(inFolder).matches()) {
                folders.add(folder);
            }
        }
        return List.copyOf(folders);
    }
}
