package dev.ingot.standalone;

import picocli.CommandLine.Mixin;

/** How a checkpoint is written in this process: in files of what size, and by how many processors. */
final class WritingOptions {
    @Mixin
    ShardSizeOption shardSize;

    @Mixin
    ThreadsOption threads;
}
