/** Belongs here: signatures over the files of a folder as OpenSSF Model Signing lays them out, with the keys, certificates and envelopes that they need. */
@NullMarked
package dev.ingot.pipeline.signing;

import org.jspecify.annotations.NullMarked;
