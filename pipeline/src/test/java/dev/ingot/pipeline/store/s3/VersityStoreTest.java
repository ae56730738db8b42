package dev.ingot.pipeline.store.s3;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** Against versitygw as a process of its own, a server as strict as the large ones. */
class VersityStoreTest extends S3StoreContract {
    @TempDir
    static Path folder;

    private static VersityGateway server;

    @BeforeAll
    static void start() throws Exception {
        server = VersityGateway.start(folder);
    }

    @AfterAll
    static void stop() throws Exception {
        if (server != null) {
            server.close();
        }
    }

    @Override
    S3Access access() {
        return server.access();
    }
}
