package dev.ingot.standalone;

import java.util.concurrent.CountDownLatch;

/** Stands in for Ingot behind the launcher: says what it was given and ends as it is told. */
public final class EchoMain {
    private EchoMain() {}

    public static void main(String... args) throws InterruptedException {
        System.out.println("args=" + String.join("|", args));
        System.err.println("home=" + System.getProperty("ingot.home"));
        System.err.println("heap=" + Runtime.getRuntime().maxMemory() / (1 << 20));
        if (args.length > 1 && args[0].equals("exit")) {
            System.exit(Integer.parseInt(args[1]));
        }
        if (args.length > 0 && args[0].equals("wait")) {
            new CountDownLatch(1).await();
        }
    }
}
