package dev.ingot.standalone.client;

import dev.ingot.checkpoint.RefusedInput;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.function.LongConsumer;

/**
 * One file on its way from an installation: written beside its name as {@code .part}, taken up again where it broke off, and given its name
 * only when size and SHA-256 are right.
 */
public record Download(Registry registry, URI address, Path target, long size, String sha256) {
    private static final int CHUNK = 1 << 20;
    private static final int TRIES = 4;

    /** Fetches the file unless it is there already; {@code progress} gets the bytes that are on disk. */
    public void fetch(LongConsumer progress) throws IOException, InterruptedException {
        if (Files.isRegularFile(target) && Files.size(target) == size && sha256.equals(digestOf(target, progress))) {
            return;
        }
        Files.createDirectories(target.toAbsolutePath().getParent());
        Path part = target.resolveSibling(target.getFileName() + ".part");
        for (int attempt = 1; ; attempt++) {
            try {
                complete(part, progress);
                break;
            } catch (IOException e) {
                if (attempt == TRIES || e instanceof java.nio.file.FileSystemException) {
                    throw e;
                }
            }
        }
        Files.move(part, target, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private void complete(Path part, LongConsumer progress) throws IOException, InterruptedException {
        MessageDigest digest = newDigest();
        try (FileChannel file =
                FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (file.size() > size) {
                file.truncate(0);
            }
            long before = absorb(file, digest, progress);
            long there = before;
            if (there < size) {
                try (InputStream body = registry.bytes(address, there)) {
                    there = append(body, file, there, digest, progress);
                }
            }
            String found = HexFormat.of().formatHex(digest.digest());
            if (there == size && !found.equals(sha256)) {
                file.truncate(0);
                if (before > 0) {
                    throw new IOException("what was there of " + target + " is of another file: fetched again");
                }
                throw new RefusedInput(
                        "pull.wrong-digest",
                        target.getFileName() + " has sha256 " + found + ", expected " + sha256 + " by the manifest.",
                        "pull again; if it stays, the store holds a damaged object: tell whoever runs "
                                + address.getHost());
            }
            if (there < size) {
                throw new IOException(address + " ended after " + there + " of " + size + " bytes");
            }
        }
    }

    /** What is there already counts, and goes into the digest. */
    private static long absorb(FileChannel file, MessageDigest digest, LongConsumer progress) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(CHUNK);
        long position = 0;
        while (file.read(chunk, position) > 0) {
            digest.update(chunk.flip());
            position += chunk.limit();
            progress.accept(position);
            chunk.clear();
        }
        return position;
    }

    private long append(InputStream body, FileChannel file, long from, MessageDigest digest, LongConsumer progress)
            throws IOException {
        byte[] chunk = new byte[CHUNK];
        long position = from;
        for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
            if (position + count > size) {
                throw new IOException(address + " sent more than the " + size + " bytes of the manifest");
            }
            digest.update(chunk, 0, count);
            ByteBuffer bytes = ByteBuffer.wrap(chunk, 0, count);
            while (bytes.hasRemaining()) {
                position += file.write(bytes, position);
            }
            progress.accept(position);
        }
        return position;
    }

    private static String digestOf(Path path, LongConsumer progress) throws IOException {
        MessageDigest digest = newDigest();
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            absorb(file, digest, progress);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JVM has no SHA-256", e);
        }
    }
}
