package dev.ingot.pipeline.tile;

import dev.ingot.checkpoint.RefusedInput;
import dev.ingot.checkpoint.source.FileInfo;
import dev.ingot.checkpoint.source.RangedFile;
import dev.ingot.pipeline.plan.InputFile;
import dev.ingot.pipeline.plan.TensorRef;
import dev.ingot.pipeline.source.FileSets;
import dev.ingot.pipeline.source.ReadAhead;
import dev.ingot.pipeline.source.RemoteFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files that a plan names, each opened when it is first read and held against the plan: one that has changed since is refused. Safe for
 * several threads; closing closes all files.
 */
public final class PlanInputs implements AutoCloseable {
    private final List<InputFile> inputs;
    private final FileSets sources;
    private final Map<Integer, RangedFile> open = new HashMap<>();
    private final ReadAhead readAhead = new ReadAhead();

    public PlanInputs(List<InputFile> inputs, FileSets sources) {
        this.inputs = List.copyOf(inputs);
        this.sources = sources;
    }

    /** What the plan says of a file. */
    public InputFile input(int index) {
        return inputs.get(index);
    }

    /** Fills {@code into} with the bytes of a tensor from {@code from} on; both lie inside the tensor. */
    public void read(TensorRef tensor, long from, ByteBuffer into) throws IOException {
        if (from < 0 || into.remaining() > tensor.length() - from) {
            throw new IllegalArgumentException("%d bytes from byte %d on are not inside %s, which has %d"
                    .formatted(into.remaining(), from, tensor.name(), tensor.length()));
        }
        file(tensor.file()).read(tensor.offset() + from, into);
    }

    /** The open file; RefusedInput {@code input.changed} when it is gone or no longer what the plan saw. Closed with this object. */
    public synchronized RangedFile file(int index) throws IOException {
        RangedFile found = open.get(index);
        if (found == null) {
            found = openVerified(inputs.get(index));
            open.put(index, found);
        }
        return found;
    }

    private RangedFile openVerified(InputFile input) throws IOException {
        RangedFile file =
                sources.open(input.location()).open(input.name()).orElseThrow(() -> changed(input, "it is gone"));
        FileInfo info = file.info();
        if (info.size() == input.size() && info.identity().equals(input.identity())) {
            return readAhead.of(whole(file));
        }
        file.close();
        throw changed(
                input,
                "expected %d bytes with identity %s, found %d bytes with identity %s"
                        .formatted(input.size(), input.identity(), info.size(), info.identity()));
    }

    private static RangedFile whole(RangedFile file) throws IOException {
        if (file instanceof RemoteFile remote) {
            try {
                remote.requireWhole();
            } catch (IOException | RuntimeException e) {
                remote.close();
                throw e;
            }
        }
        return file;
    }

    private static RefusedInput changed(InputFile input, String what) {
        return new RefusedInput(
                "input.changed",
                "%s in %s is not the file that was planned with: %s.".formatted(input.name(), input.location(), what),
                "run it again, and leave its inputs alone until it is done");
    }

    @Override
    public synchronized void close() throws IOException {
        try {
            RangedFile.closeAll(open.values());
        } finally {
            open.clear();
        }
    }
}
