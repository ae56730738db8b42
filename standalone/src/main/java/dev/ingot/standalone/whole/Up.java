package dev.ingot.standalone.whole;

import dev.ingot.standalone.terminal.Terminal;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An installation that runs until it is stopped. */
public final class Up implements QuarkusApplication {
    /** Quarkus makes the application itself and passes nothing but words. */
    private static volatile @Nullable Greeting greeting;

    private record Greeting(Terminal terminal, Installation installation) {}

    /** Runs until SIGTERM or Ctrl-C. */
    public static int run(Terminal terminal, Installation installation) throws IOException {
        greeting = new Greeting(terminal, installation);
        return AllInOne.run(installation, Up.class);
    }

    @Override
    public int run(String... args) {
        Greeting told = greeting;
        if (told != null) {
            Terminal terminal = told.terminal();
            Installation here = told.installation();
            terminal.say("Ingot is up: " + here.url());
            terminal.say("  data    " + here.data());
            terminal.say("  submit  ingot submit --url " + here.url()
                    + " --model NAME --base DIR --adapter DIR --trained-on stored --wait");
            terminal.say("  stop    Ctrl-C; data stays");
        }
        Quarkus.waitForExit();
        return 0;
    }
}
