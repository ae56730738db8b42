/** Belongs here: the object store as an S3 bucket, through MinIO's client; the only place that knows that client. */
@NullMarked
package dev.ingot.pipeline.store.s3;

import org.jspecify.annotations.NullMarked;
