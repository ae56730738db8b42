package dev.ingot.standalone;

import java.nio.file.Path;

/** Where Ingot itself is. */
final class Home {
    private Home() {}

    /** The folder of the launcher, which says so; the current one without it. */
    static Path folder() {
        return Path.of(System.getProperty("ingot.home", "")).toAbsolutePath().normalize();
    }

    /** The bundled demo run. */
    static Path demo() {
        return folder().resolve("demo");
    }
}
