package dev.ingot.pipeline.store.s3;

import io.minio.messages.Part;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jboss.logging.Logger;

/** The parts of one multipart upload, a bounded number of them in flight; their buffers are used again. */
final class S3Parts {
    private static final Logger LOG = Logger.getLogger(S3Parts.class);
    private static final Duration LANDING_LIMIT = Duration.ofSeconds(20);

    private final S3Writes writes;
    private final String key;
    private final String uploadId;
    private final S3Transfer transfer;
    private final Deque<Flight> flights = new ArrayDeque<>();
    private final List<Part> landed = new ArrayList<>();
    private int number;

    S3Parts(S3Writes writes, String key, String uploadId, S3Transfer transfer) {
        this.writes = writes;
        this.key = key;
        this.uploadId = uploadId;
        this.transfer = transfer;
    }

    String uploadId() {
        return uploadId;
    }

    /** Sends a full buffer and returns an empty one; waits while too many parts are in flight. */
    ByteBuffer send(ByteBuffer full) throws IOException {
        launch(full);
        if (flights.size() < transfer.parallelParts()) {
            return ByteBuffer.allocate(transfer.partBytes());
        }
        return land().clear();
    }

    /** Sends what is left, waits for all parts, and returns them in order. */
    List<Part> sendLast(ByteBuffer rest) throws IOException {
        if (rest.position() > 0) {
            launch(rest);
        }
        while (!flights.isEmpty()) {
            land();
        }
        return List.copyOf(landed);
    }

    private void launch(ByteBuffer buffer) throws IOException {
        number++;
        if (number > S3Transfer.MAX_PARTS) {
            throw new IOException(writes.describe(key) + " needs more than " + S3Transfer.MAX_PARTS + " parts of "
                    + transfer.partBytes() + " bytes; use larger parts");
        }
        int partNumber = number;
        FutureTask<Part> task =
                new FutureTask<>(() -> writes.putPart(key, uploadId, partNumber, buffer.array(), buffer.position()));
        flights.add(new Flight(
                buffer, task, Thread.ofVirtual().name("s3-part-" + number).start(task)));
    }

    /** Waits for the oldest part and gives its buffer back. */
    private ByteBuffer land() throws IOException {
        Flight flight = flights.getFirst();
        String what = "upload " + writes.describe(key);
        try {
            landed.add(flight.task().get());
            flights.removeFirst();
            return flight.buffer();
        } catch (InterruptedException e) {
            throw S3Calls.interrupted(what, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause
                    ? new IOException(cause.getMessage(), cause)
                    : new IOException(what, e);
        }
    }

    /**
     * Has the service forget the parts. Those in flight are waited for first: a part that arrives after the abort would stay behind on some
     * services. An interrupt that is pending waits until that is done, a second one ends the wait.
     */
    void abandon() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            interrupted |= awaitFlights();
            writes.abortMultipart(key, uploadId);
        } finally {
            flights.forEach(flight -> flight.thread().interrupt());
            flights.clear();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean awaitFlights() {
        long deadline = System.nanoTime() + LANDING_LIMIT.toNanos();
        try {
            for (Flight flight : flights) {
                long left = deadline - System.nanoTime();
                if (left <= 0 || !flight.thread().join(Duration.ofNanos(left))) {
                    LOG.warnf("parts of an abandoned upload are still in flight: object=%s", key);
                    return false;
                }
            }
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** A part that is being sent. */
    private record Flight(ByteBuffer buffer, FutureTask<Part> task, Thread thread) {}
}
