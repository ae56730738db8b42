package dev.ingot.validate.forward;

import ai.djl.ndarray.NDManager;

/** Opens PyTorch without a look at the network: its libraries are on the class path. */
final class Torch {
    private static final String OFFLINE = "ai.djl.offline";

    private Torch() {}

    /** Memory of one computation; the caller closes it. */
    static NDManager open() {
        stayOffline();
        Malloc.limit();
        return NDManager.newBaseManager("PyTorch");
    }

    /** Before any other class of DJL is touched. */
    static void stayOffline() {
        if (System.getProperty(OFFLINE) == null) {
            System.setProperty(OFFLINE, "true");
        }
    }
}
