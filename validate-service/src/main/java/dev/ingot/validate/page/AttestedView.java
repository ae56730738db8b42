package dev.ingot.validate.page;

import dev.ingot.pipeline.report.Report;
import dev.ingot.pipeline.report.Report.Attested;

/**
 * What vouches for the checkpoint, in the words of someone who wants to check it.
 *
 * @param signature empty where nothing is to be said: a run that was refused, or that asks for no provenance
 */
record AttestedView(String signature, String statement, String check) {
    private static final AttestedView NOTHING = new AttestedView("", "", "");

    static AttestedView of(Report report) {
        Attested attested = report.provenance().attested();
        return attested == null || !report.delivered() ? NOTHING : of(attested);
    }

    private static AttestedView of(Attested attested) {
        String check =
                "ingot verify checks both offline; ingot rebuild --check makes the same files from the plan again.";
        return attested.signature() == null
                ? new AttestedView(
                        "Not signed: no key is set up.",
                        attested.statement(),
                        "ingot rebuild --check makes the same files from the plan again.")
                : new AttestedView(
                        "OpenSSF model signature over all files, " + attested.signature() + ", key " + attested.key(),
                        attested.statement(),
                        check);
    }
}
