/** Belongs here: what decides, for every kernel that there is twice, whether its form on the Vector API runs in this process. */
@NullMarked
package dev.ingot.pipeline.vector;

import org.jspecify.annotations.NullMarked;
