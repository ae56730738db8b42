/** Belongs here: what turns quantized values into 16 bit, tile by tile in this process or shard by shard into the team's cache. */
@NullMarked
package dev.ingot.dequant;

import org.jspecify.annotations.NullMarked;
